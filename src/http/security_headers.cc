#include "http/security_headers.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace ff::http {
namespace {

bool is_plain_source(std::string_view source) {
  return !source.empty() && std::all_of(source.begin(), source.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':' || c == '/' || c == '[' || c == ']';
  });
}

}  // namespace

SecurityHeaders::SecurityHeaders() : SecurityHeaders(std::span<const std::string>()) {}

SecurityHeaders::SecurityHeaders(std::span<const std::string> picture_hosts) {
  std::string policy = "default-src 'none'; img-src 'self' data:";
  for (const std::string& host : std::set<std::string>(picture_hosts.begin(), picture_hosts.end())) {
    if (!is_plain_source(host)) continue;
    policy += ' ';
    if (host.find("://") == std::string::npos) policy += "https://";
    policy += host;
  }
  policy +=
      "; style-src 'self'; script-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; "
      "frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'";
  fields_ = {{"Content-Security-Policy", std::move(policy)},
             {"X-Content-Type-Options", "nosniff"},
             {"Referrer-Policy", "same-origin"},
             {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
             {"Cross-Origin-Opener-Policy", "same-origin"}};
  append_without(block_, {});
}

void SecurityHeaders::append_without(std::string& out,
                                     std::span<const std::pair<std::string, std::string>> own) const {
  for (const auto& [name, value] : fields_) {
    const bool overridden = std::any_of(own.begin(), own.end(),
                                        [&](const auto& field) { return iequals_ascii(field.first, name); });
    if (overridden) continue;
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
}

const SecurityHeaders& default_security_headers() {
  static const SecurityHeaders headers;
  return headers;
}

}  // namespace ff::http
