#include "config/section.h"

#include "base/nearest.h"
#include "config/rules.h"

namespace ff::config {

Result<void> Section::read(std::string_view key, std::vector<std::string>& out) {
  const toml::node* node = child(key);
  if (node == nullptr) return {};
  const toml::array* array = node->as_array();
  if (array == nullptr) return wrong(key, "must be a list of strings");
  out.clear();
  for (const toml::node& item : *array) {
    const auto text = item.value_exact<std::string>();
    if (!text) return wrong(key, "must be a list of strings");
    out.push_back(*text);
  }
  return {};
}

Result<void> Section::read_ms(std::string_view key, std::int64_t least, Duration& out) {
  constexpr std::int64_t kMillisecondsMax = 3'600'000;
  std::int64_t ms = out.count() / 1000;
  if (auto ok = read(key, ms); !ok) return ok;
  if (ms < least || ms > kMillisecondsMax) {
    return wrong(key, fmt::format("must be between {} and {}", least, kMillisecondsMax));
  }
  out = std::chrono::milliseconds(ms);
  return {};
}

Result<void> Section::read_share(std::string_view key, double& out) {
  const toml::node* node = child(key);
  if (node == nullptr) return {};
  const auto value = node->value<double>();
  if (!value || !node->is_number() || !is_share(*value)) return wrong(key, kShareRule);
  out = *value;
  return {};
}

const toml::node* Section::child(std::string_view key) {
  known_.insert(std::string(key));
  return table_.get(key);
}

Result<void> Section::refuse_unknown() const {
  for (const auto& [key, value] : table_) {
    if (known_.contains(std::string(key.str()))) continue;
    const std::vector<std::string_view> known(known_.begin(), known_.end());
    const auto meant = nearest(key.str(), known);
    return wrong(key.str(),
                 meant ? fmt::format("is not a setting; did you mean {}?", *meant) : "is not a setting");
  }
  return {};
}

tl::unexpected<Error> Section::wrong(std::string_view key, std::string_view rule) const {
  return invalid(fmt::format("{}{}", where_, key), std::string(rule));
}

}  // namespace ff::config
