// Where requests to addresses that somebody else chose may go (server-side request forgery): a URL that was
// typed in by a merchant must not reach what only this machine can reach.
//
// Invariant: the decision that counts is made on the very address that a socket is about to connect to, after
// names were resolved, so a name that changes its answer between two looks gains nothing. The tables are
// IANA's special-purpose registries (RFC 6890 and its updates): what is not globally reachable is refused.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace ff::http_client {

struct TargetPolicy {
  // Lets private, loopback and link-local addresses through, and plain http to loopback. For tests and for
  // receivers in the shop's own network.
  bool allow_private = false;
  // With allow_private: plain http to all of these, as to a server of the operator's own in a cluster's
  // network. Never to a public address.
  bool plain_to_private = false;
};

/// Whether a URL may be asked for at all: https (http only to loopback, with allow_private, or as
/// plain_to_private says), a host, no user name or password, at most 2048 bytes. kInvalid with what is wrong
/// otherwise. An address in it is judged here too, so that a mistake is told when it is made; names are
/// judged when they are resolved.
Result<void> check_url(const std::string& url, TargetPolicy policy);

/// Whether a socket may connect to `address`; `plain_http`: without TLS.
bool may_connect(const sockaddr* address, bool plain_http, TargetPolicy policy);

/// "globally reachable", by the registries.
bool is_public(const sockaddr* address);
/// "10.0.0.7", "fe80::1".
std::string text_of(const sockaddr* address);

}  // namespace ff::http_client
