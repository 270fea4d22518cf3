#include "admission/refusals.h"

#include <algorithm>

namespace ff::admission {

namespace {

constexpr std::string_view kApiPath = "/api/", kPagePath = "/", kQueuePath = "/queue/", kWayIn = "/enter";

}  // namespace

Refusals::Refusals(const RefusalPage& page, const http::SecurityHeaders& security) {
  for (std::size_t style = 0; style < kStyles; ++style) {
    http::Request request;
    const bool form = style == kPageAfterForm || style == kPageAfterWayIn;
    request.method = form ? http::Method::kPost : http::Method::kGet;
    request.path = style == kApi              ? std::string(kApiPath)
                   : style == kPageAfterWayIn ? std::string(kQueuePath) + "sale" + std::string(kWayIn)
                                              : std::string(kPagePath);
    for (std::size_t variant = 0; variant < kVariants; ++variant) {
      const int retry_after_s = kRetryAfterFirst_s + static_cast<int>(variant);
      busy_[style][variant] = http::finish(page(request, 503, retry_after_s), {}, security);
      too_often_[style][variant] = http::finish(page(request, 429, retry_after_s), {}, security);
    }
  }
}

Refusals::Style Refusals::style_of(const http::Request& request) {
  const std::string_view path = request.path;
  if (path.starts_with(kApiPath)) return kApi;
  const bool reading = request.method == http::Method::kGet || request.method == http::Method::kHead;
  if (reading) return kPage;
  return path.starts_with(kQueuePath) && path.ends_with(kWayIn) ? kPageAfterWayIn : kPageAfterForm;
}

std::shared_ptr<const http::FinishedBytes> Refusals::busy(const http::Request& request,
                                                          Random& random) const {
  return busy_[style_of(request)][random.next() % kVariants];
}

std::shared_ptr<const http::FinishedBytes> Refusals::too_often(const http::Request& request, Duration wait,
                                                               Random& random) const {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  const std::int64_t least = std::clamp<std::int64_t>(seconds - kRetryAfterFirst_s, 0, kVariants - 1);
  const std::uint64_t choices = kVariants - static_cast<std::uint64_t>(least);
  return too_often_[style_of(request)][static_cast<std::size_t>(least) + random.next() % choices];
}

}  // namespace ff::admission
