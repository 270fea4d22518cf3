// The merchant's sales over HTTP, on the ops port: what `fashionforward sale` does, for programs.
//
//   GET    /sales, /sales/{sale_id}   settings, version, state of the queue
//   PUT    /sales/{sale_id}           the whole of its settings: adds the sale or changes it
//   DELETE /sales/{sale_id}           with its line; tickets and passes are void, so while somebody stands in
//                                     it ?drop_line=true must say that this is meant
//
// The ops port is for machines inside the house (docs/ARCHITECTURE.md); whoever reaches it may do this.
// Running servers know of a change within a second, as of one by command.
//
// Invariant: a page of another site can't act here through somebody's browser: what a browser sends with
// Origin is refused.
#pragma once

#include "base/random.h"
#include "base/time.h"
#include "catalog/catalog_store.h"
#include "http/router.h"
#include "sales/sale_store.h"

namespace ff::app {

/// Everything passed in outlives the router's last request; `random` fit for secrets.
void add_sale_admin_routes(http::Router& router, sales::SaleStore& store, catalog::CatalogStore& catalogue,
                           Clock& clock, Random& random);

}  // namespace ff::app
