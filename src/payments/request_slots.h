// How many requests to a gateway elsewhere may be under way, and the line of those that wait for one to end.
//
// Invariant: a slot that is given back goes to whoever has waited longest, who is woken for it, once; nobody
// else is. The line is bounded, and nobody stands in it beyond the time that they brought.
//
// One lock, held for a few moves in a list. Each who waits is woken on an executor of their own, which one
// thread runs: their timer is touched there only.
#pragma once

#include <cstddef>
#include <memory>

#include "base/async.h"
#include "base/time.h"

namespace ff::payments {

/// Any thread.
class RequestSlots {
  struct Line;
  struct Place;

 public:
  /// The right to send one request, until it is destroyed. May outlive the RequestSlots.
  class Slot {
   public:
    Slot(Slot&&) noexcept = default;
    Slot& operator=(Slot&&) = delete;
    ~Slot();

   private:
    friend class RequestSlots;
    Slot(std::shared_ptr<Line> line, std::shared_ptr<Place> place);
    bool granted() const;
    std::shared_ptr<Line> line_;
    std::shared_ptr<Place> place_;  // null once moved from
  };

  RequestSlots(std::size_t slots, std::size_t waiting_max);

  /// At once where one is free. kOverloaded: `waiting_max` wait already, or none became free `within` that
  /// time.
  Task<Result<Slot>> take(Duration within);
  std::size_t waiting() const;

 private:
  Result<Slot> enter(std::shared_ptr<Place> place);
  std::shared_ptr<Line> line_;
};

}  // namespace ff::payments
