#include "telemetry/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <chrono>
#include <functional>
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

/// How often each event was told in the present second. As global as the logger; no lock: an event that
/// shares its slot with another, or a second that two threads begin at once, lets some lines more or fewer
/// through.
struct Repeats {
  std::atomic<std::int64_t> second{-1};
  std::atomic<std::uint32_t> told{0};
  std::atomic<std::uint64_t> left_out{0};
};
constexpr std::size_t kEvents = 256;  // there are some 80 messages
std::array<Repeats, kEvents> repeats;
std::array<std::atomic<std::uint64_t>, kLevels.size()> lines{};
std::atomic<std::uint64_t> kept_back{0};

/// Whether to write this line; if so `left_out` is how many like it were not since the last that was.
bool admit_repeat(Level level, std::string_view room, std::string_view message, std::int64_t second,
                  std::uint64_t& left_out) {
  const std::hash<std::string_view> hash;
  Repeats& event = repeats[(hash(message) ^ hash(room) * 31 ^ static_cast<std::size_t>(level)) % kEvents];
  if (event.second.exchange(second, std::memory_order_relaxed) != second)
    event.told.store(0, std::memory_order_relaxed);
  if (event.told.fetch_add(1, std::memory_order_relaxed) >= kRepeatsMax) {
    event.left_out.fetch_add(1, std::memory_order_relaxed);
    kept_back.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  if (event.left_out.load(std::memory_order_relaxed) > 0)
    left_out = event.left_out.exchange(0, std::memory_order_relaxed);
  return true;
}

}  // namespace

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

std::optional<Level> parse_level(std::string_view text) {
  for (const Level known : kLevels) {
    if (text == to_string(known)) return known;
  }
  return std::nullopt;
}

void set_level(Level level) { logger().set_level(to_spdlog(level)); }

Level level() {
  for (const Level known : kLevels) {
    if (enabled(known)) return known;
  }
  return Level::kError;
}

std::uint64_t written(Level level) {
  return lines[static_cast<std::size_t>(level)].load(std::memory_order_relaxed);
}

std::uint64_t suppressed() { return kept_back.load(std::memory_order_relaxed); }

bool enabled(Level level) { return logger().should_log(to_spdlog(level)); }

void write(Level level, std::string_view room, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::uint64_t left_out = 0;
  const std::int64_t second = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  if (level != Level::kDebug && !admit_repeat(level, room, message, second, left_out)) return;
  lines[static_cast<std::size_t>(level)].fetch_add(1, std::memory_order_relaxed);
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
    if (left_out > 0) json.key("like_it_before").value(static_cast<std::int64_t>(left_out));
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
