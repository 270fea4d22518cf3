// The addresses of a host name, looked up without stopping the thread that asks: libpq would look names up by
// blocking, and a name server that hangs would stall every connection of the store.
//
// Invariant: each look-up has a thread of its own, which ends when the system's resolver gives up
// (resolv.conf: 10 s by default for each name server). Who asked waits at most as long as he said; what comes
// later is dropped. While a name server hangs, no more than kLookupsMax threads hang with it.
#pragma once

#include <string>
#include <vector>

#include "base/async.h"
#include "base/time.h"
#include "postgres/failure.h"

namespace ff::postgres {

inline constexpr std::size_t kAddressesMax = 4;  // of a name: those that are tried
inline constexpr int kLookupsMax = 16;           // under way at once for the connections of one context

/// Whether `host` is a name for resolve(), not an address or the folder of a socket.
bool is_name(const std::string& host);

/// In the system's order, at least one. Not found, not within `at_most`, too many look-ups under
/// way, no thread or descriptor for one: a Failure that is `lost`.
Task<Outcome<std::vector<std::string>>> resolve(asio::any_io_executor executor, std::string name,
                                                Duration at_most);

}  // namespace ff::postgres
