#include "admission/gatekeeper.h"

#include <string>

namespace ff::admission {
namespace {

bool reading(const http::Request& request) {
  return request.method == http::Method::kGet || request.method == http::Method::kHead;
}

/// Whether it changes a cart or makes an order: what the store has room for or not.
bool writes(const http::Request& request, http::Priority priority) {
  return !reading(request) && (priority == http::Priority::kCart || priority == http::Priority::kCheckout);
}

}  // namespace

House::House(const RefusalPage& page, const http::SecurityHeaders& security,
             std::optional<ClientRateSettings> client_rates, std::function<bool(http::Priority)> full,
             std::string cookie, std::uint64_t seed)
    : refusals(page, security), store_full(std::move(full)), shopper_cookie(std::move(cookie)) {
  if (client_rates) rates.emplace(*client_rates, seed);
}

Gatekeeper::Gatekeeper(House& house, unsigned thread, std::uint64_t seed, telemetry::Registry& metrics)
    : house_(house),
      random_(seed),
      wait_seconds_(
          metrics.histogram("ff_admission_wait_seconds", "What ready requests waited for their thread",
                            {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0})),
      cut_(metrics.gauge("ff_admission_cut", "Ranks (of 64 in a class) that a thread refuses; 0: nothing",
                         {{"thread", std::to_string(thread)}})) {
  constexpr std::array<std::string_view, kReasons> kNames{"client_rate", "thread_behind", "store_full"};
  for (std::size_t priority = 0; priority < kClasses; ++priority) {
    const std::string name(to_string(static_cast<http::Priority>(priority)));
    for (std::size_t reason = 0; reason < kReasons; ++reason) {
      refused_[priority][reason] =
          &metrics.counter("ff_admission_refused_total", "Requests refused before any work was done for them",
                           {{"class", name}, {"reason", std::string(kNames[reason])}});
    }
  }
}

std::shared_ptr<const http::FinishedBytes> Gatekeeper::refusal(const http::Request& request,
                                                               http::Priority priority, Duration waited,
                                                               SteadyTime now) {
  if (priority == http::Priority::kProbe) return nullptr;
  wait_seconds_.observe(std::chrono::duration<double>(waited).count());
  if (house_.rates) {
    if (const auto wait = house_.rates->refuses(request.client, request.received_at)) {
      count(request, priority, kClientRate);
      return house_.refusals.too_often(request, *wait, random_);
    }
  }
  if (!shedder_.admits(priority, shopper_of(request), waited, now)) {
    count(request, priority, kThreadBehind);
    return house_.refusals.busy(request, random_);
  }
  if (writes(request, priority) && house_.store_full(priority)) {
    count(request, priority, kStoreFull);
    return house_.refusals.busy(request, random_);
  }
  return nullptr;
}

void Gatekeeper::tick(SteadyTime now) {
  shedder_.pass(now);
  cut_.set(static_cast<std::int64_t>(shedder_.cut()));
  wait_seconds_.hand_over();
}

/// While nothing is refused any number will do, and reading cookies would be work in vain.
std::size_t Gatekeeper::shopper_of(const http::Request& request) {
  if (shedder_.cut() == 0) return ++turn_ % Shedder::kShoppers;
  std::string_view shopper = request.cookie(house_.shopper_cookie);
  if (shopper.empty()) shopper = request.header("Idempotency-Key");
  if (shopper.empty()) return random_.next() % Shedder::kShoppers;
  return shopper_number(shopper, request.received_at);
}

void Gatekeeper::count(const http::Request& request, http::Priority priority, Reason reason) {
  refused_[static_cast<std::size_t>(priority)][reason]->add();
  // Not those who wait in a line, whose pages are of the cart's class: they must not slow their own line.
  if (priority != http::Priority::kCheckout || reason == kClientRate) return;
  house_.pressure.note(request.received_at);
  if (reason == kStoreFull) house_.store_pressure.note(request.received_at);
}

}  // namespace ff::admission
