// The storefront as one object: the assets, the frame, the reading pages and the buying pages over one Shop.
// What the composition root builds and asks for its routes.
#pragma once

#include <string_view>

#include "http/router.h"
#include "shop/shop.h"
#include "storefront/assets.h"
#include "storefront/error_pages.h"
#include "storefront/layout.h"
#include "storefront/reading_routes.h"

namespace ff::storefront {

class Storefront {
 public:
  /// `shop` must outlive it.
  explicit Storefront(shop::Shop& shop, ReadingLimits limits = {});
  Storefront(const Storefront&) = delete;

  /// It must outlive the router's last request.
  void add_routes(http::Router& router);
  /// In the shop's style, for every path that is not the API's.
  http::Response error_page(const http::Request& request, int status, std::string_view title) const;
  /// ErrorPages::refusal, likewise.
  http::Response refusal(const http::Request& request, int status, int retry_after_s) const;

  const Layout& layout() const { return layout_; }
  const Assets& assets() const { return assets_; }

 private:
  shop::Shop& shop_;
  Assets assets_;
  Layout layout_;
  ErrorPages errors_;
  ReadingRoutes reading_;
};

}  // namespace ff::storefront
