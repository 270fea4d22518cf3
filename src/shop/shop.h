// Everything that pages and the API need of the shop, in one place. Built by the composition root, alive
// until the last request has ended; what it refers to may be used from any io thread.
#pragma once

#include <string>

#include "cart/cart_store.h"
#include "catalog/search.h"
#include "catalog/snapshot.h"
#include "catalog/stock_labels.h"
#include "checkout/checkout.h"
#include "checkout/committer.h"
#include "inventory/stock_store.h"
#include "orders/order_store.h"
#include "pricing/pricing.h"
#include "shop/declined_cards.h"
#include "telemetry/metrics.h"

namespace ff::sales {
class Door;
}

namespace ff::shop {

/// What the shop says about itself.
struct Identity {
  std::string name = "FashionForward";
  std::string public_url;  // "https://shop.example", without a slash at its end; empty: relative links only
  std::string support_email;
  std::vector<std::string> picture_hosts;  // other hosts that the catalogue's pictures come from, for the CSP
  bool demo = false;                       // shows the demo-mode mark and the test cards
};

struct Shop {
  Identity identity;
  const pricing::Rules& rules;
  const catalog::SnapshotHolder& catalogue;
  const catalog::StockLabelsHolder& labels;
  const catalog::IndexHolder& index;
  cart::CartStore& carts;
  inventory::StockStore& stock;
  orders::OrderStore& orders;
  checkout::Committer& committer;
  checkout::Service& checkout;
  Clock& clock;
  Random& random;
  telemetry::Registry& metrics;
  sales::Door* door = nullptr;  // before the checkout of sales; null: there are none
  DeclinedCards declined_cards{};
};

}  // namespace ff::shop
