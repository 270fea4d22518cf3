#include "storefront/storefront.h"

#include "embedded/web.h"
#include "storefront/buying_routes.h"

namespace ff::storefront {

Storefront::Storefront(shop::Shop& shop, ReadingLimits limits)
    : shop_(shop),
      assets_(embedded::web()),
      layout_(shop.identity, assets_),
      errors_(layout_, shop.catalogue),
      reading_(
          ReadingSources{shop.catalogue, shop.labels, shop.index, shop.rules, shop.metrics}, layout_,
          [this](const http::Request& request, int status, std::string_view title) {
            return errors_.page(request, status, title);
          },
          limits) {}

void Storefront::add_routes(http::Router& router) {
  add_reading_routes(router, reading_);
  add_buying_routes(router, shop_, layout_);
}

http::Response Storefront::error_page(const http::Request& request, int status,
                                      std::string_view title) const {
  return errors_.page(request, status, title);
}

http::Response Storefront::refusal(const http::Request& request, int status, int retry_after_s) const {
  return errors_.refusal(request, status, retry_after_s);
}

}  // namespace ff::storefront
