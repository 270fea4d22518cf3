#include "http/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>

#include "http/body_decoder.h"

namespace ff::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

struct Outcome {
  bool complete = false;
  Fault fault = Fault::kNone;
  std::size_t used = 0;
  Request request;
  Framing framing;
  std::string bytes;  // what the request's views refer to
};

/// Feeds `bytes` in pieces of `piece` bytes, as a connection would.
std::unique_ptr<Outcome> read_message(std::string_view bytes, std::size_t piece, const Limits& limits,
                                      std::size_t body_bytes_max = 1000) {
  auto outcome = std::make_unique<Outcome>();
  HeadParser parser(limits);
  std::size_t fed = 0;
  HeadParser::Step step = HeadParser::Step::kNeedMore;
  outcome->bytes.reserve(bytes.size());
  while (step == HeadParser::Step::kNeedMore && fed < bytes.size()) {
    outcome->bytes += bytes.substr(fed, piece);
    fed = outcome->bytes.size();
    step = parser.parse(outcome->bytes, outcome->request);
  }
  outcome->fault = parser.fault();
  if (step != HeadParser::Step::kComplete) return outcome;
  outcome->framing = parser.framing();
  outcome->used = parser.framing().head_bytes;

  BodyDecoder decoder(parser.framing(), body_bytes_max);
  std::string_view rest = bytes.substr(outcome->used, fed - outcome->used);
  for (;;) {
    const std::size_t before = rest.size();
    const BodyDecoder::Step body = decoder.feed(rest, outcome->request.body);
    outcome->used += before - rest.size();
    if (body == BodyDecoder::Step::kComplete) outcome->complete = true;
    if (body == BodyDecoder::Step::kRefused) outcome->fault = decoder.fault();
    if (body != BodyDecoder::Step::kNeedMore || fed >= bytes.size()) return outcome;
    rest = bytes.substr(fed, piece);
    fed += rest.size();
  }
}

std::string get(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: shop\r\n\r\n";
}
std::string post(std::string_view fields_and_body) {
  return "POST / HTTP/1.1\r\nHost: shop\r\n" + std::string(fields_and_body);
}

struct Refused {
  const char* name;
  std::string bytes;
  Fault fault;
};
void PrintTo(const Refused& shape, std::ostream* out) { *out << shape.name; }

class RefusedShapes : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedShapes, AreRefusedHoweverTheBytesAreCut) {
  const Limits limits;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, GetParam().bytes.size()}) {
    const auto outcome = read_message(GetParam().bytes, piece, limits);
    EXPECT_EQ(to_string(outcome->fault), to_string(GetParam().fault)) << "in pieces of " << piece;
    EXPECT_FALSE(outcome->complete);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Smuggling, RefusedShapes,
    ::testing::Values(
        Refused{"LengthAndChunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                Fault::kBadTransferEncoding},
        Refused{"ChunkedAndLength", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
                Fault::kBadTransferEncoding},
        Refused{"DifferingLengths", post("Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
                Fault::kBadContentLength},
        Refused{"EqualLengths", post("Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
                Fault::kBadContentLength},
        Refused{"LengthList", post("Content-Length: 5, 5\r\n\r\nhello"), Fault::kBadContentLength},
        Refused{"SignedLength", post("Content-Length: +5\r\n\r\nhello"), Fault::kBadContentLength},
        Refused{"NegativeLength", post("Content-Length: -5\r\n\r\nhello"), Fault::kBadContentLength},
        Refused{"HexLength", post("Content-Length: 0x5\r\n\r\nhello"), Fault::kBadContentLength},
        Refused{"EmptyLength", post("Content-Length:\r\n\r\nhello"), Fault::kBadContentLength},
        Refused{"HugeLength", post("Content-Length: 99999999999999999999\r\n\r\n"), Fault::kBadContentLength},
        Refused{"TwoChunked",
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                Fault::kBadTransferEncoding},
        Refused{"IdentityCoding", post("Transfer-Encoding: identity\r\n\r\n"), Fault::kBadTransferEncoding},
        Refused{"GzipChunked", post("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                Fault::kUnknownTransferCoding},
        Refused{"ChunkedAfterNothing", post("Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n"),
                Fault::kBadTransferEncoding},
        Refused{"ChunkedInTwoLines",
                post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                Fault::kBadTransferEncoding},
        Refused{"OtherCodingBesideLength",
                post("Content-Length: 3\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
                Fault::kBadTransferEncoding},
        Refused{"ChunkedChunked", post("Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
                Fault::kBadTransferEncoding},
        Refused{"ChunkedIdentity", post("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
                Fault::kBadTransferEncoding},
        Refused{"MisspeltChunked", post("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                Fault::kBadTransferEncoding},
        Refused{"QuotedChunked", post("Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
                Fault::kBadTransferEncoding},
        Refused{"ChunkedInOldVersion",
                "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                Fault::kBadTransferEncoding},
        Refused{"FoldedField", post("X-A: 1\r\n  folded\r\n\r\n"), Fault::kFoldedField},
        Refused{"FoldedWithTab", post("Transfer-Encoding:\r\n\tchunked\r\n\r\n"), Fault::kFoldedField},
        Refused{"SpaceBeforeFirstField", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", Fault::kFoldedField},
        Refused{"SpaceBeforeColon", post("Content-Length : 5\r\n\r\nhello"), Fault::kBadField},
        Refused{"TabBeforeColon", post("Transfer-Encoding\t: chunked\r\n\r\n"), Fault::kBadField},
        Refused{"NoColon", post("NoColonHere\r\n\r\n"), Fault::kBadField},
        Refused{"EmptyName", post(": x\r\n\r\n"), Fault::kBadField},
        Refused{"NameWithSlash", post("A/B: x\r\n\r\n"), Fault::kBadField},
        Refused{"BareLineFeeds", "GET / HTTP/1.1\nHost: a\n\n", Fault::kBadLineEnd},
        Refused{"BareLineFeedInFields", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", Fault::kBadLineEnd},
        Refused{"BareLineFeedEndsHead", "GET / HTTP/1.1\r\nHost: a\r\n\nGET /admin", Fault::kBadLineEnd},
        Refused{"BareReturnInValue", post("X: a\rb\r\n\r\n"), Fault::kBadLineEnd},
        Refused{"DoubleReturn", post("X: a\r\r\n\r\n"), Fault::kBadLineEnd},
        Refused{"NulInValue", post(std::string("X: a\0b\r\n\r\n", 10)), Fault::kControlCharacter},
        Refused{"EscapeInValue", post("X: a\x1b[0m\r\n\r\n"), Fault::kControlCharacter},
        Refused{"DeleteInValue", post("X: a\x7f\r\n\r\n"), Fault::kControlCharacter},
        Refused{"VerticalTabChunked", post("Transfer-Encoding: \vchunked\r\n\r\n"),
                Fault::kControlCharacter}),
    [](const auto& shape) { return shape.param.name; });

INSTANTIATE_TEST_SUITE_P(
    RequestLines, RefusedShapes,
    ::testing::Values(
        Refused{"NoVersion", "GET /\r\n\r\n", Fault::kBadRequestLine},
        Refused{"TwoSpaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", Fault::kBadRequestLine},
        Refused{"TrailingSpace", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", Fault::kBadRequestLine},
        Refused{"TabForSpace", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", Fault::kBadRequestLine},
        Refused{"LowerCaseVersion", "GET / http/1.1\r\nHost: a\r\n\r\n", Fault::kBadRequestLine},
        Refused{"LongVersion", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", Fault::kBadRequestLine},
        Refused{"MethodIsNoToken", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", Fault::kBadRequestLine},
        Refused{"TwoEmptyLinesFirst", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", Fault::kBadRequestLine},
        Refused{"TlsClientHello", std::string("\x16\x03\x01\x00\xa5\x01\x00\n", 8), Fault::kBadLineEnd},
        Refused{"UnknownMethod", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", Fault::kUnknownMethod},
        Refused{"Trace", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", Fault::kUnknownMethod},
        Refused{"Connect", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", Fault::kUnknownMethod},
        Refused{"LowerCaseMethod", "get / HTTP/1.1\r\nHost: a\r\n\r\n", Fault::kUnknownMethod},
        Refused{"Version2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Fault::kUnknownVersion},
        Refused{"Version09", "GET / HTTP/0.9\r\n\r\n", Fault::kUnknownVersion},
        Refused{"NoHostInLaterMinorVersion", "GET / HTTP/1.2\r\n\r\n", Fault::kBadHost},
        Refused{"NoHost", "GET / HTTP/1.1\r\n\r\n", Fault::kBadHost},
        Refused{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", Fault::kBadHost},
        Refused{"TwoHostsInOldVersion", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", Fault::kBadHost},
        Refused{"EmptyHost", "GET / HTTP/1.1\r\nHost:\r\n\r\n", Fault::kBadHost},
        Refused{"HostWithUser", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", Fault::kBadHost},
        Refused{"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", Fault::kBadHost},
        Refused{"HostList", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", Fault::kBadHost},
        Refused{"HostWithPortThatTcpHasNot", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", Fault::kBadHost},
        Refused{"HostWithFiveNines", "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", Fault::kBadHost},
        Refused{"HostInBracketsIsNoAddress", "GET / HTTP/1.1\r\nHost: [::g]\r\n\r\n", Fault::kBadHost},
        Refused{"HostInBracketsIsIpv4", "GET / HTTP/1.1\r\nHost: [127.0.0.1]\r\n\r\n", Fault::kBadHost},
        Refused{"TargetWithPortThatTcpHasNot", "GET http://a:99999/ HTTP/1.1\r\nHost: a:99999\r\n\r\n",
                Fault::kBadTarget},
        Refused{"TwoContentTypes", post("Content-Type: text/plain\r\ncontent-type: text/html\r\n\r\n"),
                Fault::kBadField},
        Refused{"HostDisagrees", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", Fault::kBadHost},
        Refused{"UnknownExpectation", post("Expect: tea\r\n\r\n"), Fault::kUnknownExpectation}),
    [](const auto& shape) { return shape.param.name; });

INSTANTIATE_TEST_SUITE_P(Targets, RefusedShapes,
                         ::testing::Values(Refused{"RelativePath", get("a/b"), Fault::kBadTarget},
                                           Refused{"StarForGet", get("*"), Fault::kBadTarget},
                                           Refused{"OtherScheme", get("ftp://shop/"), Fault::kBadTarget},
                                           Refused{"UserInAuthority", get("http://me@shop/"),
                                                   Fault::kBadTarget},
                                           Refused{"Fragment", get("/a#b"), Fault::kBadTarget},
                                           Refused{"Quote", get("/a\"b"), Fault::kBadTarget},
                                           Refused{"Backslash", get("/a\\..\\b"), Fault::kBadTarget},
                                           Refused{"RawNonAscii", get("/\xc3\xa9"), Fault::kBadTarget},
                                           Refused{"HalfEscape", get("/%4"), Fault::kBadTarget},
                                           Refused{"NoHexEscape", get("/%zz"), Fault::kBadTarget},
                                           Refused{"EscapedNul", get("/%00"), Fault::kBadTarget},
                                           Refused{"EscapedReturn", get("/a%0d%0ab"), Fault::kBadTarget},
                                           Refused{"NotUtf8", get("/%ff"), Fault::kBadTarget},
                                           Refused{"OverlongSlash", get("/%c0%af"), Fault::kBadTarget},
                                           Refused{"DotDot", get("/a/../b"), Fault::kBadTarget},
                                           Refused{"EscapedDotDot", get("/a/%2e%2E/b"), Fault::kBadTarget},
                                           Refused{"Dot", get("/./a"), Fault::kBadTarget},
                                           Refused{"DotDotAtEnd", get("/a/.."), Fault::kBadTarget}),
                         [](const auto& shape) { return shape.param.name; });

std::string chunked(std::string_view body) {
  return post("Transfer-Encoding: chunked\r\n\r\n" + std::string(body));
}

INSTANTIATE_TEST_SUITE_P(
    Chunks, RefusedShapes,
    ::testing::Values(
        Refused{"NoSize", chunked("\r\nhello\r\n0\r\n\r\n"), Fault::kBadChunk},
        Refused{"NoHex", chunked("g\r\n"), Fault::kBadChunk},
        Refused{"Prefixed", chunked("0x5\r\nhello\r\n0\r\n\r\n"), Fault::kBadChunk},
        Refused{"Signed", chunked("-1\r\n"), Fault::kBadChunk},
        Refused{"LeadingSpace", chunked(" 5\r\nhello\r\n0\r\n\r\n"), Fault::kBadChunk},
        Refused{"TrailingSpace", chunked("5 \r\nhello\r\n0\r\n\r\n"), Fault::kBadChunk},
        Refused{"Overflow", chunked("10000000000000005\r\nhello"), Fault::kBadChunk},
        Refused{"BareLineFeed", chunked("5\nhello\r\n0\r\n\r\n"), Fault::kBadChunk},
        Refused{"BareReturn", chunked("5\rhello"), Fault::kBadChunk},
        Refused{"DataTooLong", chunked("5\r\nhello!\r\n0\r\n\r\n"), Fault::kBadChunk},
        Refused{"DataEndsInLineFeed", chunked("5\r\nhello\n0\r\n\r\n"), Fault::kBadChunk},
        Refused{"ExtensionWithoutName", chunked("5;\r\nhello\r\n"), Fault::kBadChunk},
        Refused{"BlanksWithoutExtension", chunked("5;a \r\nhello\r\n0\r\n\r\n"), Fault::kBadChunk},
        Refused{"ExtensionWithoutSign", chunked("5 a\r\nhello\r\n0\r\n\r\n"), Fault::kBadChunk},
        Refused{"BlanksTooLong", chunked("5" + std::string(5000, ' ')), Fault::kBadChunk},
        Refused{"ExtensionWithLineFeed", chunked("5;a\nb\r\nhello\r\n"), Fault::kBadChunk},
        Refused{"ExtensionOpenQuote", chunked("5;a=\"b\r\nhello\r\n"), Fault::kBadChunk},
        Refused{"ExtensionTooLong", chunked("5;" + std::string(5000, 'a')), Fault::kBadChunk},
        Refused{"TrailerFolded", chunked("0\r\n x\r\n\r\n"), Fault::kBadChunk},
        Refused{"TrailerWithLineFeed", chunked("0\r\nA: b\n\r\n"), Fault::kBadChunk},
        Refused{"TrailersTooLong", chunked("0\r\nA: " + std::string(5000, 'a')), Fault::kBadChunk},
        Refused{"TooLarge", chunked("3e8\r\n" + std::string(1000, 'x') + "\r\n1\r\n"), Fault::kBodyTooLarge},
        Refused{"TooLargeAtOnce", chunked("ffffffffffffffff\r\n"), Fault::kBodyTooLarge},
        Refused{"LengthTooLarge", post("Content-Length: 1001\r\n\r\n"), Fault::kBodyTooLarge}),
    [](const auto& shape) { return shape.param.name; });

TEST(HeadParser, ReadsAnOrdinaryRequestHoweverItIsCut) {
  const std::string bytes =
      "GET /products/caf%C3%A9%2F?size=m&q=%zz HTTP/1.1\r\nHost: shop:8080\r\nCookie:  a=b; c=d "
      "\t\r\nEmpty:\r\n\r\n";
  const Limits limits;
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const auto outcome = read_message(bytes, piece, limits);
    ASSERT_TRUE(outcome->complete) << piece;
    EXPECT_EQ(outcome->used, bytes.size());
    EXPECT_EQ(outcome->request.method, Method::kGet);
    EXPECT_EQ(outcome->request.target, "/products/caf%C3%A9%2F?size=m&q=%zz");
    EXPECT_EQ(outcome->request.path, "/products/café%2F");
    EXPECT_EQ(outcome->request.query, "size=m&q=%zz");
    EXPECT_THAT(outcome->request.headers,
                ElementsAre(Pair("Host", "shop:8080"), Pair("Cookie", "a=b; c=d"), Pair("Empty", "")));
    EXPECT_TRUE(outcome->framing.keep_alive);
    EXPECT_FALSE(outcome->framing.has_body());
  }
}

TEST(HeadParser, StopsAtTheEndOfTheHead) {
  const auto outcome = read_message(get("/") + "GET /next", 1000, Limits());
  EXPECT_TRUE(outcome->complete);
  EXPECT_EQ(outcome->used, get("/").size());
}

TEST(HeadParser, PassesOverOneEmptyLineBeforeTheRequest) {
  const auto outcome = read_message("\r\n" + get("/a"), 1, Limits());
  ASSERT_TRUE(outcome->complete);
  EXPECT_EQ(outcome->request.path, "/a");
  EXPECT_EQ(outcome->used, get("/a").size() + 2);
}

TEST(HeadParser, TakesAbsoluteForm) {
  const auto outcome = read_message(get("HTTP://SHOP?x=1"), 3, Limits());
  ASSERT_TRUE(outcome->complete);
  EXPECT_EQ(outcome->request.path, "/");
  EXPECT_EQ(outcome->request.query, "x=1");
}

TEST(HeadParser, TakesStarForOptions) {
  const auto outcome = read_message("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 3, Limits());
  ASSERT_TRUE(outcome->complete);
  EXPECT_EQ(outcome->request.path, "*");
}

TEST(HeadParser, KnowsWhetherTheConnectionGoesOn) {
  const auto keeps = [](std::string_view bytes) {
    return read_message(bytes, 999, Limits())->framing.keep_alive;
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: ,x\r\nConnection: , close,\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: a\r\nProxy-Connection: close\r\n\r\n")) << "a proxy's matter";
}

TEST(HeadParser, ReadsALaterMinorVersionAsTheHighestThatItKnows) {
  const auto outcome = read_message("GET /a HTTP/1.7\r\nHost: a\r\n\r\n", 4, Limits());
  ASSERT_TRUE(outcome->complete);
  EXPECT_TRUE(outcome->framing.keep_alive);
  EXPECT_FALSE(outcome->framing.version_1_0);
}

TEST(HeadParser, TellsThatATargetAsksForTls) {
  EXPECT_TRUE(read_message(get("https://shop/a"), 9, Limits())->framing.https_target);
  EXPECT_FALSE(read_message(get("http://shop/a"), 9, Limits())->framing.https_target);
}

TEST(HeadParser, ARefusalKeepsTheMethod) {
  EXPECT_EQ(read_message("HEAD / HTTP/1.1\r\nBad Field: a\r\n\r\n", 5, Limits())->request.method,
            Method::kHead);
  EXPECT_EQ(read_message("BREW / HTTP/1.1\r\n\r\n", 5, Limits())->request.method, Method::kGet);
}

TEST(HeadParser, HoldsTheHeadToItsLimitsHoweverItIsCut) {
  Limits limits;
  limits.header_bytes_max = 100;
  limits.header_count_max = 3;
  const std::string fits = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100 - 32, 'x') + "\r\n\r\n";
  ASSERT_EQ(fits.size(), 100u);
  const std::string over = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(101 - 32, 'x') + "\r\n\r\n";
  const std::string endless = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(200, 'x');
  const std::string long_target = "GET /" + std::string(200, 'x');
  const std::string many = "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n";
  for (const std::size_t piece : {1, 3, 1000}) {
    EXPECT_TRUE(read_message(fits, piece, limits)->complete);
    EXPECT_EQ(read_message(over, piece, limits)->fault, Fault::kHeaderTooLarge);
    EXPECT_EQ(read_message(endless, piece, limits)->fault, Fault::kHeaderTooLarge);
    EXPECT_EQ(read_message(long_target, piece, limits)->fault, Fault::kUriTooLong);
    EXPECT_EQ(read_message(many, piece, limits)->fault, Fault::kTooManyFields);
  }
}

TEST(HeadParser, ARefusalKeepsThePathForTheErrorPage) {
  EXPECT_EQ(read_message("GET /api/%zz?q HTTP/1.1\r\nHost: a\r\n\r\n", 5, Limits())->request.path,
            "/api/%zz");
  EXPECT_EQ(read_message("GET /api/x?q HTTP/1.1\r\nBad Field: a\r\n\r\n", 5, Limits())->request.path,
            "/api/x");
  EXPECT_EQ(read_message("GET nonsense\r\n", 5, Limits())->request.path, "");
}

TEST(HeadParser, FaultsHaveTheStatusThatTheStandardsGiveThem) {
  EXPECT_EQ(status_of(Fault::kBadChunk), 400);
  EXPECT_EQ(status_of(Fault::kBodyTooLarge), 413);
  EXPECT_EQ(status_of(Fault::kUriTooLong), 414);
  EXPECT_EQ(status_of(Fault::kUnknownExpectation), 417);
  EXPECT_EQ(status_of(Fault::kMisdirected), 421);
  EXPECT_EQ(status_of(Fault::kHeaderTooLarge), 431);
  EXPECT_EQ(status_of(Fault::kUnknownTransferCoding), 501);
  EXPECT_EQ(status_of(Fault::kUnknownMethod), 501);
  EXPECT_EQ(status_of(Fault::kUnknownVersion), 505);
}

TEST(BodyDecoder, JoinsChunksAndDropsExtensionsAndTrailers) {
  const std::string bytes = chunked(
      "5;a \t; b = c;d=\"e\\\";\xc3\xa9\" ;f\r\nhello\r\n0000000B\r\n, "
      "world\r\n!!\r\n0;last\r\nContent-Length: "
      "3\r\nX: y\r\n\r\n");
  const Limits limits;
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const auto outcome = read_message(bytes + "GET /", piece, limits);
    ASSERT_TRUE(outcome->complete) << piece << " " << to_string(outcome->fault);
    EXPECT_EQ(outcome->request.body, "hello, world\r\n!!");
    EXPECT_EQ(outcome->used, bytes.size());
  }
}

TEST(BodyDecoder, ReadsAsMuchAsContentLengthSays) {
  const std::string bytes = post("Content-Length: 005\r\n\r\nhelloGET /");
  for (const std::size_t piece : {1, 4, 1000}) {
    const auto outcome = read_message(bytes, piece, Limits());
    ASSERT_TRUE(outcome->complete);
    EXPECT_EQ(outcome->request.body, "hello");
    EXPECT_EQ(outcome->used, bytes.size() - 5);
  }
}

TEST(Rebase, MovesEveryView) {
  const std::string here = "GET /a?b HTTP/1.1\r\nHost: x\r\nEmpty:\r\n\r\n";
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): the same bytes at another address
  const std::string there = here;
  const Limits limits;
  HeadParser parser(limits);
  Request request;
  ASSERT_EQ(parser.parse(here, request), HeadParser::Step::kComplete);
  rebase(request, here.data(), there.data());
  EXPECT_EQ(request.target.data(), there.data() + 4);
  EXPECT_EQ(request.query, "b");
  EXPECT_EQ(request.query.data(), there.data() + 7);
  EXPECT_EQ(request.header("Host").data(), there.data() + 25);
}

}  // namespace
}  // namespace ff::http
