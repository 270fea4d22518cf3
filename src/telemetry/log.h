// One JSON line per event worth reading, on standard error.
//
//   log::info("http", "listening", {{"address", "0.0.0.0:8080"}});
//   {"time":"2026-11-27T09:00:00.123456Z","level":"info","room":"http","message":"listening","address":"..."}
//
// Never a secret, a card number, an e-mail address or a body. Any thread. Lines are whole. The level is set
// once at start.
#pragma once

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

}  // namespace ff::log
