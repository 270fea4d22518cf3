#include "catalog/picture_url.h"

#include <algorithm>

#include "base/host_name.h"
#include "base/text.h"

namespace ff::catalog {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::size_t kUrlBytesMax = 2048;

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && iequals_ascii(text.substr(0, prefix.size()), prefix);
}

/// A browser takes a backslash for a slash, so one could end the host early.
bool is_forbidden(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '"' || c == '<' || c == '>' || c == '\\';
}

std::string without_blanks(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (const char c : path) {
    if (c == ' ') {
      out += "%20";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Result<PictureUrl> PictureUrl::parse(std::string_view text) {
  const auto wrong = [](std::string rule) { return invalid("url", std::move(rule)); };
  text = trim(text);
  if (!is_utf8(text)) return wrong("must be well-formed UTF-8 text");
  if (std::any_of(text.begin(), text.end(), is_forbidden))
    return wrong("must be an address without line breaks, quotes, backslashes and angle brackets");
  std::string out;
  std::size_t origin_bytes = 0;
  if (text.starts_with('/') && !text.starts_with("//")) {
    out = without_blanks(text);
  } else {
    std::string_view rest = text;
    if (rest.starts_with("//")) {
      rest.remove_prefix(2);
    } else if (starts_with_ignoring_case(rest, kScheme)) {
      rest.remove_prefix(kScheme.size());
    } else if (starts_with_ignoring_case(rest, "http://")) {
      rest.remove_prefix(std::string_view("http://").size());
    } else {
      return wrong("must be an address that starts with https://");
    }
    const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
    if (host.find('@') != host.npos) return wrong("must have no user before its host");
    if (!is_host_and_port(host)) return wrong("must have a host after https://, like cdn.example.com");
    out = std::string(kScheme) + lower_ascii(host);
    origin_bytes = out.size();
    out += without_blanks(rest.substr(host.size()));
  }
  if (out.size() > kUrlBytesMax) return wrong("is too long");
  return PictureUrl(std::move(out), origin_bytes);
}

}  // namespace ff::catalog
