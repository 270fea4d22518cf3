// The address of a picture, as a page may name it: another host's, or one of our own paths.
//
// Invariant: a PictureUrl is "https://" and a real host (perhaps with a port) and a path, or a path that
// begins with exactly one slash; it has no user, no blank, no quote, no bracket and no control character. So
// it can stand in an attribute, and its origin in a Content-Security-Policy, without changing what they mean.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace ff::catalog {

class PictureUrl {
 public:
  /// Of what a person or another shop's export wrote: http: and an absent scheme ("//host/...") become
  /// https:, scheme and host lower case, blanks of the path %20. kInvalid says the rule that it breaks.
  static Result<PictureUrl> parse(std::string_view text);

  const std::string& text() const& { return text_; }
  std::string&& text() && { return std::move(text_); }
  /// "https://cdn.example.com:8443"; empty for a path of our own.
  std::string_view origin() const { return std::string_view(text_).substr(0, origin_bytes_); }

 private:
  PictureUrl(std::string text, std::size_t origin_bytes)
      : text_(std::move(text)), origin_bytes_(origin_bytes) {}

  std::string text_;
  std::size_t origin_bytes_;
};

}  // namespace ff::catalog
