#include "app/signals.h"

#include <cstdlib>

#include "telemetry/log.h"

namespace ff::app {

void end_at_once_when_told() {
  const auto end = [](int) { std::_Exit(0); };
  std::signal(SIGTERM, end);
  std::signal(SIGINT, end);
}

void Signals::wait() {
  set_.async_wait([this](boost::system::error_code, int signal) {
    log::info("app", "stopping", {{"signal", signal}});
    set_.async_wait([](boost::system::error_code error, int) {
      if (!error) std::_Exit(1);
    });
    context_.stop();
  });
  context_.run();
  context_.restart();
  second_ = std::thread([this] { context_.run(); });
}

Signals::~Signals() {
  context_.stop();
  if (second_.joinable()) second_.join();
}

}  // namespace ff::app
