#include "storefront/shopper_cookies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ff::storefront {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::string> cookies_set(std::string public_url, bool secure) {
  shop::Identity identity;
  identity.public_url = std::move(public_url);
  http::Request request;
  request.secure = secure;
  http::Response response;
  remember_cart(response, request, identity, cart::Cart{});
  std::vector<std::string> cookies;
  for (const auto& [name, value] : response.headers) {
    if (name == "Set-Cookie") cookies.push_back(value);
  }
  return cookies;
}

TEST(ShopperCookies, AreSecureOverTlsAndWhereTheShopIsPublishedUnderHttps) {
  for (const auto& cookies : {cookies_set("", true), cookies_set("https://shop.example", false)}) {
    ASSERT_THAT(cookies, SizeIs(2));
    EXPECT_THAT(cookies, Each(HasSubstr("; Secure")));
  }
}

TEST(ShopperCookies, AreKeptByABrowserOfAShopWithoutTls) {
  for (const auto& cookies : {cookies_set("", false), cookies_set("http://shop.example", false)}) {
    ASSERT_THAT(cookies, SizeIs(2));
    EXPECT_THAT(cookies, Each(Not(HasSubstr("Secure"))));
  }
}

}  // namespace
}  // namespace ff::storefront
