// One purchase as a shopper goes about it: impatient, sends the same request again with the same key, now and
// then twice at once, and remembers everything that it was told.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checkout/checkout.h"
#include "simulation/weather.h"

namespace ff::simulation {

/// What the shop said about one key, for the check at the end.
struct Told {
  std::vector<OrderId> paid, pending, declined;
  int asked = 0;
  bool cart_doubtful = false;  // a change of the cart may still arrive, after everything else
  int nothing_changed = 0;     // 409 sold out, 422, 503 of the kind that promises it
  std::vector<std::string> broken;
};

class Shopper {
 public:
  Shopper(checkout::Request request, bool from_cart, Instant starts_at)
      : request_(std::move(request)),
        from_cart_(from_cart),
        next_at_(starts_at),
        told_(std::make_shared<Told>()) {}

  /// When it wants to do something next; nothing: it has ended.
  std::optional<Instant> next() const { return done_ ? std::nullopt : std::optional(next_at_); }
  /// Does it, towards a process of its choice (null: nobody listens there).
  void act(class Process* process, class Process* other, Weather& weather, Instant now);

  const checkout::Request& request() const { return request_; }
  bool from_cart() const { return from_cart_; }
  const Told& told() const { return *told_; }

 private:
  void ask(class Process& process);
  void learn(Weather& weather, Instant now);
  void fill_cart(class Process& process, Weather& weather);

  checkout::Request request_;
  const bool from_cart_;
  Instant next_at_;
  std::shared_ptr<std::string> cart_;  // "set" when the change was confirmed; null: not asked for
  bool waiting_ = false;
  bool done_ = false;
  int tries_ = 0;
  std::shared_ptr<Told> told_;           // shared with answers that may come late or never
  std::shared_ptr<std::string> answer_;  // of the latest try: "" while it waits
};

}  // namespace ff::simulation
