// The subcommands of `fashionforward webhooks`: who is told of events, and what could not be delivered.
#pragma once

#include <string>
#include <vector>

#include "config/options.h"

namespace ff::app {

struct NewWebhook {
  std::string url;
  std::vector<std::string> events;  // empty: all
  std::string secret;               // empty: one is made
};

/// Each prints what it found or did.
Result<void> list_webhooks(const config::Options& options);
Result<void> add_webhook(const config::Options& options, const NewWebhook& wanted);
Result<void> remove_webhook(const config::Options& options, std::int64_t id);
Result<void> enable_webhook(const config::Options& options, std::int64_t id);
Result<void> list_dead_letters(const config::Options& options);
Result<void> redeliver_webhook(const config::Options& options, std::int64_t id);

}  // namespace ff::app
