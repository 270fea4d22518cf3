// The subcommand that asks a server of this machine how it is: for containers, which hold nothing else to ask
// with.
//
// Invariant: it ends within its deadline, whatever the other side does, and reads a bounded answer. It opens
// no database and makes no file.
#pragma once

#include <string>

#include "base/time.h"
#include "config/options.h"

namespace ff::app {

struct HealthQuestion {
  std::string probe = "readyz";  // a path of the ops port: livez, readyz, startupz
  Duration timeout = std::chrono::seconds(2);
};

/// Asks the ops port of these options, on the loopback address where it listens on every one. kUnavailable
/// with what the server said, or why it was not heard.
Result<void> healthcheck(const config::Options& options, const HealthQuestion& question);

}  // namespace ff::app
