// Whether this process is refusing work, and since when: what opens a waiting room by itself.
//
// Invariant: a spell begins with a refusal and ends when none has come for kSpellGap. Any thread; no lock.
#pragma once

#include <atomic>
#include <optional>

#include "base/time.h"

namespace ff::admission {

class Pressure {
 public:
  static constexpr Duration kSpellGap = std::chrono::seconds(2);

  /// Something of a shopper who wants to buy was refused.
  void note(Instant now);
  /// When the spell that still lasts began; none: nobody is refused at present.
  std::optional<Instant> since(Instant now) const;
  /// The latest refusal; 1970: none was.
  Instant last() const { return {last_us_.load(std::memory_order_relaxed)}; }

 private:
  std::atomic<std::int64_t> began_us_{0}, last_us_{0};
};

}  // namespace ff::admission
