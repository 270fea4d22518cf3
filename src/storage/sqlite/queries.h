// The adapter's SQL by name, from queries.sql, which the build puts into the program.
#pragma once

#include <string_view>

namespace ff::storage {

/// Alive as long as the program. An unknown name is our own mistake and aborts.
std::string_view query(std::string_view name);

}  // namespace ff::storage
