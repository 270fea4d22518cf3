// The subcommand that moves a shop from one database to another: copy.
#pragma once

#include <string>

#include "config/options.h"

namespace ff::app {

struct CopyRequest {
  std::string from, to;  // URLs
};

/// Audits the source, migrates the target, copies, compares, audits the target. The servers of the source
/// must be stopped: while it runs they can't write, and what they write afterwards is not in the copy.
Result<void> copy_shop(const config::Options& options, const CopyRequest& request);

}  // namespace ff::app
