// storage/transfer.h on PostgreSQL, each Reading and Writing on a connection of its own beside the pool's.
//
// Invariant: a Reading holds its tables in SHARE mode, so that no other process writes while it lives.
#pragma once

#include <memory>

#include "postgres/connection.h"
#include "storage/transfer.h"

namespace ff::storage {

std::unique_ptr<Transfer> postgres_transfer(postgres::ConnectOptions options);

}  // namespace ff::storage
