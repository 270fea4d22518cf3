#include "storefront/order_routes.h"

#include <fmt/format.h>

#include "storefront/order_page.h"
#include "storefront/shopper_cookies.h"

namespace ff::storefront {

OrderRoutes::OrderRoutes(shop::Shop& shop, const Layout& layout)
    : shop_(shop), layout_(layout), errors_(layout, shop.catalogue) {}

Task<http::Response> OrderRoutes::show(const http::Request& request) {
  const Result<http::Form> query = http::Form::parse(request.query);
  const std::optional<Uuid> id = Uuid::parse(request.param("id"));
  const std::optional<Token> key = Token::parse(query ? query->get("key") : std::string_view());
  if (!id || !key) co_return errors_.page(request, 404, "Not Found");
  const std::vector<OrderId> ids{OrderId{*id}};
  auto read = co_await shop_.orders.read(ids);
  if (!read) co_return errors_.of(request, read.error());
  if (read->empty() || !read->front() || !read->front()->access_key.equals_secret(*key)) {
    co_return errors_.page(request, 404, "Not Found");
  }
  const orders::Order& order = *read->front();
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop_.catalogue.load();
  http::Response response = order_page(layout_, *snapshot, order);
  // The order emptied the cart, perhaps only now that its payment was confirmed: the badge follows.
  const std::optional<CartId> cart = cart_of(request);
  if (cart && *cart == order.cart && order.state != orders::State::kPendingPayment) {
    const std::vector<CartId> carts{*cart};
    auto now = co_await shop_.carts.read(carts);
    if (now && !now->empty()) remember_count(response, request, shop_.identity, piece_count(now->front()));
  }
  co_return response;
}

}  // namespace ff::storefront
