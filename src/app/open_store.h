// Opens the store that the options name, the same way for the server and for every subcommand.
#pragma once

#include <memory>

#include "config/options.h"
#include "storage/store.h"

namespace ff::app {

/// `metrics` may be null; it and `clock` outlive the store.
Result<std::unique_ptr<storage::Store>> open_store(const config::Options& options, Clock& clock,
                                                   telemetry::Registry* metrics = nullptr);

storage::StoreOptions store_options(const config::Options& options, telemetry::Registry* metrics = nullptr);

}  // namespace ff::app
