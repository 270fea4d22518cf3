#include "http/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/wire.h"

namespace ff::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

TEST(Form, DecodesFieldsInOrder) {
  const auto form = Form::parse("a=1&b=x+y&a=%C3%A9&empty=&bare&&=nameless");
  ASSERT_TRUE(form);
  EXPECT_THAT(form->fields(), ElementsAre(Pair("a", "1"), Pair("b", "x y"), Pair("a", "é"), Pair("empty", ""),
                                          Pair("bare", ""), Pair("", "nameless")));
  EXPECT_EQ(form->get("a"), "1");
  EXPECT_THAT(form->all("a"), ElementsAre("1", "é"));
  EXPECT_TRUE(form->has("bare"));
  EXPECT_FALSE(form->has("absent"));
  EXPECT_EQ(form->get("absent"), "");
}

TEST(Form, RefusesBrokenEncodings) {
  for (const char* bad : {"a=%", "a=%4", "a=%zz", "%=1", "a=%FF", "a=%C3", "a=%00"}) {
    const auto form = Form::parse(bad);
    ASSERT_FALSE(form) << bad;
    EXPECT_EQ(form.error().code, ErrorCode::kInvalid);
  }
}

TEST(Form, RefusesMoreFieldsThanItsBound) {
  EXPECT_TRUE(Form::parse("a=1&b=2", 2));
  EXPECT_FALSE(Form::parse("a=1&b=2&c=3", 2));
}

TEST(PercentEncoding, KeepsOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encode("aZ9-._~ /é?"), "aZ9-._~%20%2F%C3%A9%3F");
  EXPECT_EQ(percent_decode("a%20b+c"), "a b+c");
  EXPECT_EQ(percent_decode("a%20b+c", true), "a b c");
  EXPECT_EQ(percent_decode("%4"), std::nullopt);
}

TEST(Cookies, AreFoundByExactName) {
  Request request;
  request.headers = {{"cookie", "cart=abc; xcart=no;theme=\"dark\" ; broken; last=a=b"},
                     {"Cookie", "more=1"}};
  EXPECT_EQ(request.cookie("cart"), "abc");
  EXPECT_EQ(request.cookie("theme"), "dark");
  EXPECT_EQ(request.cookie("last"), "a=b");
  EXPECT_EQ(request.cookie("more"), "1");
  EXPECT_EQ(request.cookie("Cart"), "");
  EXPECT_EQ(request.cookie("broken"), "");
}

TEST(Cookies, AreHiddenFromScriptsUnlessAsked) {
  EXPECT_EQ(set_cookie({.name = "cart", .value = "abc"}), "cart=abc; Path=/; SameSite=Lax; HttpOnly");
  EXPECT_EQ(set_cookie({.name = "count",
                        .value = "3",
                        .max_age = std::chrono::hours(1),
                        .readable_by_scripts = true,
                        .secure = true}),
            "count=3; Path=/; SameSite=Lax; Max-Age=3600; Secure");
  EXPECT_THAT(set_cookie({.name = "gone", .value = "", .max_age = std::chrono::seconds(-1)}),
              HasSubstr("; Max-Age=0"));
}

TEST(Cookies, CannotBeSplitByTheirValue) {
  EXPECT_THAT(set_cookie({.name = "a", .value = "x; Domain=evil\r\nSet-Cookie: b=1"}),
              StartsWith("a=xDomain=evilSet-Cookie:b=1; Path=/"));
}

TEST(Negotiation, PrefersTheSmallestThatIsAllowed) {
  EXPECT_EQ(negotiate("gzip, deflate, br, zstd"), Encoding::kBrotli);
  EXPECT_EQ(negotiate("gzip"), Encoding::kGzip);
  EXPECT_EQ(negotiate("GZIP;q=0.5"), Encoding::kGzip);
  EXPECT_EQ(negotiate("*"), Encoding::kBrotli);
  EXPECT_EQ(negotiate("br;q=0, *"), Encoding::kGzip);
  EXPECT_EQ(negotiate("br;q=0.000, gzip;q=0"), Encoding::kIdentity);
  EXPECT_EQ(negotiate("br;q=broken, gzip;q=1.0"), Encoding::kGzip);
  EXPECT_EQ(negotiate("identity"), Encoding::kIdentity);
  EXPECT_EQ(negotiate(""), Encoding::kIdentity);
}

TEST(Finish, BuildsACompleteHeadAndItsNotModified) {
  Response response = Response::html(200, "<p>hello");
  response.header("Cache-Control", "public").header("Vary", "Accept-Encoding").header("Link", "</x>");
  const auto finished = finish(response, "home/1/identity");
  EXPECT_THAT(finished->head, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(finished->head, HasSubstr("Content-Type: text/html; charset=utf-8\r\n"));
  EXPECT_THAT(finished->head, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(finished->head, HasSubstr("ETag: " + finished->etag + "\r\n"));
  EXPECT_THAT(finished->head, HasSubstr("Content-Security-Policy: default-src 'none';"));
  EXPECT_TRUE(finished->head.ends_with("\r\n\r\n"));
  EXPECT_EQ(finished->head.substr(finished->date_offset, kDateSize), kDatePlaceholder);

  EXPECT_THAT(finished->not_modified_head, StartsWith("HTTP/1.1 304 Not Modified\r\n"));
  EXPECT_THAT(finished->not_modified_head, HasSubstr("ETag: " + finished->etag + "\r\n"));
  EXPECT_THAT(finished->not_modified_head, HasSubstr("Cache-Control: public\r\nVary: Accept-Encoding\r\n"));
  EXPECT_THAT(finished->not_modified_head, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(finished->not_modified_head, Not(HasSubstr("Content-Type:")));
  EXPECT_THAT(finished->not_modified_head, Not(HasSubstr("Link")));
  EXPECT_EQ(finished->not_modified_head.substr(finished->not_modified_date_offset, kDateSize),
            kDatePlaceholder);
}

TEST(Finish, EtagFollowsTheSeedOnly) {
  EXPECT_EQ(finish(Response::html(200, "a"), "seed")->etag, finish(Response::html(200, "b"), "seed")->etag);
  EXPECT_NE(finish(Response::html(200, "a"), "seed")->etag, finish(Response::html(200, "a"), "other")->etag);
}

TEST(Finish, AFieldCannotSplitTheAnswer) {
  Response response = Response::html(200, "");
  response.header("Location", "/a\r\nSet-Cookie: evil=1");
  EXPECT_THAT(finish(response, "s")->head, HasSubstr("Location: /a  Set-Cookie: evil=1\r\n"));
}

TEST(SecurityHeaders, NamePictureHostsAndNothingElse) {
  const std::vector<std::string> hosts = {"cdn.example.com", "https://pics.example.org",
                                          "evil; script-src *"};
  const SecurityHeaders security(hosts);
  EXPECT_THAT(security.content_security_policy(),
              HasSubstr("img-src 'self' data: https://cdn.example.com https://pics.example.org; style-src"));
  EXPECT_THAT(security.content_security_policy(), Not(HasSubstr("unsafe-inline")));
  EXPECT_THAT(security.content_security_policy(), Not(HasSubstr("evil")));
}

TEST(SecurityHeaders, AResponseKeepsThePolicyOfItsOwn) {
  Response response = Response::text(200, "");
  response.header("content-security-policy", "sandbox");
  const std::string head = finish(response, "s")->head;
  EXPECT_THAT(head, HasSubstr("content-security-policy: sandbox\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Content-Security-Policy:")));
  EXPECT_THAT(head, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
}

TEST(Wire, DatesAreImfFixdates) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), kDatePlaceholder);
}

TEST(Wire, IfNoneMatchComparesWeakly) {
  EXPECT_TRUE(none_match_fits("\"a\"", "\"a\""));
  EXPECT_TRUE(none_match_fits("W/\"a\"", "\"a\""));
  EXPECT_TRUE(none_match_fits("\"x,y\" , W/\"a\"", "\"a\""));
  EXPECT_TRUE(none_match_fits("*", "\"a\""));
  EXPECT_FALSE(none_match_fits("\"b\", \"ab\"", "\"a\""));
  EXPECT_FALSE(none_match_fits("a", "\"a\""));
  EXPECT_FALSE(none_match_fits("", "\"a\""));
  EXPECT_FALSE(none_match_fits("\"a", "\"a\""));
}

Request with(std::initializer_list<std::pair<std::string_view, std::string_view>> headers) {
  Request request;
  request.headers.assign(headers);
  return request;
}

TEST(Conditions, IfMatchComparesStronglyAndComesFirst) {
  EXPECT_EQ(judge_reading(with({}), "\"a\""), Condition::kHolds);
  EXPECT_EQ(judge_reading(with({{"If-Match", "\"b\", \"a\""}}), "\"a\""), Condition::kHolds);
  EXPECT_EQ(judge_reading(with({{"if-match", "\"b\""}, {"IF-MATCH", "\"a\""}}), "\"a\""), Condition::kHolds);
  EXPECT_EQ(judge_reading(with({{"If-Match", "*"}}), ""), Condition::kHolds);
  EXPECT_EQ(judge_reading(with({{"If-Match", "W/\"a\""}}), "\"a\""), Condition::kFailed);
  EXPECT_EQ(judge_reading(with({{"If-None-Match", "\"a\""}, {"If-Match", "\"b\""}}), "\"a\""),
            Condition::kFailed);
  EXPECT_EQ(judge_reading(with({{"If-None-Match", "\"b\""}, {"If-None-Match", "W/\"a\""}}), "\"a\""),
            Condition::kNotModified);
  EXPECT_EQ(judge_reading(with({{"If-None-Match", "*"}}), ""), Condition::kNotModified);
}

}  // namespace
}  // namespace ff::http
