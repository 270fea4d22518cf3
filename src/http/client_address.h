// Who the client is, when proxies that we trust stand between.
//
// Invariant: an address from a header is believed only as far as every hop that reported it is trusted; a
// client can put anything to the left of what the first trusted proxy saw, and it is never read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "base/result.h"

namespace ff::http {

class TrustedProxies {
 public:
  /// "10.0.0.0/8", "fd00::/8", or a single address. kInvalid names the one that can't be read.
  static Result<TrustedProxies> parse(const std::vector<std::string>& blocks);

  bool trusts(const boost::asio::ip::address& address) const;
  /// The rightmost address of X-Forwarded-For that isn't a proxy of ours; `peer` when there is none or the
  /// list is broken there. Call only when trusts(peer).
  boost::asio::ip::address client(const boost::asio::ip::address& peer, std::string_view forwarded_for) const;

 private:
  struct Block {
    boost::asio::ip::address_v6 network;  // IPv4 as mapped
    unsigned prefix;                      // bits of the 128
  };
  std::vector<Block> blocks_;
};

/// Without the mapping of IPv4 into IPv6 that a socket of both families reports.
boost::asio::ip::address plain_address(const boost::asio::ip::address& address);

}  // namespace ff::http
