#include "app/payment_gateway.h"

#include <csignal>
#include <filesystem>
#include <thread>

#include "app/descriptors.h"
#include "app/open_gateway.h"
#include "app/process_metrics.h"
#include "app/shop_file.h"
#include "app/signals.h"
#include "app/trace_export.h"
#include "http/ops.h"
#include "http/server.h"
#include "payments/demo_gateway.h"
#include "payments/gateway_api.h"
#include "telemetry/log.h"

namespace ff::app {
namespace {

bool is_this_machine(const std::string& address) {
  const auto parsed = http::listen_address(address);
  return parsed && parsed->is_loopback();
}

}  // namespace

Result<void> payment_gateway(const config::Options& options, const PaymentGatewayArguments& arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  const http::Limits limits = limits_within_descriptors();
  end_at_once_when_told();
  for (const std::string& warning : options.warnings)
    log::warning("config", warning);
  const auto endpoint = config::Endpoint::parse(arguments.listen);
  if (!endpoint) return invalid("--listen", endpoint.error().fields.front().message);
  auto secret = gateway_secret(arguments.token_file.value_or(options.payment_gateway_token_file));
  if (!secret) return tl::unexpected(secret.error());
  if (!*secret && !is_this_machine(endpoint->address)) {
    return invalid("--token-file",
                   "must name a file with a secret, since others than this machine can reach the port: "
                   "whoever can may refund");
  }

  SystemClock clock;
  SecureRandom random;
  telemetry::Registry metrics;
  add_process_metrics(metrics, "");
  auto tracing = Tracing::open(options, "fashionforward-payment-gateway", clock, random, metrics);
  if (!tracing) return tl::unexpected(tracing.error());
  const std::string ledger = arguments.ledger.value_or(payment_ledger(options));
  if (std::error_code error; !std::filesystem::exists(ledger, error))
    log::warning("app", "there is no payment ledger yet: making one", {{"path", ledger}});
  payments::DemoGatewaySettings settings;
  settings.latency = arguments.latency_ms ? Duration(std::chrono::milliseconds(*arguments.latency_ms))
                                          : options.payment_demo_latency;
  auto gateway = payments::DemoGateway::open(ledger, clock, settings);
  if (!gateway) return tl::unexpected(gateway.error());

  std::atomic<bool> draining{false};
  http::Router router;
  http::add_ops_routes(router, http::ready_until(draining), metrics);
  payments::add_gateway_routes(router, **gateway, std::move(*secret));
  http::ServerOptions listening;
  listening.name = "payment-gateway";
  listening.address = endpoint->address;
  listening.port = endpoint->port;
  listening.tracer = (*tracing)->tracer();
  listening.traces_believed = true;  // its clients are the shop's servers
  http::Server server(router, limits, std::move(listening), clock, metrics);
  Signals signals;  // from here on they are waited for, and what is under way is finished
  if (auto bound = server.listen(); !bound) return bound;
  (*tracing)->start();
  server.start();

  signals.wait();
  draining.store(true);
  server.close_after_answers();
  std::this_thread::sleep_for(options.drain_delay);
  const bool finished =
      server.drain(std::chrono::duration_cast<std::chrono::milliseconds>(options.drain_timeout));
  if (!finished) {
    // What still waits would answer into a thread that is about to end. Whatever was acknowledged is on disk.
    log::warning("app", "stopped with requests unfinished");
    std::_Exit(1);
  }
  server.join();
  (*tracing)->stop();
  gateway->reset();  // its threads answer into the server's, so they end while that still exists
  log::info("app", "stopped");
  return {};
}

}  // namespace ff::app
