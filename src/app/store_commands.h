// The subcommands that look after the database: migrate, audit.
#pragma once

#include "config/options.h"

namespace ff::app {

Result<void> migrate(const config::Options& options);

/// Prints the counts, what is too young to be judged, and every violation; an Error when there is one, or
/// when there is no payment ledger although some order needs one, or a gateway elsewhere can't be read. Reads
/// only: it makes and changes no file, but for the index (-shm) of what a killed server left
/// (sqlite/read_file.h).
Result<void> audit(const config::Options& options);

}  // namespace ff::app
