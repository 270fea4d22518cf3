// An embedded file of SQL statements, each under a line "-- name: NAME".
#pragma once

#include <string_view>
#include <unordered_map>

namespace ff::storage {

/// The statements of `path` ("sqlite/queries.sql") by name, without the blank space around them. Views live
/// as long as the program. Empty when there is no such file.
std::unordered_map<std::string_view, std::string_view> statements_of(std::string_view path);

}  // namespace ff::storage
