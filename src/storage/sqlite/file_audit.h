// Reads a shop's file alone, for the auditor above all: no writer, no threads, nothing made.
#pragma once

#include <string>

#include "orders/audit.h"

namespace ff::storage {

/// Every row that is judged, from one snapshot: what SqliteStore's audit reads, for a user who may only read
/// the file too (see sqlite/read_file.h for what is needed then). The schema must be one that this release
/// knows.
Result<void> audit_sqlite_file(const std::string& path, orders::Auditor& auditor);

/// Whether the shop in the file has taken an order yet. Errors as above.
Result<bool> sqlite_file_has_orders(const std::string& path);

}  // namespace ff::storage
