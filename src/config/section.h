// One table of the settings file: reads its keys by type, and refuses those that nobody asked for.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "base/result.h"
#include "base/time.h"

namespace ff::config {

/// Remembers which keys were asked for, so that the others can be refused. What a key's absence leaves alone
/// is the default that `out` came with. Borrows the table.
class Section {
 public:
  /// `where`: what its keys are called by, before their names: "database.", or "" at the root.
  Section(const toml::table& table, std::string where) : table_(table), where_(std::move(where)) {}

  template <typename T>
  Result<void> read(std::string_view key, T& out) {
    const toml::node* node = child(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<T>();
    if (!value) return wrong(key, fmt::format("must be {}", type_name<T>()));
    out = *value;
    return {};
  }
  Result<void> read(std::string_view key, std::vector<std::string>& out);
  /// Milliseconds, from `least` to an hour.
  Result<void> read_ms(std::string_view key, std::int64_t least, Duration& out);
  /// A share: 0, 0.25, 1.
  Result<void> read_share(std::string_view key, double& out);

  /// The key's node, or null where it is absent.
  const toml::node* child(std::string_view key);

  Result<void> refuse_unknown() const;
  tl::unexpected<Error> wrong(std::string_view key, std::string_view rule) const;

 private:
  template <typename T>
  static std::string_view type_name() {
    if constexpr (std::is_same_v<T, std::string>) return "a string";
    if constexpr (std::is_same_v<T, bool>) return "true or false";
    return "a whole number";
  }

  const toml::table& table_;
  std::string where_;
  std::set<std::string> known_;
};

}  // namespace ff::config
