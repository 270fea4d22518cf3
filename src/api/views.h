// Writes what answers hold. The shapes are those of schemas.h; a test of each holds them together.
#pragma once

#include "base/json_writer.h"
#include "cart/cart.h"
#include "catalog/search.h"
#include "catalog/snapshot.h"
#include "catalog/stock_labels.h"
#include "orders/order.h"
#include "pricing/pricing.h"

namespace ff::api {

void write_summary(JsonWriter& json, const catalog::Product& product, const catalog::StockLabels& labels);
void write_product(JsonWriter& json, const catalog::Product& product, const catalog::StockLabels& labels);
void write_page(JsonWriter& json, const catalog::Page& page, const catalog::StockLabels& labels,
                Currency currency);
void write_collection(JsonWriter& json, const catalog::Collection& collection, std::size_t product_count);
void write_cart(JsonWriter& json, const cart::Cart& cart, const catalog::Snapshot& snapshot,
                const catalog::StockLabels& labels, Currency currency);
void write_order(JsonWriter& json, const orders::Order& order);

}  // namespace ff::api
