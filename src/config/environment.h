// Settings from variables of the environment, FF_...: which there are, and what becomes of those that are
// none.
#pragma once

#include "base/result.h"
#include "config/options.h"

namespace ff::config {

/// Over what `options` has. A variable that no setting has is an error where it is near to one, else a
/// warning in `options`.
Result<void> read_environment(Options& options, const Environment& environment);

}  // namespace ff::config
