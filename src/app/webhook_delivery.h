// The part of `serve` that delivers webhooks: its thread, its HTTP client, its deliverer.
//
// Invariant: stop() returns when nothing is under way and the leases are given back, or the store did not
// answer in time; only then may the store go.
#pragma once

#include <boost/asio/io_context.hpp>
#include <thread>

#include "config/options.h"
#include "http_client/curl_client.h"
#include "storage/store.h"
#include "webhooks/deliverer.h"

namespace ff::app {

class WebhookDelivery {
 public:
  /// Everything passed in outlives it.
  WebhookDelivery(const config::Options& options, storage::Store& store, Clock& clock, Random& random,
                  telemetry::Registry& metrics);
  ~WebhookDelivery() { stop(); }
  void start();
  void stop();  // idempotent

 private:
  http_client::CurlClient client_;
  webhooks::Deliverer deliverer_;
  // As old as the store's answers: its threads post into it until they end.
  asio::io_context context_{1};
  std::thread thread_;
};

}  // namespace ff::app
