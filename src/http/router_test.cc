#include "http/router.h"

#include <gtest/gtest.h>

namespace ff::http {
namespace {

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    const ImmediateHandler page = [](const Request&) { return Response(); };
    const Handler action = [](const Request&) -> Task<Response> { co_return Response(); };
    router.get("/", Priority::kBrowse, page);
    router.get("/products/{handle}", Priority::kBrowse, page);
    router.get("/products/new", Priority::kBrowse, page);
    router.get("/assets/{path...}", Priority::kBrowse, page);
    router.get("/orders/{id}/lines/{line}", Priority::kCheckout, page);
    router.add(Method::kPost, "/cart/lines", Priority::kCart, action, 10);
    router.add(Method::kDelete, "/cart/lines", Priority::kCart, action);
  }

  Router::Match match(Method method, std::string path) {
    request.method = method;
    request.path = std::move(path);
    return router.match(request);
  }
  std::string route(Method method, std::string path) {
    const Router::Match found = match(method, std::move(path));
    return found.route == nullptr ? "none" : found.route->pattern;
  }

  Router router;
  Request request;
};

TEST_F(RouterTest, FillsParametersByName) {
  EXPECT_EQ(route(Method::kGet, "/orders/7/lines/é x"), "/orders/{id}/lines/{line}");
  EXPECT_EQ(request.param("id"), "7");
  EXPECT_EQ(request.param("line"), "é x");
  EXPECT_EQ(request.param("absent"), "");
  EXPECT_EQ(request.route, "/orders/{id}/lines/{line}");
}

TEST_F(RouterTest, LiteralWinsOverParameter) {
  EXPECT_EQ(route(Method::kGet, "/products/new"), "/products/new");
  EXPECT_EQ(route(Method::kGet, "/products/newer"), "/products/{handle}");
}

TEST_F(RouterTest, RestTakesSlashesAndNothing) {
  EXPECT_EQ(route(Method::kGet, "/assets/css/shop.css"), "/assets/{path...}");
  EXPECT_EQ(request.param("path"), "css/shop.css");
  EXPECT_EQ(route(Method::kGet, "/assets/"), "/assets/{path...}");
  EXPECT_EQ(route(Method::kGet, "/assets"), "none");
}

TEST_F(RouterTest, TellsWhereOnlyASlashAtTheEndIsTooMuchForReading) {
  EXPECT_TRUE(match(Method::kGet, "/products/shirt/").slash_too_many);
  EXPECT_TRUE(match(Method::kHead, "/products/shirt//").slash_too_many);
  EXPECT_EQ(request.route, "");
  EXPECT_TRUE(request.params.empty());
  EXPECT_FALSE(match(Method::kGet, "/products/").slash_too_many) << "there is no /products";
  EXPECT_FALSE(match(Method::kGet, "/cart/lines/").slash_too_many) << "that can't be read";
  EXPECT_FALSE(match(Method::kPost, "/cart/lines/").slash_too_many) << "a form isn't sent on";
  EXPECT_FALSE(match(Method::kGet, "//").slash_too_many);
}

TEST_F(RouterTest, ParameterIsOneSegmentThatIsNotEmpty) {
  EXPECT_EQ(route(Method::kGet, "/products/"), "none");
  EXPECT_EQ(route(Method::kGet, "/products/a/b"), "none");
  EXPECT_EQ(route(Method::kGet, "/products"), "none");
  EXPECT_EQ(route(Method::kGet, "//"), "none");
  EXPECT_EQ(route(Method::kGet, "/"), "/");
  EXPECT_TRUE(request.params.empty());
}

TEST_F(RouterTest, HeadIsAnsweredByTheGetRoute) {
  EXPECT_EQ(route(Method::kHead, "/products/x"), "/products/{handle}");
}

TEST_F(RouterTest, OtherMethodsAreNamedForAllow) {
  const Router::Match found = match(Method::kGet, "/cart/lines");
  EXPECT_EQ(found.route, nullptr);
  EXPECT_EQ(found.allow, "POST, DELETE, OPTIONS");
  EXPECT_EQ(match(Method::kPost, "/").allow, "GET, HEAD, OPTIONS");
  EXPECT_EQ(match(Method::kPost, "/nowhere").allow, "");
}

TEST_F(RouterTest, RoutesKeepTheirBounds) {
  EXPECT_EQ(match(Method::kPost, "/cart/lines").route->body_bytes_max, 10u);
  EXPECT_EQ(match(Method::kGet, "/").route->body_bytes_max, 0u);
}

using RouterDeathTest = RouterTest;

TEST_F(RouterDeathTest, TwoRoutesOfTheSameShapeAbort) {
  const ImmediateHandler page = [](const Request&) { return Response(); };
  EXPECT_DEATH(router.get("/", Priority::kBrowse, page), "registered twice");
  EXPECT_DEATH(router.get("/products/{id}", Priority::kBrowse, page), "parameters");
  EXPECT_DEATH(router.get("/a/{rest...}/b", Priority::kBrowse, page), "last segment");
}

}  // namespace
}  // namespace ff::http
