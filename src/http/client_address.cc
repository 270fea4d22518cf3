#include "http/client_address.h"

#include <algorithm>

#include "base/text.h"

namespace ff::http {
namespace {

namespace ip = boost::asio::ip;

ip::address_v6 mapped(const ip::address& address) {
  return address.is_v6() ? address.to_v6() : ip::make_address_v6(ip::v4_mapped, address.to_v4());
}

bool same_prefix(const ip::address_v6& a, const ip::address_v6& b, unsigned bits) {
  const auto left = a.to_bytes();
  const auto right = b.to_bytes();
  const std::size_t whole = bits / 8;
  if (!std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(whole), right.begin()))
    return false;
  if (bits % 8 == 0) return true;
  const unsigned mask = 0xffu << (8 - bits % 8) & 0xffu;
  return (left[whole] & mask) == (right[whole] & mask);
}

/// An entry of X-Forwarded-For; some proxies add the port.
boost::system::error_code read_entry(std::string_view entry, ip::address& out) {
  if (entry.starts_with('[')) {
    entry = entry.substr(1, std::min(entry.find(']'), entry.size()) - 1);
  } else if (const std::size_t colon = entry.find(':');
             colon != entry.npos && entry.find(':', colon + 1) == entry.npos) {
    entry = entry.substr(0, colon);
  }
  boost::system::error_code error;
  out = ip::make_address(std::string(entry), error);
  return error;
}

}  // namespace

ip::address plain_address(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  }
  return address;
}

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& blocks) {
  TrustedProxies proxies;
  for (const std::string& text : blocks) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    boost::system::error_code error;
    const ip::address address = ip::make_address(text.substr(0, slash), error);
    if (error) return invalid("trusted_proxies", "'" + text + "' is not an address or a block of addresses");
    const unsigned width = address.is_v4() ? 32 : 128;
    unsigned prefix = width;
    if (slash < text.size()) {
      const auto bits = parse_int(std::string_view(text).substr(slash + 1));
      if (!bits || *bits > static_cast<std::int64_t>(width)) {
        return invalid("trusted_proxies", "'" + text + "' has no sensible prefix length");
      }
      prefix = static_cast<unsigned>(*bits);
    }
    proxies.blocks_.push_back({mapped(address), prefix + (128 - width)});
  }
  return proxies;
}

bool TrustedProxies::trusts(const ip::address& address) const {
  if (blocks_.empty()) return false;
  const ip::address_v6 candidate = mapped(address);
  return std::any_of(blocks_.begin(), blocks_.end(),
                     [&](const Block& block) { return same_prefix(block.network, candidate, block.prefix); });
}

ip::address TrustedProxies::client(const ip::address& peer, std::string_view list) const {
  ip::address client = plain_address(peer);
  while (!list.empty()) {
    const std::size_t comma = list.rfind(',');
    const std::string_view entry = trim(comma == list.npos ? list : list.substr(comma + 1));
    list = comma == list.npos ? std::string_view() : list.substr(0, comma);
    ip::address hop;
    if (entry.empty() || read_entry(entry, hop)) break;
    client = plain_address(hop);
    if (!trusts(client)) break;
  }
  return client;
}

}  // namespace ff::http
