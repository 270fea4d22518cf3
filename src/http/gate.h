// The port through which a serving thread asks whether a request is worked for at all.
//
// It is asked once for each request, when its head was read and its route is known: before the body, before
// cookies mean anything, before a handler. What refuses there is in src/admission.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/time.h"
#include "http/message.h"

namespace ff::http {

class Gate {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  virtual ~Gate() = default;
  /// The finished answer that refuses the request, or null: it is worked for. `waited`: for how long at most
  /// it had lain ready while the thread was at other work.
  virtual std::shared_ptr<const FinishedBytes> refusal(const Request& request, Priority priority,
                                                       Duration waited, SteadyTime now) = 0;
  /// Now and then, whether anybody asks or not: time passes for what was decided.
  virtual void tick(SteadyTime now) = 0;
};

/// One for each serving thread, which alone asks it.
using MakeGate = std::function<std::unique_ptr<Gate>(unsigned thread)>;

}  // namespace ff::http
