// One JSON line per event worth reading, on standard error.
//
//   log::info("http", "listening", {{"address", "0.0.0.0:8080"}});
//   {"time":"2026-11-27T09:00:00.123456Z","level":"info","room":"http","message":"listening","address":"..."}
//
// Never a secret, a card number, an e-mail address or a body. Any thread. Lines are whole. The level is set
// once at start.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace ff::log {

enum class Level { kDebug, kInfo, kWarning, kError };
using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

void set_level(Level level);
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

/// For lines that may come by thousands: admits the first, then one a minute. Any thread, no lock.
class Sparing {
 public:
  /// Whether to write this one; if so `left_out` is how many were not admitted since the last that was.
  bool admit(std::uint64_t& left_out);

 private:
  std::atomic<std::int64_t> next_us_{INT64_MIN};
  std::atomic<std::uint64_t> left_out_{0};
};

}  // namespace ff::log
