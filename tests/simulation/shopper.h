// One purchase as a shopper goes about it: impatient, sends the same request again with the same key, now and
// then twice at once, and remembers everything that it was told.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checkout/checkout.h"
#include "simulation/history.h"
#include "simulation/story.h"
#include "simulation/weather.h"

namespace ff::simulation {

/// What the shop said about one key, for the check at the end.
struct Told {
  std::vector<OrderId> paid, pending, declined;
  struct Call {
    Instant asked_at;
    bool nothing_changed = false;  // 409 sold out, 503 of the kind that promises it
  };
  std::vector<Call> calls;
  std::vector<std::string> broken;
};

/// Where a shopper goes about it.
struct Street {
  Weather& weather;
  History& history;
  const Story& story;
};

class Shopper {
 public:
  /// From the cart, when the request has no lines: `wants` is added to it first.
  Shopper(checkout::Request request, VariantId wants, Instant starts_at)
      : request_(std::move(request)), wants_(wants), next_at_(starts_at), told_(std::make_shared<Told>()) {}

  /// When it wants to do something next; nothing: it has ended.
  std::optional<Instant> next() const { return done_ ? std::nullopt : std::optional(next_at_); }
  /// Does it, towards a process of its choice (null: nobody listens there).
  void act(class Process* process, class Process* other, Street& street, Instant now);

  const checkout::Request& request() const { return request_; }
  bool from_cart() const { return request_.lines.empty(); }
  /// The addition to the cart was confirmed.
  bool put_in_cart() const { return *in_cart_; }
  const Told& told() const { return *told_; }

 private:
  void ask(class Process& process, Street& street, Instant now);
  void learn(Street& street, Instant now);
  void fill_cart(class Process& process, Street& street);

  checkout::Request request_;
  const VariantId wants_;
  Instant next_at_;
  std::shared_ptr<bool> in_cart_ = std::make_shared<bool>(false);  // the addition was confirmed
  bool waiting_ = false;
  bool done_ = false;
  int tries_ = 0;
  std::shared_ptr<Told> told_;           // shared with answers that may come late or never
  std::shared_ptr<std::string> answer_;  // of the latest try: "" while it waits
};

}  // namespace ff::simulation
