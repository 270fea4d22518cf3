// Writes JSON by appending to a string: no tree, no allocation but the string's own growth.
//
//   JsonWriter json(out);
//   json.object([&] { json.key("id").value(7); json.key("tags").array([&] { json.value("new"); }); });
//
// Invariant: what was written is well-formed JSON and valid UTF-8 (broken sequences become U+FFFD), and
// safe inside an HTML <script>: '<', '>', '&' and U+2028/9 are escaped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/money.h"

namespace ff {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  /// Inside object() only. The name is the program's own: printable ASCII that needs no escape.
  JsonWriter& key(std::string_view name);
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(std::int64_t number);
  void value(int number) { value(static_cast<std::int64_t>(number)); }
  void value(std::size_t number) { value(static_cast<std::int64_t>(number)); }
  void value(bool truth);
  void null();
  /// {"amount": 1250, "currency": "EUR"}: the one way that money leaves the house.
  void value(Money money);
  /// Text that is JSON already.
  void raw(std::string_view json);

  template <typename Body>
  void object(Body&& body) {
    open('{');
    body();
    close('}');
  }
  template <typename Body>
  void array(Body&& body) {
    open('[');
    body();
    close(']');
  }

 private:
  bool follows();  // whether a comma comes before what is written next; it does come next
  void separate();
  void open(char bracket);
  void close(char bracket);

  std::string& out_;
  bool first_ = true;  // nothing was written yet at this depth
  bool after_key_ = false;
};

/// Appends `text` to `out` as the inside of a JSON string (without quotes).
void append_json_escaped(std::string& out, std::string_view text);

}  // namespace ff
