#include "storefront/form_guard.h"

#include <gtest/gtest.h>

namespace ff::storefront {
namespace {

bool passes(std::vector<std::pair<std::string_view, std::string_view>> headers,
            std::string_view public_url = "") {
  http::Request request;
  request.method = http::Method::kPost;
  request.headers = std::move(headers);
  request.headers.emplace_back("Host", "shop.example:8080");
  return is_our_own(request, public_url);
}

TEST(FormGuard, LetsFormsOfOurOwnPagesPass) {
  EXPECT_TRUE(passes({{"Sec-Fetch-Site", "same-origin"}, {"Origin", "http://shop.example:8080"}}));
  EXPECT_TRUE(passes({{"Origin", "http://shop.example:8080"}}));
  EXPECT_TRUE(passes({{"Origin", "https://shop.example:8080"}}))
      << "TLS that a proxy ended without saying so";
  EXPECT_TRUE(passes({{"Referer", "http://shop.example:8080/products/shirt"}}));
}

TEST(FormGuard, RefusesFormsOfOtherSites) {
  EXPECT_FALSE(passes({{"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_FALSE(passes({{"Sec-Fetch-Site", "same-site"}})) << "another subdomain is another site's";
  EXPECT_FALSE(passes({{"Origin", "https://evil.example"}}));
  EXPECT_FALSE(passes({{"Origin", "http://shop.example"}})) << "another port is another origin";
  EXPECT_FALSE(passes({{"Origin", "http://shop.example:8080.evil.example"}}));
  EXPECT_FALSE(passes({{"Referer", "https://evil.example/http://shop.example:8080/"}}));
}

TEST(FormGuard, RefusesAnOriginThatHidesItself) {
  EXPECT_FALSE(passes({{"Origin", "null"}}));
  EXPECT_FALSE(passes({{"Origin", ""}}));
}

TEST(FormGuard, BelievesTheBrowserBeforeTheOrigin) {
  EXPECT_FALSE(passes({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://shop.example:8080"}}));
}

TEST(FormGuard, KnowsThePublicAddressBehindAProxyThatChangesTheHost) {
  EXPECT_TRUE(passes({{"Origin", "https://www.shop.example"}}, "https://www.shop.example"));
  EXPECT_FALSE(passes({{"Origin", "http://www.shop.example"}}, "https://www.shop.example"));
}

TEST(FormGuard, LetsProgramsPassThatAreNoBrowser) { EXPECT_TRUE(passes({})); }

}  // namespace
}  // namespace ff::storefront
