#include "app/serve.h"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "admission/gatekeeper.h"
#include "api/api.h"
#include "app/audit_rounds.h"
#include "app/catalogue_watcher.h"
#include "app/demo_shop.h"
#include "app/descriptors.h"
#include "app/open_gateway.h"
#include "app/open_store.h"
#include "app/process_metrics.h"
#include "app/run_task.h"
#include "app/sale_admin.h"
#include "app/sale_desk.h"
#include "app/shop_file.h"
#include "app/signals.h"
#include "app/trace_export.h"
#include "app/webhook_delivery.h"
#include "checkout/checkout.h"
#include "checkout/committer.h"
#include "checkout/sweeper.h"
#include "http/ops.h"
#include "http/server.h"
#include "leadership/leader.h"
#include "shop/purchase_limits.h"
#include "shop/shop.h"
#include "storage/store.h"
#include "storefront/shopper_cookies.h"
#include "storefront/storefront.h"
#include "telemetry/log.h"

namespace ff::app {
namespace {

// The thread that runs the sweeper, so that no shopper waits for its rounds.
class SweeperThread {
 public:
  void start() {
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "ff-sweeper");
      context_.run();
    });
  }
  ~SweeperThread() { stop(); }
  void stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }
  asio::any_io_executor executor() { return context_.get_executor(); }

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(context_);
  std::thread thread_;
};

shop::Identity identity_of(const config::Options& options) {
  return {options.shop_name, options.public_url, options.support_email, options.picture_hosts, options.demo};
}

http::ServerOptions server_options(const config::Options& options, const config::Endpoint& endpoint,
                                   std::string name, unsigned threads) {
  http::ServerOptions server;
  server.name = std::move(name);
  server.address = endpoint.address;
  server.port = endpoint.port;
  server.threads = threads;
  server.trusted_proxies = options.trusted_proxies;
  return server;
}

std::optional<admission::ClientRateSettings> client_rates(const config::Options& options) {
  const auto [per_second, burst] = options.client_rate;
  if (per_second == 0) return std::nullopt;
  return admission::ClientRateSettings{static_cast<double>(per_second), static_cast<double>(burst)};
}

/// Of the ops port: probes, scrapers and an operator's hand.
constexpr std::size_t kOpsConnectionsMax = 200;

}  // namespace

Result<void> serve(const config::Options& options) {
  std::signal(SIGPIPE, SIG_IGN);
  const http::Limits limits = limits_within_descriptors();
  end_at_once_when_told();
  if (!options.demo) {
    return invalid("shop.demo",
                   "must be true: this release knows no gateway but the demo one, which charges nobody");
  }
  for (const std::string& warning : options.warnings)
    log::warning("config", warning);
  // An address that can't be had is found out before anything is made; it is taken when the shop is ready.
  for (const config::Endpoint& endpoint : {options.listen, options.ops_listen}) {
    if (auto free = http::can_listen(endpoint.address, endpoint.port); !free) return free;
  }
  SystemClock clock;
  SecureRandom random;
  telemetry::Registry metrics;
  add_process_metrics(metrics, std::to_string(storage::schema_of(options.database_url)));
  auto tracing = Tracing::open(options, "fashionforward", clock, random, metrics);
  if (!tracing) return tl::unexpected(tracing.error());

  if (auto ok = check_ledger(options); !ok) return ok;
  if (auto made = make_demo_shop_if_absent(options); !made) return made;
  auto opened = open_store(options, clock, &metrics);
  if (!opened) return tl::unexpected(opened.error());
  storage::Store& store = **opened;
  auto gateway = open_gateway(options, store, clock, random, metrics);
  if (!gateway) return tl::unexpected(gateway.error());

  CatalogueWatcher catalogue(store.catalog(), store.stock(), clock, metrics);
  if (auto loaded = run_task(catalogue.load()); !loaded) return loaded;

  SaleDesk sales(store, catalogue.snapshot(), catalogue.labels(), clock, random, metrics);
  // Before the first request: a guarded product must not be open until a first round.
  if (auto loaded = run_task(sales.load()); !loaded) return loaded;

  SweeperThread sweeper_thread;
  checkout::Committer committer(store.orders(), store.carts(), clock, checkout::CommitterLimits{}, metrics);
  checkout::Settings settings;
  settings.payment_timeout = options.payment_timeout;
  settings.hold_for = options.hold_time;
  // A take-over asks the gateway twice, and each way ends with a commit.
  settings.lease_for = 2 * options.payment_timeout + std::chrono::seconds(10);
  settings.limits = [&sales, &clock](const orders::Order& order) {
    return shop::purchase_limits(*sales.boards().load(), order, clock.now());
  };
  settings.gateway_reachable = gateway->reachable;
  checkout::Service checkout(catalogue.snapshot(), store.carts(), store.orders(), committer,
                             *gateway->gateway, options.rules, clock, random, settings, metrics);
  checkout::SweeperSettings sweeping;
  sweeping.payment_timeout = options.payment_timeout;
  sweeping.currency = options.rules.currency;
  checkout::Sweeper sweeper(store.orders(), store.carts(), committer, *gateway->gateway, clock, sweeping,
                            metrics);

  // One process sweeps at a time. Orders are safe when two do; the work of the second would be in vain.
  leadership::Leader sweeps(store.leases(), clock, "sweeper", leadership::process_name(random),
                            leadership::LeaderSettings{}, metrics);

  AuditRounds audits(store.orders(), *gateway->gateway, clock, options.audit, metrics);
  metrics.gauge_from("ff_store_queue", "Operations that wait for the store's thread", {},
                     [&store] { return static_cast<double>(store.queued()); });

  WebhookDelivery webhooks(options, store, clock, random, metrics);

  shop::Shop shop{identity_of(options),
                  options.rules,
                  catalogue.snapshot(),
                  catalogue.labels(),
                  catalogue.index(),
                  store.carts(),
                  store.stock(),
                  store.orders(),
                  committer,
                  checkout,
                  clock,
                  random,
                  metrics,
                  &sales.door()};
  storefront::Storefront storefront(shop);
  http::Router router;
  storefront.add_routes(router);
  api::add_routes(router, shop);
  router.set_error_page([&storefront](const http::Request& request, int status, std::string_view title) {
    return request.path.starts_with("/api/") ? api::error_page(request, status, title)
                                             : storefront.error_page(request, status, title);
  });

  std::atomic<bool> draining{false};
  http::Router ops_router;
  http::add_ops_routes(ops_router, http::ready_until(draining), metrics);
  http::add_log_level_routes(ops_router);
  add_sale_admin_routes(ops_router, store.sales(), store.catalog(), clock, random);

  admission::House house(
      [&storefront](const http::Request& request, int status, int retry_after_s) {
        return request.path.starts_with("/api/") ? api::refusal(request, status, retry_after_s)
                                                 : storefront.refusal(request, status, retry_after_s);
      },
      storefront.layout().security(), client_rates(options),
      [&committer](http::Priority priority) {
        return priority == http::Priority::kCart ? committer.carts_full() : committer.orders_full();
      },
      std::string(storefront::kCartCookie), random.next());

  const auto threads =
      static_cast<unsigned>(options.io_threads > 0 ? options.io_threads : config::usable_cpus());
  http::ServerOptions shop_server = server_options(options, options.listen, "shop", threads);
  shop_server.security =
      storefront.layout().security();  // the policy of finished pages, on every other answer too
  shop_server.gate = [&](unsigned thread) {
    return std::make_unique<admission::Gatekeeper>(house, thread, random.next(), metrics);
  };
  shop_server.tracer = (*tracing)->tracer();
  http::Server server(router, limits, std::move(shop_server), clock, metrics);
  http::Limits ops_limits = limits;
  ops_limits.connections_max = std::min(kOpsConnectionsMax, limits.connections_max);
  http::Server ops(ops_router, ops_limits, server_options(options, options.ops_listen, "ops", 1), clock,
                   metrics);

  if (auto writable = run_task(store.check_writable()); !writable) return writable;
  Signals signals;  // from here on they are waited for, and what is under way is finished
  // The ops port answers once the shop's port is bound: started and ready mean that connections succeed.
  if (auto bound = server.listen(); !bound) return bound;
  if (auto bound = ops.listen(); !bound) return bound;
  (*tracing)->start();
  sweeper_thread.start();
  server.start();
  ops.start();
  catalogue.start();
  webhooks.start();
  sales.start([&committer, &house, &clock, &boards = sales.boards()] {
    // Whoever hammers at the checkout without a pass opens a queue, and does not slow those down who stand in
    // it.
    const Instant now = clock.now();
    const auto& pressure = boards.load()->guards_anything(now) ? house.store_pressure : house.pressure;
    return ff::sales::CheckoutLoad{committer.orders_per_second(), pressure.since(now), pressure.last()};
  });
  asio::co_spawn(sweeper_thread.executor(), sweeps.run(), asio::detached);
  asio::co_spawn(sweeper_thread.executor(), sweeper.run([&sweeps] { return sweeps.leading(); }),
                 asio::detached);
  asio::co_spawn(sweeper_thread.executor(), audits.run([&sweeps] { return sweeps.leading(); }),
                 asio::detached);

  signals.wait();
  draining.store(true);
  server.close_after_answers();
  std::this_thread::sleep_for(options.drain_delay);
  const auto grace = std::chrono::duration_cast<std::chrono::milliseconds>(options.drain_timeout);
  const bool finished = server.drain(grace);
  const Instant flush_until = clock.now() + grace;
  while (committer.pending() > 0 && clock.now() < flush_until)
    std::this_thread::sleep_for(Duration(1000));
  if (!finished || committer.pending() > 0) {
    // What still waits would answer into threads that are about to end. Whatever was acknowledged is on disk.
    log::warning("app", "stopped with requests unfinished");
    std::_Exit(1);
  }
  sweeper.stop();
  audits.stop();
  server.join();
  ops.join();
  sweeper_thread.stop();
  if (auto resigned = run_task(sweeps.resign()); !resigned)
    log::info("app", "another process has to wait for the sweeper's lease",
              {{"why", resigned.error().detail}});
  catalogue.stop();
  webhooks.stop();
  sales.stop();
  (*tracing)->stop();
  // The stores' threads, and those that ask the gateway, answer into the contexts of the threads above, so
  // they end while those still exist.
  gateway->gateway.reset();
  gateway->client.reset();
  opened->reset();
  log::info("app", "stopped");
  return {};
}

}  // namespace ff::app
