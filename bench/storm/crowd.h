// Many shoppers at once, each with a connection and an address of its own, on one thread and epoll.
//
// Open loop: shoppers arrive by a Poisson process, whether or not the shop keeps up. Closed loop: a fixed
// number of them, each followed by the next when it has left. What a shopper does is timed from the moment at
// which it was meant to be done (its arrival, or its last answer plus the time to think), so that a shop that
// is slow to accept, or a generator that is late, is not forgiven: no coordinated omission. How late the
// generator itself was is told apart (Tally's lag).
//
// Invariant: everything ends by itself: a request when the patience does, a visit after its steps and at most
// `tries` invitations to come again, the run when all that counts has ended.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storm/shops.h"

namespace ff::storm {

struct Settings {
  std::vector<std::string> targets;  // "127.0.0.1:8080"; shoppers take them in turn
  std::string host;                  // of the requests; empty: the target's own
  double arrivals_per_second = 0;    // 0: a closed loop
  std::size_t shoppers = 20'000;     // at once; in a closed loop always that many
  std::uint64_t arrivals_max = UINT64_MAX;

  std::chrono::duration<double> warm_up{2}, window{10};
  bool to_the_end = false;  // until the last shopper has left, who all count: a sale rather than a rate
  std::chrono::duration<double> think{0.1};   // on average, exponential: before each step but the first
  std::chrono::duration<double> patience{5};  // with one request
  int tries = 3;                              // how often a shopper comes again when told when to
  bool persistent = false;  // one whose answer was lost asks again with the same key, at the next target
  double searching = 0.3;   // share of shoppers
  double hot = 0.5;         // share of them that came for the first product
  std::uint64_t seed = 1;
  std::string orders_file;  // the names of what was bought are written here, a line each
};

/// Runs it; the result as JSON. Throws std::system_error when the machine can't (descriptors, an address).
std::string run(const Settings& settings, const Shop& shop, const Goods& goods);

}  // namespace ff::storm
