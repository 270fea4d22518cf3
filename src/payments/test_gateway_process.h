// For tests: the gateway's API behind a real server on loopback, and a shop's client of it with a connection,
// as two processes would have them.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "http/server.h"
#include "http_client/curl_client.h"
#include "payments/demo_gateway.h"
#include "payments/gateway_api.h"
#include "payments/http_gateway.h"

namespace ff::payments {

/// A folder of the test's own, gone at its end.
class TestFolder {
 public:
  TestFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("ff-gateway-" + std::to_string(::getpid()) + "-" + std::to_string(next()))) {
    std::filesystem::create_directories(path_);
  }
  TestFolder(const TestFolder&) = delete;
  ~TestFolder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
  }

 private:
  static int next() {
    static int count = 0;
    return ++count;
  }
  std::filesystem::path path_;
};

/// Serves `router` on a thread of its own until it is destroyed. The port may be one that another had.
class TestServer {
 public:
  explicit TestServer(http::Router router, std::uint16_t port = 0)
      : router_(std::move(router)), server_(router_, http::Limits{}, options(port), clock_, metrics_) {
    const auto bound = server_.listen();
    EXPECT_TRUE(bound) << bound.error().detail;
    server_.start();
  }
  std::uint16_t port() const { return server_.port(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
  void stop() { server_.join(); }

 private:
  static http::ServerOptions options(std::uint16_t port) {
    http::ServerOptions options;
    options.port = port;
    return options;
  }
  http::Router router_;
  SystemClock clock_;
  telemetry::Registry metrics_;
  http::Server server_;
};

/// The gateway's process: its ledger outlives it when it is killed and made anew.
class TestGatewayProcess {
 public:
  TestGatewayProcess(const std::string& ledger, std::optional<SharedSecret> secret,
                     DemoGatewaySettings settings = {}, std::uint16_t port = 0) {
    auto opened = DemoGateway::open(ledger, clock_, settings);
    EXPECT_TRUE(opened) << opened.error().detail;
    gateway_ = std::move(*opened);
    http::Router router;
    add_gateway_routes(router, *gateway_, std::move(secret));
    server_.emplace(std::move(router), port);
  }
  ~TestGatewayProcess() {
    server_->stop();
    gateway_.reset();  // answers into the server's thread, which must still be there
  }
  TestServer& server() { return *server_; }

 private:
  SystemClock clock_;
  std::unique_ptr<DemoGateway> gateway_;
  std::optional<TestServer> server_;
};

/// A shop's side: one client, which runs tasks to their end.
class TestShop {
 public:
  explicit TestShop(std::string url, std::optional<SharedSecret> secret = std::nullopt,
                    HttpGatewaySettings settings = quick())
      : gateway(std::move(url), std::move(secret), client, clock, random, settings, metrics) {}

  template <typename T>
  T run(Task<T> task) {
    const auto work = asio::make_work_guard(context);
    std::optional<T> outcome;
    asio::co_spawn(context, std::move(task), [&](const std::exception_ptr& broken, T value) {
      if (broken) std::rethrow_exception(broken);
      outcome.emplace(std::move(value));
    });
    while (!outcome) {
      if (context.run_one() == 0) context.restart();
    }
    return std::move(*outcome);
  }
  static HttpGatewaySettings quick() {
    HttpGatewaySettings settings;
    settings.pause_first = std::chrono::milliseconds(5);
    settings.probe_period = std::chrono::milliseconds(20);
    return settings;
  }

  asio::io_context context;
  SystemClock clock;
  SecureRandom random;
  telemetry::Registry metrics;
  http_client::CurlClient client{"test/1", {true, true}, {.response_bytes_max = 2 * 1024 * 1024}};
  HttpGateway gateway;
};

}  // namespace ff::payments
