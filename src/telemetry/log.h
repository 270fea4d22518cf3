// One JSON line per event worth reading, on standard error.
//
//   log::info("http", "listening", {{"address", "0.0.0.0:8080"}, {"threads", 4}});
//   {"time":"2026-11-27T09:00:00.123456Z","level":"info","room":"http","message":"listening","address":"...",
//    "threads":4}
//
// What is a number is written as one, so that a log store can compare it: docs/logs.md lists the fields.
// Never a secret, a card number, an e-mail address or a body. Any thread. Lines are whole.
//
// Invariant: from info on, one event (room, message and level) writes at most kRepeatsMax lines a second,
// however many of it happen: the others are counted, and the next line of it says how many they were. So a
// failing dependency can't fill a disk or slow the shop down by its log.
#pragma once

#include <array>
#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace ff::log {

enum class Level { kDebug, kInfo, kWarning, kError };
inline constexpr std::array kLevels{Level::kDebug, Level::kInfo, Level::kWarning, Level::kError};
std::string_view to_string(Level level);  // "warning"
std::optional<Level> parse_level(std::string_view text);

/// A field's value: text, which must live until the line is written, or a whole number.
class Value {
 public:
  Value(std::string_view text) : value_(text) {}
  Value(const char* text) : value_(std::string_view(text)) {}
  Value(const std::string& text) : value_(std::string_view(text)) {}
  template <std::integral Number>
  Value(Number number) : value_(static_cast<std::int64_t>(number)) {}
  template <typename Visit>
  void visit(Visit&& visitor) const {
    std::visit(visitor, value_);
  }

 private:
  std::variant<std::string_view, std::int64_t> value_;
};
using Fields = std::initializer_list<std::pair<std::string_view, Value>>;

/// From which level on lines are written; at any time, by any thread. It is info until somebody says.
void set_level(Level level);
Level level();
bool enabled(Level level);
void write(Level level, std::string_view room, std::string_view message, Fields fields);
inline void debug(std::string_view room, std::string_view message, Fields fields = {}) {
  write(Level::kDebug, room, message, fields);
}
inline void info(std::string_view room, std::string_view message, Fields fields = {}) {
  write(Level::kInfo, room, message, fields);
}
inline void warning(std::string_view room, std::string_view message, Fields fields = {}) {
  write(Level::kWarning, room, message, fields);
}
inline void error(std::string_view room, std::string_view message, Fields fields = {}) {
  write(Level::kError, room, message, fields);
}

/// Of one event in one second. A sale's declined cards, some ten a second, are each told.
inline constexpr std::uint32_t kRepeatsMax = 50;

/// Lines that this process has written at `level`.
std::uint64_t written(Level level);
/// Lines that kRepeatsMax has kept back.
std::uint64_t suppressed();

/// For lines that are worth less than that: admits the first, then one a minute. Any thread, no lock.
class Sparing {
 public:
  /// Whether to write this one; if so `left_out` is how many were not admitted since the last that was.
  bool admit(std::uint64_t& left_out);

 private:
  std::atomic<std::int64_t> next_us_{INT64_MIN};
  std::atomic<std::uint64_t> left_out_{0};
};

}  // namespace ff::log
