#include "catalog/shopify_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/testing/dirty_export.h"
#include "catalog/testing/make.h"

namespace ff::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;

Result<CatalogueChange> import(std::string_view text, const ImportOptions& options = {}) {
  csv::MemorySource source(text);
  return read_shopify_csv(source, options);
}

CatalogueChange imported(std::string_view text) {
  auto change = import(text);
  EXPECT_TRUE(change) << change.error().detail;
  return change ? std::move(*change) : CatalogueChange{};
}

std::vector<std::string> faults(std::string_view text, const ImportOptions& options = {}) {
  const auto change = import(text, options);
  std::vector<std::string> out;
  if (change) return out;
  for (const FieldError& field : change.error().fields)
    out.push_back(field.field + ": " + field.message);
  return out;
}

constexpr std::string_view kShirt =
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 "
    "Value,Variant SKU,"
    "Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,"
    "Variant Compare At Price,Variant Taxable,Image Src,Image Position,Image Alt Text,Variant Image\r\n"
    "linen-shirt,Linen Shirt,\"<p>Soft.</p>\r\n<script>x()</script>\",Nordlys,Shirts,\"summer, linen "
    ",summer\",true,Size,S,Colour,"
    "Navy,'LS-S,250,shopify,5,deny,49.50,65,TRUE,https://a.example/1.jpg,2,Front,\r\n"
    "linen-shirt,,,,,,,,M,,Navy,,250.4,shopify,0,continue,49.5,,false,https://a.example/2.jpg,1,,https://"
    "a.example/1.jpg\r\n"
    "linen-shirt,,,,,,,,L,,Navy,,,,7,deny,50,0,,,,,\r\n"
    "linen-shirt,,,,,,,,,,,,,,,,,,,https://a.example/3.jpg,3,Back,\r\n";

TEST(ShopifyImport, GroupsRowsByHandle) {
  const CatalogueChange change = imported(kShirt);
  ASSERT_THAT(change.upserts, SizeIs(1));
  const Product& shirt = change.upserts[0];
  EXPECT_EQ(shirt.handle, "linen-shirt");
  EXPECT_EQ(shirt.title, "Linen Shirt");
  EXPECT_EQ(shirt.vendor, "Nordlys");
  EXPECT_EQ(shirt.type, "Shirts");
  EXPECT_THAT(shirt.tags, ElementsAre("linen", "summer"));
  EXPECT_THAT(shirt.options, ElementsAre("Size", "Colour"));
  ASSERT_THAT(shirt.variants, SizeIs(3));
  EXPECT_THAT(shirt.variants[1].options, ElementsAre("M", "Navy", ""));
  EXPECT_TRUE(validate(shirt));
}

TEST(ShopifyImport, SanitisesTheBody) { EXPECT_EQ(imported(kShirt).upserts[0].body_html, "<p>Soft.</p>"); }

TEST(ShopifyImport, ReadsPricesWeightsAndFlags) {
  const auto variants = imported(kShirt).upserts[0].variants;
  EXPECT_EQ(variants[0].price.minor, 4950);
  EXPECT_EQ(variants[0].compare_at->minor, 6500);
  EXPECT_EQ(variants[1].price.minor, 4950);
  EXPECT_FALSE(variants[1].compare_at);
  EXPECT_FALSE(variants[2].compare_at);
  EXPECT_EQ(variants[1].grams, 250);
  EXPECT_TRUE(variants[0].taxable);
  EXPECT_FALSE(variants[1].taxable);
  EXPECT_TRUE(variants[2].taxable);
  EXPECT_EQ(variants[0].sku, "LS-S");
  EXPECT_EQ(variants[1].sku, "");
}

TEST(ShopifyImport, ReadsStockOfTrackedVariantsOnly) {
  const CatalogueChange change = imported(kShirt);
  const auto& variants = change.upserts[0].variants;
  EXPECT_EQ(variants[0].policy, StockPolicy::kDeny);
  EXPECT_EQ(variants[1].policy, StockPolicy::kBackorder);
  EXPECT_EQ(variants[2].policy, StockPolicy::kUntracked);
  ASSERT_THAT(change.stock, SizeIs(2));
  EXPECT_EQ(change.stock[0].handle, "linen-shirt");
  EXPECT_EQ(change.stock[0].variant_index, 0u);
  EXPECT_EQ(change.stock[0].available, 5);
  EXPECT_EQ(change.stock[1].variant_index, 1u);
  EXPECT_EQ(change.stock[1].available, 0);
}

TEST(ShopifyImport, OrdersPicturesByPositionAndTiesThemToVariants) {
  const Product shirt = imported(kShirt).upserts[0];
  ASSERT_THAT(shirt.pictures, SizeIs(3));
  EXPECT_EQ(shirt.pictures[0], (Picture{"https://a.example/2.jpg", ""}));
  EXPECT_EQ(shirt.pictures[1], (Picture{"https://a.example/1.jpg", "Front"}));
  EXPECT_EQ(shirt.pictures[2], (Picture{"https://a.example/3.jpg", "Back"}));
  EXPECT_EQ(shirt.variants[0].picture, -1);
  EXPECT_EQ(shirt.variants[1].picture, 1);
}

TEST(ShopifyImport, TakesDefaultTitleForAProductWithoutOptions) {
  const Product plain =
      imported("Handle,Title,Option1 Name,Option1 Value,Variant Price\nbag,Bag,Title,Default Title,20\n")
          .upserts[0];
  EXPECT_TRUE(plain.options.empty());
  EXPECT_EQ(plain.variants[0].options[0], "");
  const Product books =
      imported(
          "Handle,Title,Option1 Name,Option1 Value,Variant Price\nbook,Book,Title,One,20\nbook,,,Two,20\n")
          .upserts[0];
  EXPECT_THAT(books.options, ElementsAre("Title"));
}

TEST(ShopifyImport, ReadsColumnsInAnyOrderUnderOldAndNewNames) {
  const CatalogueChange change = imported(
      "\xEF\xBB\xBFprice,TITLE, URL Handle ,Description,Published on online store,Status,Inventory "
      "tracker,Inventory quantity,"
      "Continue selling when out of stock,Compare-at price,Charge tax,Product image URL,Weight value "
      "(grams)\n"
      "12.5,Belt,belt,Leather,TRUE,Active,shopify,3,TRUE,15,FALSE,http://a.example/my belt.jpg,120\n");
  const Product& belt = change.upserts.at(0);
  EXPECT_EQ(belt.handle, "belt");
  EXPECT_EQ(belt.body_html, "Leather");
  EXPECT_EQ(belt.variants[0].price.minor, 1250);
  EXPECT_EQ(belt.variants[0].policy, StockPolicy::kBackorder);
  EXPECT_FALSE(belt.variants[0].taxable);
  EXPECT_EQ(belt.variants[0].grams, 120);
  EXPECT_EQ(belt.pictures.at(0).url, "https://a.example/my%20belt.jpg");
}

TEST(ShopifyImport, MapsStatusAndPublished) {
  const CatalogueChange change = imported(
      "Handle,Title,Variant Price,Published,Status\n"
      "a,A,1,true,active\nb,B,1,false,active\nc,C,1,true,draft\nd,D,1,false,archived\ne,E,1,,\nf,F,1,false,"
      "\n");
  std::vector<Status> found;
  for (const Product& one : change.upserts)
    found.push_back(one.status);
  EXPECT_THAT(found, ElementsAre(Status::kActive, Status::kDraft, Status::kDraft, Status::kArchived,
                                 Status::kActive, Status::kDraft));
}

TEST(ShopifyImport, KeepsColumnsItDoesNotKnow) {
  const CatalogueChange change = imported(
      "Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant Tax Code,Fabric "
      "(product.metafields.custom.fabric),Gift Card\n"
      "a,A,Size,S,1,P1,Linen,true\n"
      "a,,,M,1,P2,,\n"
      "a,,,L,1,,,\n"
      "a,,,XL,1,P1,,\n");
  EXPECT_THAT(
      change.upserts.at(0).attributes,
      ElementsAre(Pair("Fabric (product.metafields.custom.fabric)", "Linen"), Pair("Gift Card", "true"),
                  Pair("Variant Tax Code", "P1"), Pair("Variant Tax Code [variant 2]", "P2"),
                  Pair("Variant Tax Code [variant 3]", "")));
}

TEST(ShopifyImport, FindsTheRowsOfAProductWhereverTheyStand) {
  const CatalogueChange change = imported(
      "Handle,Title,Option1 Name,Option1 Value,Variant Price\na,A,Size,S,1\nb,B,,,2\na,,,M,3\n,,,,\n\n");
  ASSERT_THAT(change.upserts, SizeIs(2));
  EXPECT_THAT(change.upserts[0].variants, SizeIs(2));
  EXPECT_EQ(change.upserts[1].title, "B");
}

TEST(ShopifyImport, MakesSlugsOfHandles) {
  const CatalogueChange change = imported("Handle,Title,Variant Price\nÉté_Shirt,A,1\nシャツ,B,1\n");
  EXPECT_EQ(change.upserts.at(0).handle, "ete-shirt");
  EXPECT_THAT(change.upserts.at(1).handle, ::testing::MatchesRegex("product-[0-9a-f]{16}"));
}

TEST(ShopifyImport, ReadsPricesInTheShopsCurrency) {
  ImportOptions options;
  options.currency = *Currency::parse("JPY");
  const auto change = import("Handle,Title,Variant Price\na,A,1200\n", options);
  EXPECT_EQ(change->upserts.at(0).variants[0].price, (Money{1200, options.currency}));
  EXPECT_THAT(faults("Handle,Title,Variant Price\na,A,12.50\n", options), SizeIs(1));
}

TEST(ShopifyImport, NamesLineColumnAndRuleOfEveryFault) {
  EXPECT_THAT(faults("Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant Inventory "
                     "Tracker,Variant Inventory Qty,"
                     "Variant Inventory Policy,Variant Grams,Status,Image Src,Variant Taxable\n"
                     "a,A,Size,S,ten,shopify,5,deny,1,active,,true\n"
                     "a,,,S,10,shopify,5,deny,1,,,\n"
                     "b,,,,10,,,,,,,\n"
                     ",C,,,10,,,,,,,\n"
                     "d,D,Size,S,-5,shopify,-1,deny,-3,sold,ftp://x,maybe\n"
                     "e,E,Size,,,shopify,99999999999,sometimes,1,,,\n"
                     "f,F,,,,,,,,,,\n"
                     "g,\"G\n\",,Red,1.001,shopify,1.5,deny,,,,\n"),
              ElementsAre("line 2, Variant Price: 'ten' is not an amount like 12.50",
                          "line 4, Title: the first row of a product must have its title",
                          "line 5, Handle: every row must have the handle of its product",
                          "line 6, Status: must be active, draft or archived",
                          "line 6, Image Src: must be an address that starts with https://",
                          "line 6, Variant Price: '-5' is not an amount like 12.50",
                          "line 6, Variant Taxable: must be true or false",
                          "line 6, Variant Grams: must be a number between 0 and 10000000",
                          "line 7, Option1 Value: the variant must have a value for the option 'Size'",
                          "line 7, Variant Price: the variant must have a price",
                          "line 7, Variant Inventory Policy: must be deny or continue",
                          "line 8, Variant Price: the variant must have a price",
                          "line 9, Option1 Name: the option with the value 'Red' must have a name",
                          "line 9, Variant Price: '1.001' has more than 2 decimals",
                          "line 9, Variant Inventory Qty: must be a whole number up to 10000000"));
}

TEST(ShopifyImport, RefusesTwoVariantsThatAreTheSame) {
  EXPECT_THAT(
      faults("Handle,Title,Option1 Name,Option1 Value,Variant Price\na,A,Size,S,1\na,,,M,1\na,,,S,1\n"),
      ElementsAre("line 4, Option1 Value: the variant must differ from that of line 2 in an option"));
}

TEST(ShopifyImport, RefusesOneHandleForTwoProducts) {
  EXPECT_THAT(faults("Handle,Title,Variant Price\na,A,1\nb,B,1\nA,Another,1\n"),
              ElementsAre("line 4, Title: the product of line 2 has this handle and another title"));
}

TEST(ShopifyImport, RefusesAFourthOption) {
  EXPECT_THAT(faults("Handle,Title,Variant Price,Option4 Name,Option4 Value\na,A,1,Length,32\n"),
              ElementsAre("line 2: a product must have at most 3 options"));
}

TEST(ShopifyImport, RefusesMoreVariantsThanAProductCanHave) {
  std::string text = "Handle,Title,Option1 Name,Option1 Value,Variant Price\na,A,Size,0,1\n";
  for (std::size_t i = 1; i <= kVariantsMax; ++i)
    text += fmt::format("a,,,{},1\n", i);
  EXPECT_THAT(faults(text), ElementsAre("line 2050, Handle: a product must have at most 2048 variants"));
}

TEST(ShopifyImport, RefusesAFileThatIsNoExport) {
  EXPECT_THAT(faults(""), ElementsAre("line 1: the file must have a header row"));
  EXPECT_THAT(faults("Handle;Title;Variant Price\n"),
              ElementsAre("line 1: the columns must be separated by commas"));
  EXPECT_THAT(faults("Name,Amount\nx,1\n"),
              ElementsAre("line 1: the file must have a column 'Handle'",
                          "line 1: the file must have a column 'Title'",
                          "line 1: the file must have a column 'Variant Price'"));
  EXPECT_THAT(
      faults("Handle,Title,Variant Price,Price\n"),
      ElementsAre("line 1, Price: the column must be there once, but is also called 'Variant Price'"));
}

TEST(ShopifyImport, RefusesValuesBeyondTheHeader) {
  EXPECT_THAT(faults("Handle,Title,Variant Price\na,A,1,,\nb,B,1,x\n"),
              ElementsAre("line 3, column 4: the row must not be longer than the header"));
}

TEST(ShopifyImport, NamesThePlaceWhereTheFormatBreaks) {
  EXPECT_THAT(faults("Handle,Title,Variant Price\na,\"A,1\n"),
              ElementsAre("line 2, column 3: a quoted field must be closed by a quote"));
}

TEST(ShopifyImport, KeepsTheFirstFaultsAndCountsTheOthers) {
  std::string text = "Handle,Title,Variant Price\n";
  for (int i = 0; i < 50; ++i)
    text += fmt::format("p{},P,x\n", i);
  ImportOptions options;
  options.faults_max = 10;
  EXPECT_THAT(faults(text, options), SizeIs(10));
  EXPECT_EQ(import(text, options).error().detail, "the file has 50 faults, of which the first 10 are told");
}

TEST(ShopifyImport, ChecksTheLengthOfTexts) {
  const std::string text = "Handle,Title,Variant Price\na," + std::string(2000, 'x') + ",1\n";
  EXPECT_THAT(faults(text), ElementsAre("line 2, Title: is too long"));
}

TEST(ShopifyImport, AcceptsBackorderedStockBelowZero) {
  const auto change = imported(
      "Handle,Title,Variant Price,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy\n"
      "a,A,1,shopify,-4,continue\n");
  EXPECT_EQ(change.stock.at(0).available, -4);
}

TEST(ShopifyImport, ReadsStockBelowZeroAsSoldOutWhereThePolicyIsDenyAndNotesIt) {
  ImportOptions options;
  options.source = "shop.csv";
  std::vector<std::string> notes;
  options.note = [&](const FieldError& note) { notes.push_back(note.field + ": " + note.message); };
  const auto change = import(
      "Handle,Title,Variant Price,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy\n"
      "a,A,1,shopify,-4,deny\nb,B,1,shopify,3,deny\n",
      options);
  ASSERT_TRUE(change) << change.error().detail;
  EXPECT_EQ(change->stock.at(0).available, 0);
  EXPECT_EQ(change->stock.at(1).available, 3);
  EXPECT_THAT(notes,
              ElementsAre("shop.csv:2: Variant Inventory Qty: -4 is read as 0: the variant is sold out, "
                          "and its policy is 'deny'"));
}

TEST(ShopifyImport, NamesTheFileThatItsFaultsAreIn) {
  ImportOptions options;
  options.source = "shop.csv";
  EXPECT_THAT(faults("Handle,Title,Variant Price\na,A,x\n", options),
              ElementsAre("shop.csv:2: Variant Price: 'x' is not an amount like 12.50"));
  EXPECT_THAT(faults("Handle,Title\n", options),
              ElementsAre("shop.csv:1: the file must have a column 'Variant Price'"));
  EXPECT_THAT(faults("Handle,Title,Variant Price\na,\"A,1\n", options),
              ElementsAre("shop.csv:2: column 3: a quoted field must be closed by a quote"));
}

TEST(ShopifyImport, SaysWhichWordsThePolicyMayBeUnderEachOfItsNames) {
  EXPECT_THAT(faults("Handle,Title,Variant Price,Variant Inventory Policy\na,A,1,sometimes\n"),
              ElementsAre("line 2, Variant Inventory Policy: must be deny or continue"));
  EXPECT_THAT(faults("Handle,Title,Variant Price,Continue selling when out of stock\na,A,1,sometimes\n"),
              ElementsAre("line 2, Continue selling when out of stock: must be true or false"));
}

TEST(ShopifyImport, RefusesPicturesWithoutARealHost) {
  EXPECT_THAT(
      faults("Handle,Title,Variant Price,Image Src\na,A,1,https:///x\nb,B,1,https://me@a.example/x\n"),
      ElementsAre("line 2, Image Src: must have a host after https://, like cdn.example.com",
                  "line 3, Image Src: must have no user before its host"));
}

TEST(ShopifyImport, TellsHowFarItIs) {
  const std::string text = testing::DirtyExport(3).text(5'000);
  std::vector<std::int64_t> steps;
  ImportOptions options;
  options.progress = [&](std::int64_t bytes) { steps.push_back(bytes); };
  ASSERT_TRUE(import(text, options));
  EXPECT_TRUE(std::is_sorted(steps.begin(), steps.end()));
  EXPECT_EQ(steps.back(), static_cast<std::int64_t>(text.size()));
}

TEST(ShopifyImport, ReadsALargeDirtyExportWithoutAFaultAndTheSameEachTime) {
  const std::string text = testing::DirtyExport(1).text(3'000);
  const CatalogueChange change = imported(text);
  std::size_t variants = 0;
  for (const Product& one : change.upserts) {
    EXPECT_TRUE(validate(one)) << one.handle;
    variants += one.variants.size();
  }
  EXPECT_EQ(variants, 3'000u);
  EXPECT_EQ(imported(text).upserts, change.upserts);
}

}  // namespace
}  // namespace ff::catalog
