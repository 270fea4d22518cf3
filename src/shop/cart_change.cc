#include "shop/cart_change.h"

#include "catalog/options.h"

namespace ff::shop {

cart::Change change_of(const Shop& shop, CartId cart, cart::Change::Kind kind, VariantId variant,
                       inventory::Quantity quantity) {
  cart::Change change;
  change.cart = cart;
  change.kind = kind;
  change.variant = variant;
  change.quantity = quantity;
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop.catalogue.load();
  const catalog::VariantRef sold = snapshot->variant(variant);
  change.price_seen = sold ? sold.variant->price : Money{0, shop.rules.currency};
  if (sold) change.name = catalog::full_title(*sold.product, *sold.variant);
  return change;
}

}  // namespace ff::shop
