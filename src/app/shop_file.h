// Where a shop that is files lies: what is looked at before one is made, so that a mistyped path makes
// nothing.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "config/options.h"
#include "storage/store.h"

namespace ff::app {

/// The demo gateway's books as the settings name them. A relative path counts from the folder of the SQLite
/// file, whatever folder the program was started in; on PostgreSQL from the folder var of the working
/// directory.
std::string payment_ledger(const config::Options& options);

/// Refuses a shop whose ledger is missing while there is one where releases before changelog/0005 kept it, by
/// the working directory: it would go on with an empty one. A SQLite shop without orders may, and one whose
/// gateway is elsewhere. The error names both files.
Result<void> check_ledger(const config::Options& options);

/// Refuses to begin a ledger that is missing (check_ledger() has passed) for a shop that has orders: with an
/// empty one it would cancel what was paid. Blocks on the store. Also when there is no folder to make it in.
Result<void> check_new_ledger(const std::string& ledger, storage::Store& store);

enum class Folder { kMustExist, kMayBeMade };
/// Whether this user can make, or write, the SQLite file at `path`, as far as its folder goes (SQLite makes
/// files beside it). The error names the folder and what is wrong with it.
Result<void> check_folder(const std::string& path, Folder folder);

/// Another SQLite file among the first thousand entries in the folder of `path` (not `but`, which is expected
/// there) whose name is so like it that `path` is probably a typing error.
std::optional<std::string> look_alike(const std::string& path, const std::string& but);

}  // namespace ff::app
