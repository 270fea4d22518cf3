#include "telemetry/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>
#include <memory>

#include "base/json_writer.h"
#include "base/time.h"

namespace ff::log {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view to_string(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "error";
}

/// The process has one standard error, so it has one logger: the level is its only state. Never destroyed,
/// because threads may still log while the program leaves main().
spdlog::logger& logger() {
  static spdlog::logger* const instance = [] {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_pattern("%v");
    auto* made = new spdlog::logger("ff", std::move(sink));
    made->set_level(spdlog::level::info);
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return *instance;
}

}  // namespace

void set_level(Level level) { logger().set_level(to_spdlog(level)); }

bool enabled(Level level) { return logger().should_log(to_spdlog(level)); }

void write(Level level, std::string_view room, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::string time = rfc3339({std::chrono::duration_cast<Duration>(now).count()});
  std::string line;
  line.reserve(192);
  JsonWriter json(line);
  json.object([&] {
    json.key("time").value(std::string_view(time));
    json.key("level").value(to_string(level));
    json.key("room").value(room);
    json.key("message").value(message);
    for (const auto& [name, value] : fields) {
      json.key(name);
      value.visit([&](auto content) { json.value(content); });
    }
  });
  logger().log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

bool Sparing::admit(std::uint64_t& left_out) {
  constexpr std::int64_t kBetweenUs = 60'000'000;
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  const std::int64_t now = std::chrono::duration_cast<std::chrono::microseconds>(since_start).count();
  std::int64_t next = next_us_.load(std::memory_order_relaxed);
  if (now < next || !next_us_.compare_exchange_strong(next, now + kBetweenUs, std::memory_order_relaxed)) {
    left_out_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  left_out = left_out_.exchange(0, std::memory_order_relaxed);
  return true;
}

}  // namespace ff::log
