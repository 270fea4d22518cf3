#include "app/signals.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "telemetry/log.h"

namespace ff::app {
namespace {

/// Nothing here but what a signal handler may call.
void say_and_end(int signal) {
  constexpr int kEndedBySignal = 128;  // as a shell counts
  const std::string_view line = signal == SIGINT ? "fashionforward: stopped by SIGINT before it was done\n"
                                                 : "fashionforward: stopped by SIGTERM before it was done\n";
  const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  static_cast<void>(written);
  ::_exit(kEndedBySignal + signal);
}

}  // namespace

void end_as_told() {
  std::signal(SIGTERM, say_and_end);
  std::signal(SIGINT, say_and_end);
}

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
