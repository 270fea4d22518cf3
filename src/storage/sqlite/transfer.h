// storage/transfer.h on a SQLite file, each Reading and Writing on a connection of its own.
//
// Invariant: a Reading holds the file's write lock, so that no other process writes while it lives.
#pragma once

#include <memory>
#include <string>

#include "sqlite/database.h"
#include "storage/transfer.h"

namespace ff::storage {

std::unique_ptr<Transfer> sqlite_transfer(std::string path, sqlite::OpenOptions options);

}  // namespace ff::storage
