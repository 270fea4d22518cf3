#include "sales/ticket.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace ff::sales {
namespace {

constexpr std::size_t kMacBytes = 16;
constexpr std::size_t kFieldBytes = 25;  // the kind and 24 more, of either
constexpr std::size_t kTokenBytes = kFieldBytes + kMacBytes;
constexpr std::size_t kTextBytes = 55;  // base64 of kTokenBytes, without padding
constexpr std::uint8_t kTicketKind = 1;
constexpr std::uint8_t kPassKind = 2;
// What is signed begins with a word, so that no ticket is ever a pass, nor either a signature of anything
// else.
constexpr std::string_view kTicketWord = "ff ticket 1";
constexpr std::string_view kPassWord = "ff pass 1";

using Fields = std::array<std::uint8_t, kFieldBytes>;
using Mac = std::array<std::uint8_t, kMacBytes>;
struct Signed {
  Fields fields{};
  Mac mac{};
};

template <typename Number>
void put(std::uint8_t* at, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i)
    at[i] = static_cast<std::uint8_t>(number >> (8 * (sizeof number - 1 - i)));
}
template <typename Number>
Number get(const std::uint8_t* at) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number = static_cast<Number>((number << 8) | at[i]);
  return number;
}

class Hmac {
 public:
  explicit Hmac(const Bytes32& key) { crypto_auth_hmacsha256_init(&state_, key.data(), key.size()); }
  Hmac& add(std::span<const std::uint8_t> bytes) {
    crypto_auth_hmacsha256_update(&state_, bytes.data(), bytes.size());
    return *this;
  }
  Hmac& add(std::string_view text) {
    return add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  Bytes32 result() {
    Bytes32 mac{};
    static_assert(sizeof mac == crypto_auth_hmacsha256_BYTES);
    crypto_auth_hmacsha256_final(&state_, mac.data());
    return mac;
  }

 private:
  crypto_auth_hmacsha256_state state_{};
};

// A NUL ends the word and the sale: neither holds one, so no two inputs are the same bytes.
constexpr std::string_view kEnd("\0", 1);

Mac mac_of(const SaleSecrets& secrets, std::string_view word, const SaleId& sale, const Fields& fields,
           std::span<const std::uint8_t> bound_to) {
  const Bytes32 whole = Hmac(secrets.signing_key)
                            .add(word)
                            .add(kEnd)
                            .add(sale.text())
                            .add(kEnd)
                            .add(fields)
                            .add(bound_to)
                            .result();
  Mac mac{};
  std::copy_n(whole.begin(), mac.size(), mac.begin());
  return mac;
}

std::string text_of(const SaleId& sale, const Fields& fields, const Mac& mac) {
  std::array<std::uint8_t, kTokenBytes> bytes{};
  std::copy(fields.begin(), fields.end(), bytes.begin());
  std::copy(mac.begin(), mac.end(), bytes.begin() + kFieldBytes);
  std::array<char, kTextBytes + 1> encoded{};
  sodium_bin2base64(encoded.data(), encoded.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return sale.text() + "." + std::string(encoded.data(), kTextBytes);
}

bool is_base64url(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::optional<Signed> decode(std::string_view text, std::uint8_t kind) {
  // libsodium's decoder takes any byte above 127 for an underscore: a second spelling of a token that is
  // good.
  if (text.size() != kTextBytes || !std::all_of(text.begin(), text.end(), is_base64url)) return std::nullopt;
  std::array<std::uint8_t, kTokenBytes> bytes{};
  std::size_t size = 0;
  const char* end = nullptr;
  // Refuses the bits that a last letter has too many.
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, &end,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      size != kTokenBytes || end != text.data() + text.size() || bytes[0] != kind)
    return std::nullopt;
  Signed token;
  std::copy_n(bytes.begin(), kFieldBytes, token.fields.begin());
  std::copy_n(bytes.begin() + kFieldBytes, kMacBytes, token.mac.begin());
  return token;
}

std::string_view sale_part(std::string_view text) { return text.substr(0, text.find('.')); }

/// The part after "<sale>.", if that is this sale's.
std::optional<std::string_view> body_of(std::string_view text, const SaleId& sale) {
  if (text.size() > kTokenBytesMax || sale_part(text) != sale.text()) return std::nullopt;
  if (text.size() == sale.text().size()) return std::nullopt;
  return text.substr(sale.text().size() + 1);
}

Ticket ticket_from(const Fields& fields, const SaleId& sale) {
  Ticket ticket{sale, get<std::uint32_t>(&fields[1]), get<std::uint32_t>(&fields[5]), {}};
  std::copy_n(fields.begin() + 9, ticket.id.size(), ticket.id.begin());
  return ticket;
}

template <typename Body>
void each_token(std::string_view tokens, Body body) {
  while (!tokens.empty()) {
    const std::size_t end = tokens.find('~');
    body(tokens.substr(0, end));
    if (end == std::string_view::npos) return;
    tokens.remove_prefix(end + 1);
  }
}

}  // namespace

TicketId make_ticket_id(Random& random) {
  TicketId id;
  random.fill(std::as_writable_bytes(std::span(id)));
  return id;
}

std::string sign_ticket(const SaleSecrets& secrets, const Ticket& ticket) {
  Fields fields{};
  fields[0] = kTicketKind;
  put(&fields[1], ticket.epoch);
  put(&fields[5], ticket.bucket);
  std::copy(ticket.id.begin(), ticket.id.end(), fields.begin() + 9);
  return text_of(ticket.sale, fields, mac_of(secrets, kTicketWord, ticket.sale, fields, {}));
}

std::string sign_pass(const SaleSecrets& secrets, const Pass& pass, const CartId& cart) {
  Fields fields{};
  fields[0] = kPassKind;
  put(&fields[1], static_cast<std::uint64_t>(pass.expires_at.us));
  std::copy(pass.ticket.begin(), pass.ticket.end(), fields.begin() + 9);
  return text_of(pass.sale, fields, mac_of(secrets, kPassWord, pass.sale, fields, cart.bytes));
}

std::optional<Ticket> read_ticket(const SaleSecrets& secrets, const SaleId& sale, std::string_view text) {
  const auto body = body_of(text, sale);
  const auto token = body ? decode(*body, kTicketKind) : std::nullopt;
  if (!token) return std::nullopt;
  const Mac expected = mac_of(secrets, kTicketWord, sale, token->fields, {});
  if (sodium_memcmp(expected.data(), token->mac.data(), expected.size()) != 0) return std::nullopt;
  return ticket_from(token->fields, sale);
}

std::optional<Pass> read_pass(const SaleSecrets& secrets, const SaleId& sale, const CartId& cart,
                              std::string_view text) {
  const auto body = body_of(text, sale);
  const auto token = body ? decode(*body, kPassKind) : std::nullopt;
  if (!token) return std::nullopt;
  const Mac expected = mac_of(secrets, kPassWord, sale, token->fields, cart.bytes);
  if (sodium_memcmp(expected.data(), token->mac.data(), expected.size()) != 0) return std::nullopt;
  Pass pass{sale, {}, {static_cast<std::int64_t>(get<std::uint64_t>(&token->fields[1]))}};
  std::copy_n(token->fields.begin() + 9, pass.ticket.size(), pass.ticket.begin());
  return pass;
}

std::optional<Ticket> parse_ticket_unverified(std::string_view text) {
  if (text.size() > kTokenBytesMax) return std::nullopt;
  const auto sale = SaleId::parse(sale_part(text));
  const auto body = sale ? body_of(text, *sale) : std::nullopt;
  const auto token = body ? decode(*body, kTicketKind) : std::nullopt;
  if (!token) return std::nullopt;
  return ticket_from(token->fields, *sale);
}

std::uint64_t draw(const Bytes32& seed, const TicketId& id) {
  const Bytes32 mac = Hmac(seed).add(id).result();
  return get<std::uint64_t>(mac.data());
}

double drawn_part(const Bytes32& seed, const TicketId& id) {
  return static_cast<double>(draw(seed, id) >> 11) * 0x1p-53;
}

std::string_view token_of(std::string_view tokens, const SaleId& sale) {
  std::string_view found;
  each_token(tokens, [&](std::string_view token) {
    if (found.empty() && sale_part(token) == sale.text()) found = token;
  });
  return found;
}

std::string keep_token(std::string_view tokens, std::string_view token) {
  std::string kept(token);
  std::size_t count = 1;
  each_token(tokens, [&](std::string_view other) {
    const bool well_formed = other.size() <= kTokenBytesMax && SaleId::parse(sale_part(other));
    if (!well_formed || sale_part(other) == sale_part(token) || count == kTokensMax) return;
    kept.append("~").append(other);
    ++count;
  });
  return kept;
}

std::string drop_token(std::string_view tokens, const SaleId& sale) {
  std::string kept;
  each_token(tokens, [&](std::string_view other) {
    if (sale_part(other) == sale.text()) return;
    if (!kept.empty()) kept += '~';
    kept += other;
  });
  return kept;
}

}  // namespace ff::sales
