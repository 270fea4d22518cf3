#include "storefront/sample_shop.h"

#include <array>

#include <fmt/format.h>

#include "base/text.h"

#include "pictures/garment.h"

namespace ff::storefront::sample {
namespace {

struct Line {
  std::string_view title, type, vendor;
  pictures::Kind kind;
  std::int64_t price;
};

Money euros(std::int64_t minor) { return Money{minor, Currency{}}; }

}  // namespace

catalog::Catalogue catalogue() {
  using pictures::Colour, pictures::Kind;
  static constexpr Line lines[] = {
      {"Fisherman Jumper", "Knitwear", "Harbour Mill", Kind::kJumper, 14800},
      {"Lambswool Cardigan", "Knitwear", "Harbour Mill", Kind::kCardigan, 16200},
      {"Oxford Shirt", "Shirts", "Northgate", Kind::kShirt, 9800},
      {"Camp Shirt", "Shirts", "Northgate", Kind::kShirt, 8800},
      {"Everyday Tee", "Tees", "Northgate", Kind::kTee, 3900},
      {"Pique Polo", "Tees", "Northgate", Kind::kPolo, 6900},
      {"Pleated Trousers", "Trousers", "Atelier Lind", Kind::kTrousers, 13900},
      {"Straight Jeans", "Trousers", "Atelier Lind", Kind::kJeans, 11900},
      {"Wool Coat", "Outerwear", "Atelier Lind", Kind::kCoat, 38900},
      {"Waxed Bomber", "Outerwear", "Harbour Mill", Kind::kBomber, 24900},
      {"Wrap Dress", "Dresses", "Atelier Lind", Kind::kDress, 17900},
      {"Canvas Tote", "Accessories", "Northgate", Kind::kTote, 4500},
  };
  static constexpr std::array<std::pair<std::string_view, Colour>, 3> colours = {
      std::pair{std::string_view("Navy"), Colour::kNavy}, std::pair{std::string_view("Ecru"), Colour::kEcru},
      std::pair{std::string_view("Forest"), Colour::kForest}};
  static constexpr std::array<std::string_view, 5> sizes = {"XS", "S", "M", "L", "XL"};

  catalog::Catalogue catalogue;
  catalogue.version = 1;
  std::int64_t variant_id = 100;
  for (int round = 0; round < 4; ++round) {
    for (const Line& line : lines) {
      catalog::Product product;
      product.id = ProductId{static_cast<std::int64_t>(catalogue.products.size()) + 1};
      product.title = round == 0 ? std::string(line.title) : fmt::format("{} No. {}", line.title, round + 1);
      product.handle = slug(product.title);
      product.type = line.type;
      product.vendor = line.vendor;
      product.tags = {"autumn", line.price > 15000 ? "investment" : "everyday"};
      product.body_html =
          "<p>Cut from cloth that we handle before we order it, and sewn in a workshop that we can name.</p>"
          "<ul><li>Dry, even hand</li><li>Natural buttons</li><li>Sewn in Portugal</li></ul>";
      product.options = {"Colour", "Size"};
      product.created_at = Instant{1'700'000'000'000'000 - product.id.value * 1'000'000};
      for (const auto& [name, colour] : colours) {
        const auto first = static_cast<std::int32_t>(product.pictures.size());
        for (const pictures::View view : {pictures::View::kFront, pictures::View::kDetail}) {
          product.pictures.push_back({pictures::url(pictures::usual(line.kind, colour, view)),
                                      fmt::format("{} in {}", product.title, name)});
        }
        for (const std::string_view size : sizes) {
          catalog::Variant variant;
          variant.id = VariantId{++variant_id};
          variant.options = {std::string(name), std::string(size), ""};
          variant.sku = fmt::format("FF-{}", variant_id);
          variant.price = euros(line.price + round * 500);
          if (round == 1) variant.compare_at = euros(line.price + 3000);
          variant.picture = first;
          product.variants.push_back(std::move(variant));
        }
      }
      catalogue.products.push_back(std::move(product));
    }
  }
  // As an import may bring it: markup in names, a picture elsewhere, no picture at all, one plain variant.
  catalog::Product foreign;
  foreign.id = ProductId{900};
  foreign.handle = "hostile-scarf";
  foreign.title = "Scarf <script>alert(1)</script> & \"Quotes\"";
  foreign.type = "Accessories";
  foreign.vendor = "O'Neil & <b>Sons</b>";
  foreign.body_html = "<p>Soft.</p>";
  foreign.pictures = {{"https://cdn.example.com/scarf.jpg?v=1&w=2", "A \"scarf\""}};
  foreign.variants.push_back({});
  foreign.variants.back().id = VariantId{9001};
  foreign.variants.back().price = euros(5900);
  catalogue.products.push_back(foreign);
  catalog::Product bare = foreign;
  bare.id = ProductId{901};
  bare.handle = "bare-belt";
  bare.title = "Leather Belt";
  bare.vendor = "Northgate";
  bare.pictures.clear();
  bare.variants.back().id = VariantId{9002};
  catalogue.products.push_back(bare);

  const auto collection = [&](std::string handle, std::string title, std::string description,
                              std::vector<std::string> types) {
    catalog::Collection made;
    made.id = CollectionId{static_cast<std::int64_t>(catalogue.collections.size()) + 1};
    made.handle = std::move(handle);
    made.title = std::move(title);
    made.description = std::move(description);
    made.types = std::move(types);
    catalogue.collections.push_back(std::move(made));
  };
  collection("autumn", "The First Cold Morning",
             "What to put on when the window is wet and the kettle is on.", {});
  catalogue.collections.back().tags = {"autumn"};
  catalogue.collections.back().picture_url = pictures::url(pictures::Scene{});
  collection("knitwear", "Knitwear", "Lambswool and merino, knitted in one piece.", {"Knitwear"});
  collection("shirts", "Shirts", "Oxford, poplin, flannel.", {"Shirts"});
  collection("trousers", "Trousers", "", {"Trousers"});
  collection("outerwear", "Outerwear", "Coats that take weather seriously.", {"Outerwear"});
  collection("accessories", "Accessories", "", {"Accessories"});
  collection("nothing", "Nothing Here", "", {"Submarines"});
  return catalogue;
}

pricing::Rules rules() {
  pricing::Rules rules;
  rules.delivery = {{"standard", "Standard, 2–4 working days", {"DE", "FR"}, euros(490), euros(8000)},
                    {"express", "Express, next working day", {"DE"}, euros(1290), std::nullopt}};
  rules.tax = {{"*", BasisPoints{1900}, true}};
  rules.countries = {"DE", "FR"};
  return rules;
}

Holders::Holders() { publish(sample::catalogue()); }

void Holders::publish(catalog::Catalogue next) {
  auto snapshot = std::make_shared<const catalog::Snapshot>(std::move(next));
  index.store(std::make_shared<const catalog::Index>(snapshot));
  catalogue.store(std::move(snapshot));
}

void Holders::sell_out(std::string_view handle) {
  std::vector<inventory::Stock> stocks;
  for (const catalog::Variant& variant : catalogue.load()->product(handle)->variants) {
    inventory::Stock stock;
    stock.variant = variant.id;
    stocks.push_back(stock);
  }
  labels.store(std::make_shared<const catalog::StockLabels>(stocks));
}

}  // namespace ff::storefront::sample
