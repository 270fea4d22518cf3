// Feeds the auditor from a shop's file alone: no writer, no threads, nothing made.
#pragma once

#include <string>

#include "orders/audit.h"

namespace ff::storage {

/// Every row that is judged, from one snapshot: what SqliteStore's audit reads, for a user who may only read
/// the file too (see sqlite/read_file.h for what is needed then). The schema must be one that this release
/// knows.
Result<void> audit_sqlite_file(const std::string& path, orders::Auditor& auditor);

}  // namespace ff::storage
