#include "checkout/request.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "checkout/address.h"
#include "payments/card.h"

namespace ff::checkout {
namespace {

using orders::PaymentMethod;

// Each part with its length before it, so that no two requests run together into the same bytes.
class Fingerprint {
 public:
  Fingerprint() { crypto_generichash_init(&state_, nullptr, 0, kBytes); }
  Fingerprint& add(std::string_view part) {
    add(static_cast<std::int64_t>(part.size()));
    update(part.data(), part.size());
    return *this;
  }
  Fingerprint& add(std::int64_t number) {
    std::array<unsigned char, 8> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(number) >> (8 * i));
    update(bytes.data(), bytes.size());
    return *this;
  }
  std::string text() {
    std::array<unsigned char, kBytes> hash;
    crypto_generichash_final(&state_, hash.data(), hash.size());
    std::array<char, 2 * kBytes + 1> hex;
    return sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  }

 private:
  static constexpr std::size_t kBytes = 16;  // 128 bits: crypto_generichash_BYTES_MIN
  void update(const void* bytes, std::size_t size) {
    crypto_generichash_update(&state_, static_cast<const unsigned char*>(bytes), size);
  }
  crypto_generichash_state state_;
};

// See fingerprint_of(). Under a name of its own, so that it is no hash that is kept anywhere else.
std::string card_mark(const payments::Card& card) {
  return Fingerprint().add("card number").add(std::string_view(card.number)).text().substr(0, 4);
}

bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

bool delivers_to(const pricing::Rules& rules, std::string_view country) {
  return std::find(rules.countries.begin(), rules.countries.end(), country) != rules.countries.end();
}

// Of "lower_ascii", the other way.
std::string upper_ascii(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

std::string quoted_list(const std::vector<pricing::DeliveryOffer>& offers) {
  std::string list;
  for (const pricing::DeliveryOffer& offer : offers)
    list += (list.empty() ? "" : ", ") + offer.method->id;
  return list;
}

void check_delivery(const RawRequest& raw, const pricing::Rules& rules, std::string_view country,
                    Request& request, std::vector<FieldError>& errors) {
  request.delivery_method = std::string(trim(raw.delivery_method));
  if (!delivers_to(rules, country)) return;  // the country is the error
  if (pricing::is_delivered(rules, country, request.delivery_method)) return;
  if (request.delivery_method.empty()) {
    errors.push_back({"delivery_method", "choose a delivery method"});
  } else {
    const auto offers = pricing::delivery_offers(rules, country, Money{0, rules.currency});
    errors.push_back({"delivery_method", fmt::format("must be one of: {}", quoted_list(offers))});
  }
}

}  // namespace

bool is_idempotency_key(std::string_view text) {
  return !text.empty() && text.size() <= kIdempotencyKeyBytesMax &&
         std::all_of(text.begin(), text.end(), is_visible);
}

bool is_email(std::string_view text) {
  if (text.size() > kEmailBytesMax || !is_utf8(text)) return false;
  const std::size_t at = text.rfind('@');
  if (at == text.npos || at == 0 || at > 64) return false;
  const std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
  for (const char c : local) {
    // Quoted local parts exist on paper; in a shop's form they are typing errors.
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f ||
        std::string_view("\"(),:;<>@[\\]").find(c) != std::string_view::npos)
      return false;
  }
  if (local.front() == '.' || local.back() == '.' || local.find("..") != local.npos) return false;
  std::size_t label = 0;
  bool dotted = false;
  for (std::size_t i = 0; i <= domain.size(); ++i) {
    if (i == domain.size() || domain[i] == '.') {
      if (label == 0 || label > 63 || domain[i - 1] == '-') return false;
      dotted = dotted || i < domain.size();
      label = 0;
      continue;
    }
    const char c = domain[i];
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                         (c == '-' && label > 0) || static_cast<unsigned char>(c) >= 0x80;
    if (!allowed) return false;
    ++label;
  }
  return dotted;
}

Result<Request> parse(const RawRequest& raw, const pricing::Rules& rules, Instant now) {
  Request request;
  std::vector<FieldError> errors;

  request.idempotency_key = raw.idempotency_key;
  if (!is_idempotency_key(request.idempotency_key))
    errors.push_back({"idempotency_key",
                      fmt::format("must be 1 to {} visible ASCII characters", kIdempotencyKeyBytesMax)});

  request.email = std::string(trim(raw.email));
  if (request.email.empty()) {
    errors.push_back({"email", "enter an e-mail address"});
  } else if (!is_email(request.email)) {
    errors.push_back({"email", "must be an e-mail address like name@example.com"});
  }

  orders::Address& address = request.address;
  address = {
      raw.name, raw.line1, raw.line2, raw.city, raw.region, raw.postcode, upper_ascii(trim(raw.country)),
      raw.phone};
  if (address.country.empty()) {
    errors.push_back({"country", "choose a country"});
  } else if (!delivers_to(rules, address.country)) {
    errors.push_back({"country", "is not a country we deliver to"});
  }
  check_address(address, errors);
  check_delivery(raw, rules, address.country, request, errors);

  const std::string_view method = trim(raw.payment_method);
  const auto known =
      method.empty() ? std::optional(PaymentMethod::kCard) : orders::parse_payment_method(method);
  if (!known) {
    errors.push_back({"payment_method", "choose how to pay"});
  } else {
    request.method = *known;
    if (*known == PaymentMethod::kCard)
      request.card = payments::parse_card(raw.card_number, raw.card_expiry, raw.card_cvc, now, errors);
  }

  if (const std::string_view total = trim(raw.expected_total); !total.empty()) {
    const Result<Money> expected = Money::parse_decimal(total, rules.currency);
    if (expected) request.expected_total = *expected;
    if (!expected) errors.push_back({"expected_total", "must be an amount like 12.50"});
  }

  if (!errors.empty())
    return tl::unexpected<Error>(
        Error{ErrorCode::kInvalid, "the checkout request has fields that are wrong", errors});
  return request;
}

std::string fingerprint_of(const Request& request) {
  const orders::Address& to = request.address;
  Fingerprint print;
  print.add(static_cast<std::int64_t>(request.lines.size()));
  for (const cart::Line& line : request.lines)
    print.add(line.variant.value).add(line.quantity);
  for (const std::string* part : {&request.email, &to.name, &to.line1, &to.line2, &to.city, &to.region,
                                  &to.postcode, &to.country, &to.phone, &request.delivery_method})
    print.add(std::string_view(*part));
  print.add(orders::to_string(request.method));
  print.add(request.expected_total ? request.expected_total->minor : std::int64_t{-1});
  std::string text = print.text();
  if (request.card) text += card_mark(*request.card);
  return text;
}

}  // namespace ff::checkout
