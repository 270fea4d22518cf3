// The catalogue in PostgreSQL: a row per product with its variants inside, a row of stock per variant.
//
// Invariant: apply() is one transaction that holds the catalogue's row from its beginning, so changes happen
// one after the other; it raises the version by one when anything changed, and only then tells those who
// LISTEN. Stock is locked behind the catalogue's row, by id, as orders lock it.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog_store.h"
#include "storage/postgres/order_rows.h"

namespace ff::storage::pg {

/// The catalogue as it lies in its rows: made into products where it is wanted, not on the database's thread.
struct StoredCatalogue {
  std::uint64_t version = 0;
  std::vector<std::pair<std::int64_t, std::string>> products, collections;  // id and document
  bool all = false;                          // of changes: see CatalogueChanges
  std::vector<std::string> removed_handles;  // likewise
};
Task<postgres::Outcome<StoredCatalogue>> read_catalogue(postgres::Connection& connection);
Result<catalog::Catalogue> decode(const StoredCatalogue& stored);
/// What changed since a version: of one snapshot, and versions commit in their order, so nothing is missed.
Task<postgres::Outcome<StoredCatalogue>> read_changes(postgres::Connection& connection, std::uint64_t since);
Result<catalog::CatalogueChanges> decode_changes(StoredCatalogue stored);

Task<postgres::Outcome<std::uint64_t>> catalogue_version(postgres::Connection& connection);
/// `handles` outlives the task.
Task<postgres::Outcome<std::vector<std::string>>> unknown_handles(postgres::Connection& connection,
                                                                  std::span<const std::string> handles);

/// Takes the change by value: ids are given to its products anew each time it runs.
Task<postgres::Outcome<catalog::ChangeCounts>> apply(postgres::Connection& connection,
                                                     catalog::CatalogueChange change, bool dry_run,
                                                     Time time);

}  // namespace ff::storage::pg
