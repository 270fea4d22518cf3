#include "storefront/cart_view.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "catalog/options.h"
#include "sales/door.h"
#include "shop/cart_change.h"

namespace ff::storefront {
namespace {

CartLine view_line(const cart::Line& line, catalog::VariantRef sold, const inventory::Stock& stock,
                   Currency currency) {
  CartLine view;
  view.variant = line.variant;
  view.quantity = line.quantity;
  view.unit_price = Money{0, currency};
  view.total = view.unit_price;
  if (!sold) {
    view.title = line.name.empty() ? "A piece that we no longer sell" : line.name;
    view.trouble = Trouble::kGone;
    return view;
  }
  view.title = sold.product->title;
  view.options = catalog::options_text(*sold.variant);
  view.url = product_url(*sold.product, *sold.variant);
  view.picture = shop::choose_picture(*sold.product, *sold.variant);
  view.unit_price = sold.variant->price;
  view.taxable = sold.variant->taxable;
  view.total = view.unit_price * line.quantity;
  if (sold.variant->compare_at && sold.variant->compare_at->minor > view.unit_price.minor) {
    view.compare_at = sold.variant->compare_at;
  }
  if (line.price_seen.minor != view.unit_price.minor) view.price_before = line.price_seen;
  if (stock.policy == inventory::Policy::kDeny) {
    if (stock.available <= 0) {
      view.trouble = Trouble::kSoldOut;
    } else if (stock.available < line.quantity) {
      view.trouble = Trouble::kTooMany;
      view.left = stock.available;
    } else if (stock.available <= catalog::kFewLeftMax) {
      view.few_left = true;
      view.left = stock.available;
    }
  }
  return view;
}

bool delivers_to(const pricing::Rules& rules, std::string_view country) {
  return std::find(rules.countries.begin(), rules.countries.end(), country) != rules.countries.end();
}

}  // namespace

std::string product_url(const catalog::Product& product, const catalog::Variant& variant) {
  return fmt::format("/products/{}?variant={}", product.handle, variant.id.value);
}

CartView view_cart(const cart::Cart& cart, const catalog::Snapshot& snapshot,
                   std::span<const inventory::Stock> stocks, const pricing::Rules& rules,
                   std::string_view country) {
  CartView view;
  view.subtotal = Money{0, rules.currency};
  std::unordered_map<VariantId, inventory::Stock> stock_of;
  for (const inventory::Stock& stock : stocks)
    stock_of.emplace(stock.variant, stock);

  for (auto line = cart.lines.rbegin(); line != cart.lines.rend(); ++line) {
    inventory::Stock stock{line->variant, inventory::Policy::kUntracked};
    if (const auto found = stock_of.find(line->variant); found != stock_of.end()) stock = found->second;
    CartLine shown = view_line(*line, snapshot.variant(line->variant), stock, rules.currency);
    view.troubled |= shown.trouble != Trouble::kNone;
    view.pieces += shown.quantity;
    if (shown.sellable()) view.subtotal = view.subtotal + shown.total;
    view.lines.push_back(std::move(shown));
  }

  if (delivers_to(rules, country)) {
    view.country = country;
  } else if (!rules.countries.empty()) {
    view.country = rules.countries.front();
  }
  view.offers = pricing::delivery_offers(rules, view.country, view.subtotal);
  for (const pricing::DeliveryOffer& offer : view.offers) {
    const std::optional<Money>& from = offer.method->free_from;
    if (from && (!view.free_from || from->minor < view.free_from->minor)) view.free_from = from;
  }
  return view;
}

Task<Result<CartView>> load_cart(const shop::Shop& shop, std::optional<CartId> cart_id, std::string country) {
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop.catalogue.load();
  cart::Cart cart;
  if (cart_id) {
    const std::vector<CartId> ids{*cart_id};
    auto carts = co_await shop.carts.read(ids);
    if (!carts) co_return tl::unexpected(carts.error());
    if (!carts->empty()) cart = std::move(carts->front());
  }
  std::vector<VariantId> variants;
  for (const cart::Line& line : cart.lines)
    variants.push_back(line.variant);
  std::vector<inventory::Stock> stocks;
  if (!variants.empty()) {
    auto read = co_await shop.stock.read(variants);
    // The truth is decided when the order reserves: a cart without stock labels is better than none.
    if (read) stocks = std::move(*read);
  }
  CartView view = view_cart(cart, *snapshot, stocks, shop.rules, country);
  if (shop.door != nullptr)
    view.sales = sale_notes(*shop.door->board(), *snapshot, cart.lines, shop.clock.now());
  co_return view;
}

Task<Result<std::optional<cart::Cart>>> keep_what_is_left(shop::Shop& shop, CartId cart, CartView view) {
  std::optional<cart::Cart> after;
  for (const CartLine& line : view.lines) {
    if (line.trouble == Trouble::kNone) continue;
    const inventory::Quantity quantity = line.trouble == Trouble::kTooMany ? line.left : 0;
    const cart::Change change = shop::change_of(shop, cart, cart::Change::Kind::kSet, line.variant, quantity);
    auto changed = co_await shop.committer.change_cart(change);
    if (!changed) {
      Error error = std::move(changed.error());
      if (after) error.code = ErrorCode::kUnknown;  // some of it is done
      co_return tl::unexpected<Error>(std::move(error));
    }
    after = std::move(*changed);
  }
  co_return after;
}

}  // namespace ff::storefront
