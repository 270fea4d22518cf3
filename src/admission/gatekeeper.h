// Decides for one serving thread which requests are worked for, in this order: is its client within its rate,
// does the thread keep up, does the store.
//
// Invariants: a refusal costs no allocation and comes before the body and before any work for the session; it
// is 429 or 503 with Retry-After and is counted by class and reason. Nothing is refused because of the thread
// or the store unless a queue was measured to be too long. Probes are never refused.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "admission/client_rates.h"
#include "admission/pressure.h"
#include "admission/refusals.h"
#include "admission/shedder.h"
#include "base/random.h"
#include "http/gate.h"
#include "telemetry/metrics.h"

namespace ff::admission {

/// What the gatekeepers of all threads share. Alive until the last of them is gone; any thread.
struct House {
  House(const RefusalPage& page, const http::SecurityHeaders& security,
        std::optional<ClientRateSettings> rates, std::function<bool(http::Priority)> store_full,
        std::string shopper_cookie, std::uint64_t seed);

  const Refusals refusals;
  std::optional<ClientRates> rates;
  /// Whether the store has no room for another change of this class.
  const std::function<bool(http::Priority)> store_full;
  const std::string shopper_cookie;  // the name of the cookie that tells shoppers apart
  Pressure pressure;                 // a checkout was refused, for whatever reason
  Pressure store_pressure;           // since the store was full
};

class Gatekeeper final : public http::Gate {
 public:
  /// `house`, `metrics` outlive it. `thread`: a label of its metrics.
  Gatekeeper(House& house, unsigned thread, std::uint64_t seed, telemetry::Registry& metrics);

  std::shared_ptr<const http::FinishedBytes> refusal(const http::Request& request, http::Priority priority,
                                                     Duration waited, SteadyTime now) override;
  /// Also brings what is shown up to date, which so is as old as the last tick: a request pays for little of
  /// it.
  void tick(SteadyTime now) override;

 private:
  enum Reason : std::size_t { kClientRate, kThreadBehind, kStoreFull, kReasons };
  static constexpr std::size_t kClasses = 6;  // of http::Priority

  std::size_t shopper_of(const http::Request& request);
  void count(const http::Request& request, http::Priority priority, Reason reason);

  House& house_;
  Shedder shedder_;
  SeededRandom random_;  // chooses variants, which are no secrets
  std::size_t turn_ = 0;
  std::array<std::array<telemetry::Counter*, kReasons>, kClasses> refused_{};
  telemetry::Tally wait_seconds_;
  telemetry::Gauge& cut_;
};

}  // namespace ff::admission
