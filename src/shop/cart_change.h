// Makes the changes of a cart: with the price and the name that the shopper sees at this moment, so that the
// cart can tell later what has become of them.
//
// Invariant: every cart::Change of pages and API is made here. Reads memory only; any thread.
#pragma once

#include <string>

#include "cart/cart.h"
#include "catalog/snapshot.h"
#include "shop/shop.h"

namespace ff::shop {

/// Of a variant that isn't sold (any more) the price is 0 and the line keeps its name.
cart::Change change_of(const Shop& shop, CartId cart, cart::Change::Kind kind, VariantId variant,
                       inventory::Quantity quantity);

}  // namespace ff::shop
