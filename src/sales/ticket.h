// Tickets and passes: what a shopper holds while it waits, and once it may buy.
//
// Both are text that any process verifies with the sale's key and without the store:
//   <sale> "." base64url(kind | fields | mac)     41 bytes, so at most 120 characters
// mac: HMAC-SHA256 under the sale's signing key over a word that tells the two kinds apart, the sale and the
// fields, cut to 16 bytes. A pass is bound to a cart that its text does not name.
//
// Invariant: read_ticket() and read_pass() give only what this sale's key signed; a text has one spelling.
// Compared in constant time. Pure functions, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "base/time.h"
#include "sales/sale.h"

namespace ff::sales {

inline constexpr std::size_t kTokenBytesMax = 200;  // of one ticket's or pass's text
inline constexpr std::size_t kTokensMax =
    8;  // in one cookie, and queues at a time: two cookies fit in any request's head

using TicketId = std::array<std::uint8_t, 16>;
TicketId make_ticket_id(Random& random);

struct Ticket {
  SaleId sale;
  std::uint32_t epoch = 0;
  std::uint32_t bucket = 0;  // 0: taken before the queue's first moment, so its place is drawn
  TicketId id{};
  bool operator==(const Ticket&) const = default;
};

struct Pass {
  SaleId sale;
  TicketId ticket{};
  Instant expires_at;
  bool operator==(const Pass&) const = default;
};

std::string sign_ticket(const SaleSecrets& secrets, const Ticket& ticket);
std::string sign_pass(const SaleSecrets& secrets, const Pass& pass, const CartId& cart);

/// Nothing when it was not signed by this key, for this sale (and this cart). Whether the epoch still runs
/// and whether the pass is over is for the caller to compare.
std::optional<Ticket> read_ticket(const SaleSecrets& secrets, const SaleId& sale, std::string_view text);
std::optional<Pass> read_pass(const SaleSecrets& secrets, const SaleId& sale, const CartId& cart,
                              std::string_view text);
/// What a ticket says of itself, unproved: for who checks a draw and has no key.
std::optional<Ticket> parse_ticket_unverified(std::string_view text);

/// The draw: first 8 bytes, big endian, of HMAC-SHA256(seed, ticket id).
std::uint64_t draw(const Bytes32& seed, const TicketId& id);
/// The same as a part of the line in [0, 1): its upper 53 bits / 2^53.
double drawn_part(const Bytes32& seed, const TicketId& id);

/// A cookie (or header) holds tokens of several sales, "~" between them.
/// The token of this sale; empty: none. A view into `tokens`.
std::string_view token_of(std::string_view tokens, const SaleId& sale);
/// `tokens` with this one in the place of its sale's; the newest kTokensMax stay.
std::string keep_token(std::string_view tokens, std::string_view token);
/// `tokens` without this sale's: what to do with a ticket that was used.
std::string drop_token(std::string_view tokens, const SaleId& sale);

}  // namespace ff::sales
