#include "shop/purchase_limits.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"

namespace ff::shop {
namespace {

/// 32 hex digits; `kind` keeps names of different kinds apart.
std::string name_of(std::string_view kind, std::string_view text) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, hash.size());
  for (const std::string_view part : {kind, text})
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  crypto_generichash_final(&state, hash.data(), hash.size());
  std::array<char, 2 * hash.size() + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

struct Share {
  inventory::Quantity units = 0, units_max = 0;
};

}  // namespace

std::string mailbox_of(std::string_view email) {
  const std::size_t at = std::min(email.rfind('@'), email.size());
  std::string mailbox = lower_ascii(email.substr(0, std::min(email.find('+'), at)));
  std::string host = lower_ascii(email.substr(at));
  if (host == "@googlemail.com") host = "@gmail.com";
  if (host == "@gmail.com") std::erase(mailbox, '.');
  return mailbox + host;
}

std::vector<orders::PurchaseLimit> purchase_limits(const sales::Board& board, const orders::Order& order,
                                                   Instant now) {
  if (board.sales().empty()) return {};
  std::map<std::string, Share> shares;  // by sale
  for (const orders::Line& line : order.lines) {
    for (const sales::PurchaseLimit& limit : board.limits(line.handle, now)) {
      Share& share = shares[limit.sale.text()];
      share.units += line.quantity;
      share.units_max = limit.units_max;
    }
  }
  std::vector<orders::PurchaseLimit> limits;
  for (const auto& [sale, share] : shares) {
    for (std::string name : {name_of("mailbox", mailbox_of(order.email)), name_of("cart", order.cart.text())})
      limits.push_back({sale, std::move(name), share.units, share.units_max});
  }
  return limits;
}

}  // namespace ff::shop
