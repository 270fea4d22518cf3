// How fast one client may ask: a token bucket for each address, so that one client can't starve the others.
//
// Invariant: memory is bounded: a fixed table of buckets, in sets of a few; a newcomer takes the place of the
// one in its set that has been quiet longest. So a bucket that is forgotten early errs for the client. An
// IPv6 client is its /64: a household has that many addresses to itself. A private address is never refused:
// it is a neighbour, or a proxy that stands for everybody and that nobody has named.
//
// Any thread; one short lock per set.
#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace ff::admission {

struct ClientRateSettings {
  double per_second = 0;  // of requests; a page with its pictures is about 20
  double burst = 0;       // what may come at once after a pause
};

class ClientRates {
 public:
  /// `seed`: from a secure source, so that nobody can aim at another's set.
  ClientRates(ClientRateSettings settings, std::uint64_t seed);
  ~ClientRates();
  ClientRates(const ClientRates&) = delete;

  /// Takes a token of this client's; if there is none: when there will be one.
  std::optional<Duration> refuses(const boost::asio::ip::address& address, Instant now);
  /// The same where the address came as text, without a port; text that is none is a client of its own.
  std::optional<Duration> refuses(std::string_view address, Instant now);

 private:
  std::optional<Duration> take(std::uint64_t client, Instant now);

  static constexpr std::size_t kSets = 4096;
  static constexpr std::size_t kWays = 8;
  struct Bucket {
    std::uint64_t client = 0;
    float tokens = 0;
    std::int64_t filled_us = 0;  // 0: nobody's
  };
  struct Set {
    std::mutex mutex;
    std::array<Bucket, kWays> buckets;
  };

  const ClientRateSettings settings_;
  const std::uint64_t seed_;
  std::unique_ptr<std::array<Set, kSets>> sets_;
};

}  // namespace ff::admission
