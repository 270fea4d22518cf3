#include "storage/postgres/order_codec.h"

#include <fmt/format.h>

namespace ff::storage::pg {

namespace {

using orders::Order;

std::string document_of(const Order* order) {
  std::string document;
  encode(document, *order);
  return document;
}

}  // namespace

Order order_columns(const postgres::Rows& rows, int row) {
  Order order;
  order.number = rows.integer(row, 0);
  order.created_at = rows.instant(row, 1);
  order.updated_at = rows.instant(row, 2);
  order.hold_expires_at = rows.instant(row, 3);
  order.lease_expires_at = rows.instant(row, 4);
  order.version = static_cast<std::int32_t>(rows.integer(row, 5));
  order.attempt = static_cast<std::int32_t>(rows.integer(row, 6));
  order.state = static_cast<orders::State>(rows.integer(row, 7));
  order.payment = static_cast<orders::PaymentState>(rows.integer(row, 8));
  order.holding = rows.truth(row, 9);
  order.id = rows.id<OrderId>(row, 10);
  order.cart = rows.id<CartId>(row, 11);
  order.idempotency_key = rows.text(row, 12);
  order.payment_reference = rows.text(row, 13);
  order.card_hint = rows.text(row, 14);
  order.reason = rows.text(row, 15);
  return order;
}

postgres::Outcome<std::vector<Order>> orders_from(const postgres::Rows& rows, DocumentReader& documents) {
  std::vector<Order> orders(static_cast<std::size_t>(rows.count()));
  for (int row = 0; row < rows.count(); ++row) {
    Order& order = orders[static_cast<std::size_t>(row)];
    order = order_columns(rows, row);
    if (!documents.decode(rows.text(row, 16), order)) {
      return postgres::refuse(ErrorCode::kInternal,
                              fmt::format("the document of order {} can't be read", order.id.text()));
    }
  }
  return orders;
}

postgres::Params insert_parameters(const OrderList& orders) {
  postgres::Params params = column_parameters(orders);
  params.texts(orders, document_of);
  return params;
}

postgres::Params column_parameters(const OrderList& orders) {
  postgres::Params params;
  params.integers(orders, [](const Order* o) { return o->number; })
      .integers(orders, [](const Order* o) { return o->created_at.us; })
      .integers(orders, [](const Order* o) { return o->updated_at.us; })
      .integers(orders, [](const Order* o) { return o->hold_expires_at.us; })
      .integers(orders, [](const Order* o) { return o->lease_expires_at.us; })
      .integers(orders, [](const Order* o) { return o->version; })
      .integers(orders, [](const Order* o) { return o->attempt; })
      .integers(orders, [](const Order* o) { return static_cast<int>(o->state); })
      .integers(orders, [](const Order* o) { return static_cast<int>(o->payment); })
      .integers(orders, [](const Order* o) { return o->holding; })
      .uuids(orders, [](const Order* o) -> const OrderId& { return o->id; })
      .uuids(orders, [](const Order* o) -> const CartId& { return o->cart; })
      .texts(orders, [](const Order* o) -> std::string_view { return o->idempotency_key; })
      .texts(orders, [](const Order* o) -> std::string_view { return o->payment_reference; })
      .texts(orders, [](const Order* o) -> std::string_view { return o->card_hint; })
      .texts(orders, [](const Order* o) -> std::string_view { return o->reason; });
  return params;
}

postgres::Params update_parameters(const OrderList& orders) {
  postgres::Params params;
  params.uuids(orders, [](const Order* o) -> const OrderId& { return o->id; })
      .integers(orders, [](const Order* o) { return o->updated_at.us; })
      .integers(orders, [](const Order* o) { return o->lease_expires_at.us; })
      .integers(orders, [](const Order* o) { return o->version; })
      .integers(orders, [](const Order* o) { return o->attempt; })
      .integers(orders, [](const Order* o) { return static_cast<int>(o->state); })
      .integers(orders, [](const Order* o) { return static_cast<int>(o->payment); })
      .integers(orders, [](const Order* o) { return o->holding; })
      .texts(orders, [](const Order* o) -> std::string_view { return o->payment_reference; })
      .texts(orders, [](const Order* o) -> std::string_view { return o->card_hint; })
      .texts(orders, [](const Order* o) -> std::string_view { return o->reason; });
  return params;
}

postgres::Params document_parameters(const OrderList& orders) {
  postgres::Params params;
  params.uuids(orders, [](const Order* o) -> const OrderId& { return o->id; }).texts(orders, document_of);
  return params;
}

postgres::Params ids_parameter(std::span<const OrderId> ids) {
  postgres::Params params;
  params.uuids(ids, [](const OrderId& id) -> const OrderId& { return id; });
  return params;
}

}  // namespace ff::storage::pg
