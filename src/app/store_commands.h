// The subcommands that look after the database: migrate, audit.
#pragma once

#include "config/options.h"

namespace ff::app {

Result<void> migrate(const config::Options& options);

/// Prints the counts and every violation; an Error when there is one.
Result<void> audit(const config::Options& options);

}  // namespace ff::app
