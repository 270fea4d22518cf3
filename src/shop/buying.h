// The one way by which pages and API place orders: who has no pass for a sale with a queue waits, carts that
// have tried too many cards are refused, and the log says how each checkout ended, so that it can be found by
// its request.
//
// Invariant: what is recorded under a key is answered also when the cart may try no more cards or has no pass
// (I3). The lines that the queue was asked about are those that are ordered. A line of the log names the
// order, the request and the trace; nothing of the shopper or the card.
#pragma once

#include <variant>

#include "checkout/checkout.h"
#include "http/message.h"
#include "sales/door.h"
#include "shop/shop.h"

namespace ff::shop {

/// 429: nothing was changed; `wait` is how long this cart may try no card. Other ways to pay are open.
struct TooManyDeclined {
  Duration wait;
};
/// sales::Queued: 503, nothing was changed; its ticket is for the shopper to keep.
using Outcome = std::variant<checkout::Paid, checkout::Pending, checkout::Declined, checkout::SoldOut,
                             TooManyDeclined, sales::Queued>;

/// checkout::Service::place with all of it, which takes `request`. `visit`: the tickets and passes that came
/// with the request; its cart and client are filled in here. All that is passed by reference, and what
/// `visit` refers to, outlives the task; any io thread.
Task<Result<Outcome>> place(Shop& shop, const http::Request& http, checkout::Request&& request,
                            sales::Visit visit);

}  // namespace ff::shop
