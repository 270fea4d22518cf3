#include "base/host_name.h"

#include <algorithm>
#include <cstddef>

#include "base/text.h"

namespace ff {
namespace {

constexpr std::size_t kHostBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;
constexpr std::int64_t kPortMax = 65535;

bool is_label(std::string_view label) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !label.empty() && label.size() <= kLabelBytesMax && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), is_plain);
}

}  // namespace

bool is_host_and_port(std::string_view text) {
  if (const std::size_t colon = text.find(':'); colon != text.npos) {
    const auto port = parse_int(text.substr(colon + 1));
    if (!port || *port < 1 || *port > kPortMax) return false;
    text = text.substr(0, colon);
  }
  if (text.size() > kHostBytesMax) return false;
  if (iequals_ascii(text, "localhost")) return true;
  std::size_t labels = 0;
  for (;; ++labels) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == text.npos) break;
    text.remove_prefix(dot + 1);
  }
  return labels > 0;
}

}  // namespace ff
