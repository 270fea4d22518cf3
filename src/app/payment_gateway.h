// `payment-gateway`: the demo gateway as a process of its own, which several servers of a shop share.
//
// Invariant: like every gateway it knows nothing of the shop: its ledger is all that it keeps, and what it
// has answered is there after any crash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/options.h"

namespace ff::app {

struct PaymentGatewayArguments {
  std::string listen = "127.0.0.1:8090";
  std::optional<std::string> ledger;       // else as the settings say, like serve's
  std::optional<std::string> token_file;   // else payment.gateway_token_file
  std::optional<std::int64_t> latency_ms;  // else payment.demo_latency_ms
};

/// Runs until it is told to stop, as serve() does. kInvalid without a token where others than this machine
/// could reach it: whoever can may refund.
Result<void> payment_gateway(const config::Options& options, const PaymentGatewayArguments& arguments);

}  // namespace ff::app
