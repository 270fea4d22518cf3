// The one door through which pages and API place orders: it refuses carts that have tried too many cards, and
// says in the log how each checkout ended, so that it can be found by its request.
//
// Invariant: what is recorded under a key is answered also when the cart may try no more cards (I3). A line
// of the log names the order, the request and the trace; nothing of the shopper or the card.
#pragma once

#include <variant>

#include "checkout/checkout.h"
#include "http/message.h"
#include "shop/shop.h"

namespace ff::shop {

/// 429: nothing was changed; `wait` is how long this cart may try no card. Other ways to pay are open.
struct TooManyDeclined {
  Duration wait;
};
using Outcome =
    std::variant<checkout::Paid, checkout::Pending, checkout::Declined, checkout::SoldOut, TooManyDeclined>;

/// checkout::Service::place with both, which takes `request`. All three outlive the task; any io thread.
Task<Result<Outcome>> place(Shop& shop, const http::Request& http, checkout::Request&& request);

}  // namespace ff::shop
