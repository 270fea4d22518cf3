// The word that a payment gateway and its shops have in common, so that nobody else who reaches its port can
// refund: a bearer token (RFC 6750).
//
// Invariants: whether an offered token fits is decided in a time that tells nothing about the secret. There
// is no way to format one into a log.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace ff::payments {

class SharedSecret {
 public:
  static constexpr std::size_t kBytesMin = 16, kBytesMax = 512;

  /// The first and only line of a file, as a mounted secret is one. kInvalid, with the path, when it can't be
  /// read, or has not kBytesMin to kBytesMax letters, digits and other plain characters without a space.
  static Result<SharedSecret> read(const std::string& path);

  /// Of a header field "Authorization: Bearer ...": its value, empty when there was none.
  bool admits(std::string_view authorization) const;
  /// "Authorization: Bearer ...": the field that admits() lets in.
  std::string header() const;

 private:
  explicit SharedSecret(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace ff::payments
