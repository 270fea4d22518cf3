#include "storefront/buying_routes.h"

#include <memory>

#include "storefront/cart_routes.h"
#include "storefront/checkout_routes.h"
#include "storefront/error_pages.h"
#include "storefront/form_guard.h"
#include "storefront/order_routes.h"
#include "storefront/queue_routes.h"

namespace ff::storefront {
namespace {

constexpr std::size_t kFormBytesMax = 16 * 1024;

/// The routes' objects live as long as the handlers that the router keeps.
template <typename Routes>
http::Handler handler(std::shared_ptr<Routes> routes,
                      Task<http::Response> (Routes::*method)(const http::Request&)) {
  return [routes = std::move(routes), method](const http::Request& request) {
    return (routes.get()->*method)(request);
  };
}

}  // namespace

void add_buying_routes(http::Router& router, shop::Shop& shop, const Layout& layout) {
  using http::Method;
  using http::Priority;
  const auto cart = std::make_shared<CartRoutes>(shop, layout);
  const auto checkout = std::make_shared<CheckoutRoutes>(shop, layout);
  const auto order = std::make_shared<OrderRoutes>(shop, layout);
  const auto queue = std::make_shared<QueueRoutes>(shop, layout);
  const auto pages = std::make_shared<ErrorPages>(layout, shop.catalogue);
  const http::ErrorPage refused = [pages](const http::Request& request, int status, std::string_view title) {
    return pages->page(request, status, title);
  };
  const auto form = [&](std::string pattern, Priority priority, http::Handler handler) {
    router.add(Method::kPost, std::move(pattern), priority,
               guarded(std::move(handler), shop.identity.public_url, refused), kFormBytesMax);
  };
  router.add(Method::kGet, "/cart", Priority::kCart, handler(cart, &CartRoutes::show), 0);
  form("/cart/lines", Priority::kCart, handler(cart, &CartRoutes::add));
  form("/cart/lines/update", Priority::kCart, handler(cart, &CartRoutes::update));
  form("/cart/lines/remove", Priority::kCart, handler(cart, &CartRoutes::remove));
  form("/cart/lines/restore", Priority::kCart, handler(cart, &CartRoutes::restore));
  form("/cart/lines/seen", Priority::kCart, handler(cart, &CartRoutes::seen));
  form("/cart/reconcile", Priority::kCart, handler(cart, &CartRoutes::reconcile));
  router.add(Method::kGet, "/checkout", Priority::kCheckout, handler(checkout, &CheckoutRoutes::show), 0);
  form("/checkout", Priority::kCheckout, handler(checkout, &CheckoutRoutes::place));
  router.add(Method::kGet, "/queue/{sale}", Priority::kCart, handler(queue, &QueueRoutes::show), 0);
  form("/queue/{sale}/enter", Priority::kCheckout, handler(queue, &QueueRoutes::enter));
  router.add(Method::kGet, "/orders/{id}", Priority::kCheckout, handler(order, &OrderRoutes::show), 0);
}

}  // namespace ff::storefront
