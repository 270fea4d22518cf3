#include "storefront/reading_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "embedded/web.h"
#include "http/compression.h"
#include "pictures/garment.h"
#include "storefront/sample_shop.h"

namespace ff::storefront {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::size_t kPageBytesMax = 14 * 1024;  // compressed; the project's budget
constexpr std::size_t kSheetBytesMax = 15 * 1024;

shop::Identity identity() {
  shop::Identity identity;
  identity.public_url = "https://shop.example";
  identity.picture_hosts = {"cdn.example.com"};
  return identity;
}

/// The reading routes over the sample shop, asked as the router would ask.
class Site {
 public:
  explicit Site(shop::Identity who = identity()) : identity_(std::move(who)) {
    add_reading_routes(router_, routes_);
  }

  http::Response get(std::string path, std::string_view query = {}, std::string_view accept_encoding = {}) {
    http::Request request;
    request.path = std::move(path);
    request.query = query;
    request.target = request.path;
    if (!accept_encoding.empty()) request.headers.emplace_back("Accept-Encoding", accept_encoding);
    const auto match = router_.match(request);
    if (match.route == nullptr) return http::Response::text(404, "no route");
    return match.route->immediate(request);
  }
  std::string body(std::string path, std::string_view query = {}) {
    const http::Response response = get(std::move(path), query);
    return response.finished ? response.finished->body : response.body;
  }

  sample::Holders holders;
  telemetry::Registry metrics;

 private:
  shop::Identity identity_;
  pricing::Rules rules_ = sample::rules();
  Assets assets_{embedded::web()};
  Layout layout_{identity_, assets_};
  ReadingRoutes routes_{{holders.catalogue, holders.labels, holders.index, rules_, metrics},
                        layout_,
                        [](const http::Request&, int status, std::string_view title) {
                          return http::Response::text(status, std::string(title));
                        }};
  http::Router router_;
};

struct Address {
  std::string path;
  std::string_view query = {};
};

std::vector<Address> every_kind_of_page() {
  return {{"/"},
          {"/collections"},
          {"/collections/autumn"},
          {"/collections/autumn", "option.colour=Navy&option.size=M&price_max=160&available=1&sort=price"},
          {"/collections/nothing"},
          {"/search"},
          {"/search", "q=jumper"},
          {"/search", "q=xyzzyqwerty"},
          {"/products/fisherman-jumper"},
          {"/products/hostile-scarf"},
          {"/products/bare-belt"},
          {"/help"}};
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
    ++found;
  return found;
}

TEST(ReadingPages, FitTheBudgetCompressed) {
  Site site;
  for (const Address& page : every_kind_of_page()) {
    const http::Response gzip = site.get(page.path, page.query, "gzip");
    ASSERT_TRUE(gzip.finished) << page.path;
    EXPECT_LT(gzip.finished->body.size(), kPageBytesMax) << page.path << "?" << page.query;
    const http::Response brotli = site.get(page.path, page.query, "gzip, br");
    EXPECT_LT(brotli.finished->body.size(), kPageBytesMax) << page.path << "?" << page.query;
    EXPECT_THAT(brotli.finished->head, HasSubstr("Content-Encoding: br"));
  }
}

TEST(ReadingPages, HoldNoInlineScriptOrStyleAndOneHeading) {
  Site site;
  for (const Address& page : every_kind_of_page()) {
    const std::string html = site.body(page.path, page.query);
    SCOPED_TRACE(page.path);
    EXPECT_EQ(count(html, "<h1"), 1U);
    EXPECT_EQ(count(html, " style="), 0U);
    EXPECT_EQ(count(html, "<style"), 0U);
    EXPECT_EQ(count(html, "<script"), count(html, "<script type=\"module\" src=\"/assets/") +
                                          count(html, "<script type=\"application/ld+json\">") +
                                          count(html, "<script type=\"application/json\" id=\"variants\">"));
    EXPECT_EQ(count(html, " onclick="), 0U);
    EXPECT_THAT(html, HasSubstr("<html lang=\"en\">"));
    EXPECT_THAT(html, HasSubstr("<a class=\"skip-link\" href=\"#main\">"));
    EXPECT_EQ(count(html, "<img "), count(html, " alt=\"")) << "every picture has an alt";
    EXPECT_GE(count(html, " width=\""), count(html, "<img ")) << "and a size";
  }
}

TEST(ReadingPages, HaveThePlaceThroughWhichScriptsSpeak) {
  Site site;
  for (const Address& page : every_kind_of_page()) {
    EXPECT_THAT(site.body(page.path, page.query), HasSubstr("id=\"announce\" role=\"status\"")) << page.path;
  }
}

TEST(ReadingPages, AllowThePicturesOfANewHostAlsoOnPagesThatDidNotChange) {
  Site site;
  EXPECT_THAT(site.get("/help").finished->head, Not(HasSubstr("https://new.example")));
  catalog::Catalogue next = sample::catalogue();
  next.products.front().pictures.push_back({"https://new.example/a.jpg", "A shirt"});
  site.holders.publish(std::move(next));
  EXPECT_THAT(site.get("/help").finished->head, HasSubstr("https://new.example"));
}

TEST(ReadingPages, UseEveryIdentifierOnce) {
  Site site;
  for (const Address& page : every_kind_of_page()) {
    const std::string html = site.body(page.path, page.query);
    std::set<std::string> seen;
    for (std::size_t at = html.find(" id=\""); at != std::string::npos; at = html.find(" id=\"", at + 1)) {
      const std::string id = html.substr(at + 5, html.find('"', at + 5) - at - 5);
      EXPECT_TRUE(seen.insert(id).second) << page.path << ": " << id;
    }
  }
}

TEST(ReadingPages, AreTheSameBytesForEverybodyAndSayHowLongTheyMayBeKept) {
  Site site;
  const http::Response one = site.get("/products/oxford-shirt", {}, "br");
  const http::Response two = site.get("/products/oxford-shirt", {}, "br");
  EXPECT_EQ(one.finished, two.finished);
  EXPECT_THAT(one.finished->head, HasSubstr("Cache-Control: public, max-age=0, s-maxage=30"));
  EXPECT_THAT(one.finished->head, HasSubstr("Vary: Accept-Encoding"));
  EXPECT_THAT(one.finished->head, Not(HasSubstr("Set-Cookie")));
  EXPECT_THAT(one.finished->head, HasSubstr("img-src 'self' data: https://cdn.example.com"));
}

TEST(ReadingPages, EscapeWhatTheCatalogueHolds) {
  Site site;
  const std::string html = site.body("/products/hostile-scarf");
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, Not(HasSubstr("<b>Sons")));
  EXPECT_THAT(html, HasSubstr("Scarf &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Quotes&quot;"));
  EXPECT_THAT(html, HasSubstr("O&#39;Neil &amp; &lt;b&gt;Sons&lt;/b&gt;"));
}

TEST(ReadingPages, EscapeWhatTheShopperTyped) {
  Site site;
  const std::string html = site.body("/search", "q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E%22");
  EXPECT_THAT(html, Not(HasSubstr("<img src=x")));
  EXPECT_THAT(html, HasSubstr("&lt;img src=x onerror=alert(1)&gt;"));
}

TEST(ProductPage, PostsTheChosenOptionsWithoutScripts) {
  Site site;
  const std::string html = site.body("/products/fisherman-jumper");
  EXPECT_THAT(html, HasSubstr("action=\"/cart/lines\" method=\"post\""));
  EXPECT_THAT(html, HasSubstr("<input type=\"hidden\" name=\"product\" value=\"fisherman-jumper\">"));
  EXPECT_THAT(html, HasSubstr("type=\"radio\" name=\"option1\" value=\"Navy\" checked>"));
  EXPECT_THAT(html, HasSubstr("type=\"radio\" name=\"option2\" value=\"XS\" checked>"));
  EXPECT_THAT(html, HasSubstr("name=\"quantity\" value=\"1\" min=\"1\" max=\"99\""));
  EXPECT_THAT(html, Not(HasSubstr("name=\"variant\""))) << "it would win over the chosen options";
}

TEST(ProductPage, PostsTheVariantOfAProductWithoutOptions) {
  Site site;
  EXPECT_THAT(site.body("/products/bare-belt"),
              HasSubstr("<input type=\"hidden\" name=\"variant\" value=\"9002\">"));
}

TEST(ProductPage, ShowsTheVariantThatTheAddressNames) {
  Site site;
  const auto snapshot = site.holders.catalogue.load();
  const catalog::Product& product = *snapshot->product("fisherman-jumper");
  const catalog::Variant& wanted = product.variants[8];  // Ecru, L
  const std::string html =
      site.body("/products/fisherman-jumper", "variant=" + std::to_string(wanted.id.value));
  EXPECT_THAT(html, HasSubstr("value=\"Ecru\" checked>"));
  EXPECT_THAT(html, HasSubstr("value=\"L\" checked>"));
  EXPECT_THAT(html,
              HasSubstr("<link rel=\"canonical\" href=\"https://shop.example/products/fisherman-jumper\">"));
}

TEST(ProductPage, IgnoresAVariantOfAnotherProductWithoutKeepingAPageForIt) {
  Site site;
  const http::Response plain = site.get("/products/fisherman-jumper");
  const http::Response foreign = site.get("/products/fisherman-jumper", "variant=9001");
  const http::Response unknown = site.get("/products/fisherman-jumper", "variant=123456789&utm_source=x");
  EXPECT_EQ(plain.finished, foreign.finished);
  EXPECT_EQ(plain.finished, unknown.finished);
}

TEST(ProductPage, MarksWhatIsSoldOutAndKeepsShowingIt) {
  Site site;
  const std::string before = site.body("/products/fisherman-jumper");
  EXPECT_THAT(before, Not(HasSubstr("data-unavailable")));
  site.holders.sell_out("fisherman-jumper");
  const std::string after = site.body("/products/fisherman-jumper");
  EXPECT_THAT(after, HasSubstr("<label class=\"pick\" data-unavailable>"));
  EXPECT_THAT(after, HasSubstr("data-stock=\"sold_out\">Sold out</p>"));
  EXPECT_THAT(after, HasSubstr("type=\"submit\" disabled>Sold out</button>"));
  EXPECT_THAT(after, HasSubstr("https://schema.org/OutOfStock"));
}

TEST(ProductPage, TellsMachinesWhatItSells) {
  Site site;
  const std::string html = site.body("/products/fisherman-jumper");
  EXPECT_THAT(
      html,
      HasSubstr(
          "<script type=\"application/ld+json\">{\"@context\":\"https://schema.org\",\"@type\":\"Product\""));
  EXPECT_THAT(html, HasSubstr("\"price\":\"148.00\",\"priceCurrency\":\"EUR\""));
}

TEST(ProductPage, StandsInADrawingForAPictureThatIsMissingOrElsewhere) {
  Site site;
  EXPECT_THAT(site.body("/products/bare-belt"), HasSubstr("src=\"/pictures/belt"));
  const std::string foreign = site.body("/products/hostile-scarf");
  EXPECT_THAT(foreign, HasSubstr("src=\"https://cdn.example.com/scarf.jpg?v=1&amp;w=2\""));
  EXPECT_THAT(foreign, HasSubstr("data-fallback=\"/pictures/scarf"));
}

TEST(Pages, AreCarriedOverAChangeOfAnotherProduct) {
  Site site;
  const http::Response shirt = site.get("/products/oxford-shirt");
  const http::Response belt = site.get("/products/bare-belt");
  catalog::Catalogue next = sample::catalogue();
  next.version = 2;
  for (catalog::Product& product : next.products) {
    if (product.handle == "oxford-shirt") product.variants.front().price.minor += 100;
  }
  site.holders.publish(std::move(next));
  EXPECT_EQ(site.get("/products/bare-belt").finished, belt.finished);
  EXPECT_NE(site.get("/products/oxford-shirt").finished->etag, shirt.finished->etag);
}

TEST(Pages, HaveTheSameTagOnEveryPod) {
  Site here, there;
  there.holders.publish(sample::catalogue());  // another generation, the same content
  for (const Address& page : every_kind_of_page()) {
    EXPECT_EQ(here.get(page.path, page.query).finished->etag, there.get(page.path, page.query).finished->etag)
        << page.path << "?" << page.query;
  }
}

TEST(Pages, FollowStockLabels) {
  Site site;
  const std::string before = site.body("/collections/knitwear");
  EXPECT_THAT(before, Not(HasSubstr("badge-out")));
  site.holders.sell_out("fisherman-jumper");
  EXPECT_THAT(site.body("/collections/knitwear"), HasSubstr("badge-out"));
}

TEST(Listing, OffersFiltersAsLinksWithCounts) {
  Site site;
  const std::string html = site.body("/collections/knitwear");
  EXPECT_THAT(html, HasSubstr("href=\"/collections/knitwear?option.colour=Navy\""));
  EXPECT_THAT(html, HasSubstr("<span>Navy</span><span class=\"count\">8"));
  EXPECT_THAT(html, HasSubstr("href=\"/collections/knitwear?sort=price\""));
  EXPECT_THAT(html, HasSubstr("href=\"/collections/knitwear?available=1\""));
}

TEST(Listing, ShowsChosenFiltersAsChipsThatTakeThemAway) {
  Site site;
  const std::string html = site.body("/collections/autumn", "option.colour=Navy&vendor=Northgate");
  EXPECT_THAT(html, HasSubstr("class=\"chip\" href=\"/collections/autumn?vendor=Northgate\""));
  EXPECT_THAT(html, HasSubstr("class=\"chip\" href=\"/collections/autumn?option.colour=Navy\""));
  EXPECT_THAT(html, HasSubstr("Clear all"));
  EXPECT_THAT(html, HasSubstr("<meta name=\"robots\" content=\"noindex\">"));
}

TEST(Listing, LeadsOnByACursorUntilEverythingWasShown) {
  Site site;
  std::set<std::string> seen;
  std::string query;
  for (int page = 0; page < 10; ++page) {
    const std::string html = site.body("/collections/autumn", query);
    for (std::size_t at = html.find("class=\"card\" href=\""); at != std::string::npos;
         at = html.find("class=\"card\" href=\"", at + 1)) {
      EXPECT_TRUE(seen.insert(html.substr(at + 19, html.find('"', at + 19) - at - 19)).second);
    }
    const std::size_t next = html.find("rel=\"next\" href=\"/collections/autumn?");
    if (next == std::string::npos) break;
    const std::size_t from = html.find('?', next) + 1;
    query = html.substr(from, html.find('"', from) - from);
  }
  EXPECT_EQ(seen.size(), 48U);
}

TEST(Listing, GivesAWayOutWhenNothingMatches) {
  Site site;
  const std::string html = site.body("/collections/knitwear", "vendor=Nobody");
  EXPECT_THAT(html, HasSubstr("href=\"/collections/knitwear\">clear them all"));
  EXPECT_THAT(html, HasSubstr("class=\"card\""));
  const std::string search = site.body("/search", "q=xyzzyqwerty");
  EXPECT_THAT(search, HasSubstr("Search for something else"));
  EXPECT_THAT(search, HasSubstr("href=\"/collections/knitwear\""));
}

TEST(Listing, SharesOnePageBetweenAddressesThatMeanTheSame) {
  Site site;
  const http::Response one = site.get("/search", "vendor=Northgate&option.size=M&utm_campaign=x");
  const http::Response two = site.get("/search", "option.size=M&vendor=Northgate");
  EXPECT_EQ(one.finished, two.finished);
}

TEST(Listing, IgnoresABrokenCursor) {
  Site site;
  const http::Response response = site.get("/collections/knitwear", "cursor=%00%FFnonsense");
  EXPECT_TRUE(response.finished);
  EXPECT_THAT(site.body("/collections/knitwear", "cursor=nonsense"), HasSubstr("class=\"card\""));
}

TEST(Search, SaysWhatItReadAMistypedWordAs) {
  Site site;
  EXPECT_THAT(site.body("/search", "q=jumpre"), HasSubstr("These match “jumper”"));
}

TEST(Home, ShowsCollectionsThatHoldSomethingAndNothingElse) {
  Site site;
  const std::string html = site.body("/");
  EXPECT_THAT(html, HasSubstr("The First Cold Morning"));
  EXPECT_THAT(html, HasSubstr("href=\"/collections/outerwear\""));
  EXPECT_THAT(html, Not(HasSubstr("/collections/nothing")));
}

TEST(Reading, AnswersNotFoundForWhatIsNotThere) {
  Site site;
  for (const std::string path :
       {"/products/none", "/collections/none", "/pictures/none.svg", "/pictures/none", "/assets/shop.css",
        "/assets/fonts/none.woff2", "/sitemaps/7.xml"}) {
    EXPECT_EQ(site.get(path).status, 404) << path;
    EXPECT_FALSE(site.get(path).finished) << path;
  }
}

TEST(Reading, DrawsPicturesOnceAndLetsThemBeKept) {
  Site site;
  const std::string url = pictures::url(pictures::usual(pictures::Kind::kTee, pictures::Colour::kNavy));
  const http::Response drawn = site.get(url);
  ASSERT_TRUE(drawn.finished);
  EXPECT_THAT(drawn.finished->head, HasSubstr("Content-Type: image/svg+xml"));
  EXPECT_EQ(site.get(url).finished, drawn.finished);
}

TEST(Reading, ListsEveryProductInTheSitemap) {
  Site site;
  const std::string xml = site.body("/sitemap.xml");
  EXPECT_EQ(count(xml, "<loc>https://shop.example/products/"), 50U);
  EXPECT_THAT(site.body("/robots.txt"), HasSubstr("Sitemap: https://shop.example/sitemap.xml"));
  EXPECT_THAT(site.body("/robots.txt"), HasSubstr("\nDisallow: /queue/\n"))
      << "each visit would take a place";
}

TEST(Reading, WritesASitemapOncePerCatalogue) {
  Site site;
  for (const std::string path : {"/sitemap.xml", "/sitemaps/0.xml"}) {
    const http::Response before = site.get(path);
    ASSERT_TRUE(before.finished) << path;
    EXPECT_EQ(site.get(path).finished, before.finished);
    EXPECT_THAT(before.finished->head, HasSubstr("Content-Type: application/xml"));
  }
  EXPECT_EQ(site.get("/sitemaps/000.xml").finished, site.get("/sitemaps/0.xml").finished);
  catalog::Catalogue next = sample::catalogue();
  next.products.pop_back();
  site.holders.publish(std::move(next));
  EXPECT_EQ(count(site.body("/sitemap.xml"), "<loc>https://shop.example/products/"), 49U);
  EXPECT_EQ(count(site.body("/sitemaps/0.xml"), "<loc>https://shop.example/products/"), 49U);
}

TEST(Reading, LetsTheIconUnderItsFixedNameBeKeptForADay) {
  Site site;
  const http::Response icon = site.get("/favicon.ico");
  ASSERT_TRUE(icon.finished);
  EXPECT_THAT(icon.finished->head, HasSubstr("Content-Type: image/svg+xml"));
  EXPECT_THAT(icon.finished->head, HasSubstr("max-age=86400"));
  EXPECT_THAT(icon.finished->head, Not(HasSubstr("immutable")));
}

TEST(Listing, IsForNobodyElseToKeepUntilThereIsAnIndex) {
  Site site;
  const auto index = site.holders.index.load();
  const std::vector<Address> listings = {
      {"/search"}, {"/search", "q=jumper"}, {"/search", "q=xyzzyqwerty"}, {"/collections/nothing"}};
  site.holders.index.store(nullptr);
  for (const Address& page : listings) {
    EXPECT_THAT(site.get(page.path, page.query).finished->head, HasSubstr("Cache-Control: no-store"))
        << page.path << "?" << page.query;
  }
  site.holders.index.store(index);
  for (const Address& page : listings) {
    EXPECT_THAT(site.get(page.path, page.query).finished->head, HasSubstr("Cache-Control: public"))
        << page.path << "?" << page.query;
  }
}

TEST(Assets, ServeTheStyleSheetUnderItsContentsNameForEver) {
  const Assets assets(embedded::web());
  const std::string_view url = assets.url("shop.css");
  ASSERT_TRUE(url.starts_with("/assets/shop."));
  const auto sheet = assets.get(url.substr(8), http::Encoding::kBrotli);
  ASSERT_TRUE(sheet);
  EXPECT_LT(sheet->body.size(), kSheetBytesMax);
  EXPECT_LT(assets.get(url.substr(8), http::Encoding::kGzip)->body.size(), kSheetBytesMax);
  EXPECT_THAT(sheet->head, HasSubstr("immutable"));
  const std::string_view css = assets.bytes("shop.css");
  EXPECT_THAT(std::string(css), HasSubstr("url(\"" + std::string(assets.url("fonts/text.woff2")) + "\")"));
}

TEST(Assets, KeepFontsAndScriptsInTheirBudget) {
  const Assets assets(embedded::web());
  for (const std::string_view font : {"fonts/text.woff2", "fonts/display.woff2"}) {
    ASSERT_FALSE(assets.bytes(font).empty());
    EXPECT_LE(assets.bytes(font).size(), 25U * 1024) << font;
  }
  EXPECT_LT(http::compress(assets.bytes("shop.js"), http::Encoding::kGzip, http::Effort::kBest).size(),
            15U * 1024);
}

TEST(Assets, KnowEveryClothColourAndGround) {
  const Assets assets(embedded::web());
  const std::string css(assets.bytes("shop.css"));
  for (int i = 0; i < pictures::kColours; ++i) {
    const auto garment = pictures::usual(pictures::Kind::kTee, static_cast<pictures::Colour>(i));
    EXPECT_THAT(css, HasSubstr(".ground-" + pictures::dominant_colour(garment).substr(1) + "{"));
    EXPECT_THAT(css, HasSubstr("{--c:" + pictures::cloth_colour(static_cast<pictures::Colour>(i)) + "}"));
  }
}

}  // namespace
}  // namespace ff::storefront
