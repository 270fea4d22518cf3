// The answers that say "not now", finished once: refusing must cost next to nothing, since it is done most
// when there is least time.
//
// Invariant: each is 503 or 429, has Retry-After, and is the same for every shopper. Which of the variants a
// shopper gets is random, so that those who are refused together do not come back together. Immutable; any
// thread.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include "base/random.h"
#include "http/message.h"
#include "http/security_headers.h"

namespace ff::admission {

/// Makes the answer in the style that the request's path and method call for, with Retry-After.
using RefusalPage =
    std::function<http::Response(const http::Request& request, int status, int retry_after_s)>;

class Refusals {
 public:
  static constexpr std::size_t kVariants = 8;
  static constexpr int kRetryAfterFirst_s = 2;  // the variants: 2..9 s

  Refusals(const RefusalPage& page, const http::SecurityHeaders& security);

  /// 503: too much work at present.
  std::shared_ptr<const http::FinishedBytes> busy(const http::Request& request, Random& random) const;
  /// 429: this client asks too often; it may again after `wait`.
  std::shared_ptr<const http::FinishedBytes> too_often(const http::Request& request, Duration wait,
                                                       Random& random) const;

 private:
  enum Style : std::size_t { kPage, kPageAfterForm, kPageAfterWayIn, kApi, kStyles };
  using Variants = std::array<std::shared_ptr<const http::FinishedBytes>, kVariants>;

  static Style style_of(const http::Request& request);

  std::array<Variants, kStyles> busy_, too_often_;
};

}  // namespace ff::admission
