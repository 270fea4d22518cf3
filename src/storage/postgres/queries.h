// The adapter's SQL by name, from queries.sql, which the build puts into the program.
#pragma once

#include "postgres/connection.h"

namespace ff::storage::pg {

/// Alive as long as the program. An unknown name is our own mistake and aborts.
postgres::Statement query(std::string_view name);

}  // namespace ff::storage::pg
