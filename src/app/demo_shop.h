// The demo shop that is built into the program: what `seed` loads, and what `serve` makes with nothing set
// up.
#pragma once

#include "catalog/catalog_store.h"
#include "config/options.h"
#include "storage/store.h"

namespace ff::app {

/// Loads the demo catalogue into a store; its products are new, or made equal.
Result<catalog::ChangeCounts> load_demo_catalogue(storage::Store& store, Currency currency);

/// With nothing set up at all, `serve` is a demo shop: where the SQLite file that the options name does not
/// exist, one is made and the log says so. Refused, so that a mistyped path makes nothing, when its folder is
/// not there (but for the default one), or when a database of a very similar name lies beside it.
///
/// A database that exists is never migrated from here: that is `migrate`'s, once per release and before the
/// first new server. The shop is made under another name, so that whoever is stopped while making it leaves
/// no empty one.
Result<void> make_demo_shop_if_absent(const config::Options& options);

}  // namespace ff::app
