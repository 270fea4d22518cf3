// Hostile cookies against tickets and passes: nothing that was not signed is believed, and whatever parses
// has one spelling.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sales/ticket.h"

namespace {

// The first byte says how: 0 as it came; else the text is a valid token with these bytes laid over it.
std::string spoil(std::string token, std::string_view with) {
  if (with.empty()) return token;
  const std::size_t at = static_cast<unsigned char>(with[0]) % token.size();
  with.remove_prefix(1);
  token.replace(at, std::min(with.size(), token.size() - at), with.substr(0, token.size() - at));
  return token;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ff::sales;
  static const SaleSecrets secrets{{1, 2, 3}, {4, 5, 6}};
  static const SaleId sale = *SaleId::parse("black-friday");
  static const Ticket ticket{sale, 3, 7, {9, 8, 7}};
  static const Pass pass{sale, ticket.id, {1'700'000'000'000'000}};
  static const ff::CartId cart{};
  static const std::string good_ticket = sign_ticket(secrets, ticket);
  static const std::string good_pass = sign_pass(secrets, pass, cart);

  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string& tried : {std::string(text), spoil(good_ticket, text), spoil(good_pass, text)}) {
    if (const auto read = read_ticket(secrets, sale, tried); read && tried != good_ticket) std::abort();
    if (const auto read = read_pass(secrets, sale, cart, tried); read && tried != good_pass) std::abort();
    if (const auto parsed = parse_ticket_unverified(tried)) {
      if (parsed->sale.text() + "." != tried.substr(0, parsed->sale.text().size() + 1)) std::abort();
    }
    const std::string kept = keep_token(tried, good_ticket);
    if (token_of(kept, sale) != good_ticket) std::abort();
    if (!token_of(drop_token(kept, sale), sale).empty()) std::abort();
    if (kept.size() > kTokensMax * (kTokenBytesMax + 1)) std::abort();
  }
  return 0;
}
