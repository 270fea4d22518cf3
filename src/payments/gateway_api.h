// The demo gateway as a server: its operations over HTTP, for shops of several processes that share one.
// What travels is in payments/gateway_wire.h; the rules are the demo gateway's own, the same as in one
// process.
//
// Invariants: every operation is idempotent by its key, so that a client whose answer was lost may ask again.
// An answer of 200 says how the payment stands; 4xx that nothing was done; 5xx that nobody can tell. Without
// the shared secret, where there is one, everything is 401; a browser is refused in any case (403), since a
// page of somebody else's could make it ask.
#pragma once

#include <optional>

#include "http/router.h"
#include "payments/demo_gateway.h"
#include "payments/shared_secret.h"

namespace ff::payments {

/// `gateway` outlives the router. Without a secret whoever reaches the port is admitted: for loopback.
void add_gateway_routes(http::Router& router, DemoGateway& gateway, std::optional<SharedSecret> secret);

}  // namespace ff::payments
