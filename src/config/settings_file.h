// Settings from TOML: the built-in defaults, then the operator's file.
#pragma once

#include <string_view>

#include "base/result.h"
#include "config/options.h"

namespace ff::config {

/// Over what `options` has; what the text leaves out stays. The error names `source` ("fashionforward.toml"),
/// the key and the rule.
Result<void> read_settings(Options& options, std::string_view text, std::string_view source);

}  // namespace ff::config
