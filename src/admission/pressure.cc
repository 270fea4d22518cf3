#include "admission/pressure.h"

namespace ff::admission {

void Pressure::note(Instant now) {
  // Two threads that begin a spell at once write nearly the same moment.
  if (now.us - last_us_.load(std::memory_order_relaxed) > kSpellGap.count())
    began_us_.store(now.us, std::memory_order_relaxed);
  last_us_.store(now.us, std::memory_order_relaxed);
}

std::optional<Instant> Pressure::since(Instant now) const {
  if (now.us - last_us_.load(std::memory_order_relaxed) > kSpellGap.count()) return std::nullopt;
  return Instant{began_us_.load(std::memory_order_relaxed)};
}

}  // namespace ff::admission
