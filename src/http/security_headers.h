// The header fields that every answer carries, whatever it holds: one place, one value, built at start.
//
// Invariant: the policy never allows inline scripts or styles; the only foreign origins in it are the
// picture hosts that the composition root names. A response that sets one of these fields itself (a drawn
// picture with a policy of its own) keeps its own.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ff::http {

class SecurityHeaders {
 public:
  /// No foreign host.
  SecurityHeaders();
  /// `picture_hosts`: "cdn.example.com" or "https://cdn.example.com"; a host that could change the policy's
  /// meaning (spaces, semicolons, quotes) is left out. Order and doubles don't matter.
  explicit SecurityHeaders(std::span<const std::string> picture_hosts);

  /// "Name: value\r\n" for each field, ready to be put into a head.
  std::string_view block() const { return block_; }
  /// The same, appended to `out`, without those that `own` (the response's fields) sets.
  void append_without(std::string& out, std::span<const std::pair<std::string, std::string>> own) const;
  const std::string& content_security_policy() const { return fields_[0].second; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;  // the policy is first
  std::string block_;
};

/// Sent too where the client's connection is TLS. One year; subdomains are the operator's to decide.
inline constexpr std::string_view kStrictTransportSecurity =
    "Strict-Transport-Security: max-age=31536000\r\n";

/// Immutable; for answers that no composition root has a say in (tests, tools).
const SecurityHeaders& default_security_headers();

}  // namespace ff::http
