// Between rows of orders and orders::Order.
#pragma once

#include <vector>

#include "orders/order.h"
#include "postgres/connection.h"
#include "storage/documents.h"

namespace ff::storage::pg {

/// The orders of a statement that selects the columns of orders_by_ids.
postgres::Outcome<std::vector<orders::Order>> orders_from(const postgres::Rows& rows,
                                                          DocumentReader& documents);

/// What has a column of its own.
orders::Order order_columns(const postgres::Rows& rows, int row);

using OrderList = std::vector<const orders::Order*>;
postgres::Params insert_parameters(const OrderList& orders);  // of orders_insert
postgres::Params column_parameters(const OrderList& orders);  // all of these but the documents
postgres::Params update_parameters(const OrderList& orders);  // of orders_update
postgres::Params document_parameters(const OrderList& orders);
postgres::Params ids_parameter(std::span<const OrderId> ids);

}  // namespace ff::storage::pg
