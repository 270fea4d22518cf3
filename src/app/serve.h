// `serve`: builds the whole shop, runs it until it is told to stop, takes it down in order.
//
// This is the composition root: every long-lived object is made here and its lifetime can be read here.
#pragma once

#include "config/options.h"

namespace ff::app {

/// Returns when the process was told to stop and everything in flight was finished (SIGTERM, SIGINT). A
/// second signal ends the process at once. The error is one line for the operator.
Result<void> serve(const config::Options& options);

}  // namespace ff::app
