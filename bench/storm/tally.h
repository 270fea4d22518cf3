// What became of the requests and shoppers of a round.
//
// Invariant: a request counts when it was meant to start inside the window, however late it ended, so that
// the slow ones are not forgotten; goodput counts what ended inside the window. One thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storm/histogram.h"

namespace ff::storm {

using SteadyClock = std::chrono::steady_clock;
using Moment = SteadyClock::time_point;

enum class Class : std::uint8_t { kBrowse, kSearch, kCart, kCheckout };
inline constexpr std::array<std::string_view, 4> kClassNames{"browse", "search", "cart", "checkout"};

/// How a request ended.
enum class Ending : std::uint8_t {
  kOk,
  kSoldOut,
  kTold,         // 503 or 429 (or 409: in progress) that says when to come again
  kBare,         // 503 or 429 that does not
  kFault,        // any other 5xx, or what a 200 says is one
  kOdd,          // an answer that makes no sense here, or is none
  kTimeout,      // the shopper's patience ended
  kReset,        // the connection ended before the answer did
  kUnconnected,  // refused, or no socket to be had
};
inline constexpr std::array<std::string_view, 9> kEndingNames{
    "ok", "sold_out", "told_when", "refused_bare", "server_error", "odd", "timeout", "reset", "unconnected"};

/// How a shopper's visit ended.
enum class Exit : std::uint8_t {
  kBought,
  kSoldOut,
  kGaveUp,  // was told to come again too often
  kLost,    // any other ending of a request
};
inline constexpr std::array<std::string_view, 4> kExitNames{"bought", "sold_out", "gave_up", "lost"};

class Tally {
 public:
  /// Seconds of the window are counted from `begins`.
  Tally(Moment begins, Moment ends) : begins_(begins), ends_(ends), seconds_(seconds_of(ends - begins)) {}

  bool counts(Moment intended) const { return intended >= begins_ && intended < ends_; }
  /// A request that was meant to start at `intended` and ended at `now`. `bought`: it was the last of a
  /// purchase.
  void ended(Class of, Ending ending, Moment intended, Moment now, bool bought);
  void left(Exit exit, Moment now);
  void arrived(Moment intended) { arrived_ += counts(intended); }
  /// The generator did at `now` what it had meant to do at `due`.
  void lagged(Moment due, Moment now);
  void overcrowded(Moment intended) { overcrowded_ += counts(intended); }

  /// One JSON object.
  std::string json() const;

 private:
  struct PerClass {
    std::array<std::uint64_t, kEndingNames.size()> endings{};
    Histogram served;   // of those that were served: ok or sold out
    Histogram refused;  // of those that were told when to come again
  };
  struct Second {                                    // in which a request ended
    std::uint64_t bought = 0, told = 0, failed = 0;  // of checkout's last requests
    std::uint64_t unserved = 0;                      // of any: failed, or told when to come again
    std::vector<std::uint32_t> served_us;            // of any
  };
  static std::size_t seconds_of(SteadyClock::duration window) {
    return static_cast<std::size_t>(std::chrono::ceil<std::chrono::seconds>(window).count());
  }

  const Moment begins_, ends_;
  std::array<PerClass, kClassNames.size()> classes_;
  std::array<std::uint64_t, kExitNames.size()> exits_{};
  std::vector<Second> seconds_;
  Histogram lag_;
  Moment last_ = begins_;  // that anything happened
  std::uint64_t arrived_ = 0, overcrowded_ = 0;
};

}  // namespace ff::storm
