// Opens the payment gateway that the settings name: inside this process on a ledger of its own, or elsewhere.
//
// Invariant: without payment.gateway_url a checkout reaches the demo gateway with nothing in between.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/random.h"
#include "config/options.h"
#include "http_client/client.h"
#include "payments/gateway.h"
#include "payments/shared_secret.h"
#include "storage/store.h"
#include "telemetry/metrics.h"

namespace ff::app {

struct OpenGateway {
  std::unique_ptr<http_client::Client> client;  // of a gateway elsewhere; goes after it
  std::unique_ptr<payments::Gateway> gateway;
  // Of a gateway elsewhere: whether an order is worth placing, as far as is known; and whether somebody
  // listens there, as it is found out.
  std::function<Task<Result<void>>()> reachable;
  std::function<Task<bool>()> probe;
};

/// `store`: of the shop, asked before a ledger is begun (app/shop_file.h). The
/// others outlive the gateway. Blocks; a gateway elsewhere need not be there, but is told of in the log if
/// not.
Result<OpenGateway> open_gateway(const config::Options& options, storage::Store& store, Clock& clock,
                                 Random& random, telemetry::Registry& metrics);

/// Only one elsewhere: options.payment_gateway_url is not empty.
Result<OpenGateway> open_gateway_elsewhere(const config::Options& options, Clock& clock, Random& random,
                                           telemetry::Registry& metrics);

/// What payment.gateway_token_file holds; none where it names no file.
Result<std::optional<payments::SharedSecret>> gateway_secret(const std::string& token_file);

}  // namespace ff::app
