#include "app/open_gateway.h"

#include <filesystem>
#include <utility>

#include "app/run_task.h"
#include "app/shop_file.h"
#include "http_client/curl_client.h"
#include "payments/demo_gateway.h"
#include "payments/gateway_wire.h"
#include "payments/http_gateway.h"
#include "telemetry/log.h"

namespace ff::app {
namespace {

/// The operator names the address, so it may be any; but what is said there does not cross a public network
/// in the clear.
constexpr http_client::TargetPolicy kPolicy{true, true};

http_client::ClientLimits limits(const payments::HttpGatewaySettings& settings) {
  http_client::ClientLimits limits;
  limits.in_flight_max = settings.in_flight_max;
  limits.idle_connections_max = 256;
  limits.response_bytes_max = payments::wire::kAnswerBytesMax;
  limits.connect_timeout = std::chrono::seconds(2);  // a machine that is gone does not even refuse
  return limits;
}

Result<OpenGateway> open_in_process(const config::Options& options, storage::Store& store, Clock& clock) {
  const std::string ledger = payment_ledger(options);
  if (auto ok = check_new_ledger(ledger, store); !ok) return tl::unexpected(ok.error());
  if (std::error_code error; !std::filesystem::exists(ledger, error))
    log::info("app", "there is no payment ledger yet: making one", {{"path", ledger}});
  payments::DemoGatewaySettings settings;
  settings.latency = options.payment_demo_latency;
  auto gateway = payments::DemoGateway::open(ledger, clock, settings);
  if (!gateway) return tl::unexpected(gateway.error());
  OpenGateway opened;
  opened.gateway = std::move(*gateway);
  return opened;
}

}  // namespace

Result<std::optional<payments::SharedSecret>> gateway_secret(const std::string& token_file) {
  if (token_file.empty()) return std::nullopt;
  auto secret = payments::SharedSecret::read(token_file);
  if (!secret) return tl::unexpected(secret.error());
  return std::optional(std::move(*secret));
}

Result<OpenGateway> open_gateway_elsewhere(const config::Options& options, Clock& clock, Random& random,
                                           telemetry::Registry& metrics) {
  const std::string& url = options.payment_gateway_url;
  if (auto ok = http_client::check_url(url, kPolicy); !ok) {
    const std::string& why =
        ok.error().fields.empty() ? ok.error().detail : ok.error().fields.front().message;
    return fail(ErrorCode::kInvalid, "payment.gateway_url: " + why);
  }
  auto secret = gateway_secret(options.payment_gateway_token_file);
  if (!secret) return tl::unexpected(secret.error());
  const payments::HttpGatewaySettings settings;
  OpenGateway opened;
  opened.client =
      std::make_unique<http_client::CurlClient>("FashionForward/" FF_VERSION, kPolicy, limits(settings));
  auto gateway = std::make_unique<payments::HttpGateway>(url, std::move(*secret), *opened.client, clock,
                                                         random, settings, metrics);
  opened.reachable = [at = gateway.get()] { return at->reachable(); };
  opened.probe = [at = gateway.get()] { return at->probe(); };
  opened.gateway = std::move(gateway);
  return opened;
}

Result<OpenGateway> open_gateway(const config::Options& options, storage::Store& store, Clock& clock,
                                 Random& random, telemetry::Registry& metrics) {
  if (options.payment_gateway_url.empty()) return open_in_process(options, store, clock);
  auto opened = open_gateway_elsewhere(options, clock, random, metrics);
  // What is misspelt is told in the log now, and not by the first who wants to pay. The shop starts in any
  // case.
  if (opened) run_task(opened->probe());
  return opened;
}

}  // namespace ff::app
