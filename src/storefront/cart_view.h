// A cart as a person reads it: each line with its name, picture and price of now, and what changed since they
// looked: another price, fewer left, sold out, no longer sold.
//
// Invariant: amounts are those that checkout would charge at this moment; a line that can't be bought at all
// counts for nothing in the subtotal. Making a view writes nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "cart/cart.h"
#include "catalog/snapshot.h"
#include "inventory/stock.h"
#include "pricing/pricing.h"
#include "shop/product_picture.h"
#include "shop/shop.h"
#include "storefront/sale_notes.h"

namespace ff::storefront {

enum class Trouble : std::uint8_t {
  kNone,
  kTooMany,  // more wanted than are left
  kSoldOut,
  kGone,  // the shop does not sell it any more
};

struct CartLine {
  VariantId variant;
  inventory::Quantity quantity = 1;
  std::string title;
  std::string options;          // "Navy / M"; empty for a plain product
  std::string url;              // of the product, with the variant; empty when it is gone
  shop::ChosenPicture picture;  // no url when it is gone
  Money unit_price;
  std::optional<Money> compare_at;
  std::optional<Money> price_before;  // what the shopper saw last, when it was another price
  Money total;
  bool taxable = true;
  Trouble trouble = Trouble::kNone;
  inventory::Quantity left = 0;  // with kTooMany
  bool few_left = false;         // enough for now, worth saying

  /// "Linen Shirt, Navy / M"
  std::string full_name() const { return options.empty() ? title : title + ", " + options; }
  bool sellable() const { return trouble == Trouble::kNone || trouble == Trouble::kTooMany; }
};

struct CartView {
  std::vector<CartLine> lines;  // newest first: what was just added stands on top
  Money subtotal;
  std::int64_t pieces = 0;
  bool troubled = false;  // some line can't be bought as it stands
  std::string country;    // that the estimate is for
  std::vector<pricing::DeliveryOffer> offers;
  std::optional<Money> free_from;  // the threshold, when there is one for that country
  std::vector<SaleNote> sales;     // that its pieces are in, where they have something to say
};

/// "/products/linen-shirt?variant=17"
std::string product_url(const catalog::Product& product, const catalog::Variant& variant);

/// `country` empty or not delivered to: the first that the shop delivers to.
CartView view_cart(const cart::Cart& cart, const catalog::Snapshot& snapshot,
                   std::span<const inventory::Stock> stocks, const pricing::Rules& rules,
                   std::string_view country);

/// Reads the cart and the stock of its variants, then view_cart(). No cart: an empty view.
Task<Result<CartView>> load_cart(const shop::Shop& shop, std::optional<CartId> cart, std::string country);

/// Each line becomes what can be had of it: fewer, or none. The cart after the last change; nothing when none
/// was needed.
Task<Result<std::optional<cart::Cart>>> keep_what_is_left(shop::Shop& shop, CartId cart, CartView view);

}  // namespace ff::storefront
