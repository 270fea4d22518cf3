#include "api/problem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "api/api_test_shop.h"

namespace ff::api {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string header(const http::Response& response, std::string_view name) {
  for (const auto& [known, value] : response.headers) {
    if (known == name) return value;
  }
  return {};
}

TEST(Problem, NeverShowsTheOperatorsDetail) {
  http::Request request;
  request.headers.emplace_back("X-Request-Id", "r-1");
  const http::Response response = respond(Error{ErrorCode::kInternal, "table orders is locked", {}}, request);
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_THAT(response.body, Not(HasSubstr("orders")));
  EXPECT_EQ(text_at(response.body, "/request_id"), "r-1");
  EXPECT_EQ(text_at(response.body, "/type"), "/api/problems/internal");
}

TEST(Problem, TellsEachFieldAndTheRuleThatItBreaks) {
  const http::Response response =
      respond(Error{ErrorCode::kInvalid, "x", {{"lines[0].quantity", "must be between 1 and 99"}}}, {});
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(text_at(response.body, "/errors/0/field"), "lines[0].quantity");
  EXPECT_EQ(text_at(response.body, "/errors/0/message"), "must be between 1 and 99");
}

TEST(Problem, SaysWhenToTryAgainWhereThatHelps) {
  for (const ErrorCode code :
       {ErrorCode::kInProgress, ErrorCode::kOverloaded, ErrorCode::kUnavailable, ErrorCode::kUnknown}) {
    EXPECT_NE(header(respond(Error{code, {}, {}}, {}), "Retry-After"), "") << to_string(code);
  }
  for (const ErrorCode code :
       {ErrorCode::kInvalid, ErrorCode::kKeyReused, ErrorCode::kNotFound, ErrorCode::kInternal}) {
    EXPECT_EQ(header(respond(Error{code, {}, {}}, {}), "Retry-After"), "") << to_string(code);
  }
}

TEST(Problem, HasOneMeaningForEachNameAndIsInOrderOfStatus) {
  std::set<std::string_view> names;
  int status = 400;
  for (const ProblemKind* kind : problem_kinds()) {
    EXPECT_TRUE(names.insert(kind->name).second) << kind->name;
    EXPECT_EQ(find_problem_kind(kind->name), kind);
    EXPECT_GE(kind->status, status);
    status = kind->status;
  }
}

TEST(Problem, AnswersTheServersOwnErrorsInTheSameShape) {
  EXPECT_EQ(text_at(error_page({}, 405, "Method Not Allowed").body, "/type"),
            "/api/problems/method-not-allowed");
  EXPECT_EQ(header(error_page({}, 503, "Busy"), "Retry-After"), "3");
  const http::Response teapot = error_page({}, 418, "Teapot");
  EXPECT_EQ(teapot.status, 418);
  EXPECT_EQ(text_at(teapot.body, "/type"), "about:blank");
  EXPECT_EQ(text_at(teapot.body, "/title"), "Teapot");
}

}  // namespace
}  // namespace ff::api
