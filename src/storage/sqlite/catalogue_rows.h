// The catalogue in SQLite: a row per product with its variants inside, a row of stock per variant.
//
// Invariant: apply() runs inside one transaction and raises the version by one when anything changed.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "catalog/catalog_store.h"
#include "sqlite/database.h"

namespace ff::storage {

catalog::Catalogue load_catalogue(sqlite::Database& database);
std::uint64_t catalogue_version(sqlite::Database& database);
std::vector<std::string> unknown_handles(sqlite::Database& database, std::span<const std::string> handles);
catalog::CatalogueChanges catalogue_changes(sqlite::Database& database, std::uint64_t since);
/// With `dry_run` everything is done and undone again.
Result<catalog::ChangeCounts> apply(sqlite::Database& database, catalog::CatalogueChange& change,
                                    bool dry_run, Instant now);

}  // namespace ff::storage
