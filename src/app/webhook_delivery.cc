#include "app/webhook_delivery.h"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>

namespace ff::app {
namespace {

webhooks::Settings settings_of(const config::Webhooks& options) {
  webhooks::Settings settings;
  settings.lease_for = options.lease;
  settings.poll_period = options.poll_period;
  settings.timeout = options.timeout;
  settings.concurrency = options.concurrency;
  settings.schedule.delays = options.retries;
  settings.dead_letters_for = options.dead_letters_for;
  return settings;
}

}  // namespace

WebhookDelivery::WebhookDelivery(const config::Options& options, storage::Store& store, Clock& clock,
                                 Random& random, telemetry::Registry& metrics)
    : client_("FashionForward-Webhooks/" FF_VERSION, {options.webhooks.allow_private}, {},
              options.webhooks.ca_file),
      deliverer_(store.webhooks(), store.orders(), client_, clock, random, settings_of(options.webhooks),
                 Token::make(random).text(), metrics) {}

void WebhookDelivery::start() {
  asio::co_spawn(context_, deliverer_.run(), [](const std::exception_ptr& broken) {
    if (broken) std::rethrow_exception(broken);
  });
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "ff-webhooks");
    context_.run();  // ends with run(): what is awaited elsewhere keeps it from running dry
  });
}

void WebhookDelivery::stop() {
  deliverer_.stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace ff::app
