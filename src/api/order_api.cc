// Reading an order. Its identifier is not a secret; its key is.
#include "api/schemas.h"
#include "api/tables.h"
#include "api/views.h"

namespace ff::api {

namespace {

Task<http::Response> read(shop::Shop& shop, Input input) {
  const std::string_view in_header = input.http.header("Order-Key");
  const std::optional<Token> key = Token::parse(in_header.empty() ? input.query.text("key") : in_header);
  const std::optional<Uuid> id = Uuid::parse(input.http.param("order_id"));
  if (!key || !id) co_return respond(Problem{&problems::kNotFound, {}, {}}, input.http);
  const std::array ids{OrderId{*id}};
  Result<std::vector<std::optional<orders::Order>>> found = co_await shop.orders.read(ids);
  if (!found) co_return respond(std::move(found.error()), input.http);
  const std::optional<orders::Order>& order = found->front();
  // With a wrong key there is nothing here: whether the order exists is nobody else's business.
  if (!order || !order->access_key.equals_secret(*key)) {
    co_return respond(Problem{&problems::kNotFound, {}, {}}, input.http);
  }
  http::Response response = http::Response::json(200, {});
  JsonWriter json(response.body);
  write_order(json, *order);
  co_return response;
}

}  // namespace

void add_order_endpoints(std::vector<Endpoint>& table) {
  Endpoint reading;
  reading.path = "/api/v1/orders/{order_id}";
  reading.operation_id = "readOrder";
  reading.tag = "Orders";
  reading.summary = "Read an order";
  reading.description = "Needs the order's key, in the header field Order-Key or else in the query.";
  reading.priority = http::Priority::kCart;
  reading.parameters = {in_path("order_id", schemas::order_id()),
                        in_query("key", schemas::token("The order's key.")),
                        in_header("Order-Key", schemas::token("The order's key; keeps it out of logs."))};
  reading.answers = {{200, "The order as it is now.", schemas::order(), {}}};
  reading.may_refuse = {&problems::kUnavailable};
  reading.handler = read;
  table.push_back(std::move(reading));
}

}  // namespace ff::api
