// What a subcommand that only reads wants of a shop's file: without a writer or threads, nothing made, and
// for a user who may only read the file, too (see sqlite/read_file.h for what is needed then).
//
// Each is one snapshot. The schema must be one that this release knows. Errors are those of
// sqlite::read_file().
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog_store.h"
#include "inventory/stock_store.h"
#include "webhooks/webhook_store.h"

namespace ff::storage {

struct Goods {
  catalog::Catalogue catalogue;
  std::vector<inventory::Stock> stock;  // of what is counted
};
Result<Goods> read_sqlite_goods(const std::string& path);

Result<std::vector<webhooks::Listed>> read_sqlite_webhooks(const std::string& path);
/// As WebhookStore::dead_letters().
Result<std::vector<webhooks::Delivery>> read_sqlite_dead_letters(const std::string& path, std::int64_t limit);

}  // namespace ff::storage
