#include "admission/client_rates.h"

#include <algorithm>
#include <cstring>

namespace ff::admission {
namespace {

std::uint64_t mix(std::uint64_t value) {  // of SplitMix64
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

using boost::asio::ip::address;

bool is_private(const address& address) {
  if (address.is_loopback()) return true;
  if (address.is_v6()) {
    const auto bytes = address.to_v6().to_bytes();
    return (bytes[0] & 0xfe) == 0xfc || address.to_v6().is_link_local();  // RFC 4193, RFC 4291
  }
  const std::uint32_t v4 = address.to_v4().to_uint();
  return v4 >> 24 == 10 || v4 >> 20 == 0xac1 || v4 >> 16 == 0xc0a8 ||  // RFC 1918
         v4 >> 22 == 0x191 || v4 >> 16 == 0xa9fe;                      // RFC 6598, RFC 3927
}

std::uint64_t client_of(const address& address, std::uint64_t seed) {
  if (address.is_v4()) return mix(seed + address.to_v4().to_uint());
  std::uint64_t network = 0;
  std::memcpy(&network, address.to_v6().to_bytes().data(), sizeof network);
  return mix(mix(seed) ^ network);
}

}  // namespace

ClientRates::ClientRates(ClientRateSettings settings, std::uint64_t seed)
    : settings_(settings), seed_(seed), sets_(std::make_unique<std::array<Set, kSets>>()) {}
ClientRates::~ClientRates() = default;

std::optional<Duration> ClientRates::refuses(std::string_view text, Instant now) {
  boost::system::error_code error;
  const address address = boost::asio::ip::make_address(text, error);
  return error ? take(mix(seed_ ^ std::hash<std::string_view>()(text)), now) : refuses(address, now);
}

std::optional<Duration> ClientRates::refuses(const address& address, Instant now) {
  if (is_private(address)) return std::nullopt;
  return take(client_of(address, seed_), now);
}

std::optional<Duration> ClientRates::take(std::uint64_t client, Instant now) {
  Set& set = (*sets_)[client % kSets];
  const std::lock_guard lock(set.mutex);
  auto bucket = std::find_if(set.buckets.begin(), set.buckets.end(), [&](const Bucket& each) {
    return each.filled_us != 0 && each.client == client;
  });
  if (bucket == set.buckets.end()) {
    bucket = std::min_element(set.buckets.begin(), set.buckets.end(),
                              [](const Bucket& a, const Bucket& b) { return a.filled_us < b.filled_us; });
    *bucket = {client, static_cast<float>(settings_.burst), now.us};
  }
  // A clock that was set back fills nothing.
  const double seconds = static_cast<double>(std::max<std::int64_t>(0, now.us - bucket->filled_us)) / 1e6;
  const double tokens = std::min(settings_.burst, bucket->tokens + seconds * settings_.per_second);
  bucket->filled_us = now.us;
  if (tokens >= 1) {
    bucket->tokens = static_cast<float>(tokens - 1);
    return std::nullopt;
  }
  bucket->tokens = static_cast<float>(tokens);
  return Duration(static_cast<std::int64_t>((1 - tokens) / settings_.per_second * 1e6) + 1);
}

}  // namespace ff::admission
