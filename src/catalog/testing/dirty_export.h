// A product export of any size, with the oddities of real ones: byte order mark, CRLF, HTML over several
// lines, blank repeated cells, picture-only rows, ragged and empty rows, apostrophes before numbers, capitals
// in flags, columns nobody knows. For tests and benchmarks; no part of the program.
//
// Invariant: the same seed and size give the same bytes, and they import without a fault.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/random.h"
#include "catalog/csv.h"

namespace ff::catalog::testing {

class DirtyExport {
 public:
  explicit DirtyExport(std::uint64_t seed) : random_(seed) {}

  /// Calls `sink` with pieces of the file until it holds `variants` variants.
  void write(std::int64_t variants, const std::function<void(std::string_view)>& sink) {
    std::string out = "\xEF\xBB\xBF";
    csv::write_row(out, kHeader);
    for (std::int64_t written = 0, product = 0; written < variants; ++product) {
      written += write_product(out, product, variants - written);
      if (one_in(50)) out += "\r\n";                                         // an empty line
      if (one_in(50)) out += std::string(kHeader.size() - 1, ',') + "\r\n";  // a row of empty cells
      if (out.size() > 256 * 1024) {
        sink(out);
        out.clear();
      }
    }
    sink(out);
  }
  std::string text(std::int64_t variants) {
    std::string out;
    write(variants, [&out](std::string_view piece) { out += piece; });
    return out;
  }

 private:
  using Names = std::span<const std::string_view>;
  static constexpr std::array<std::string_view, 44> kHeader = {"Handle",
                                                               "Title",
                                                               "Body (HTML)",
                                                               "Vendor",
                                                               "Product Category",
                                                               "Type",
                                                               "Tags",
                                                               "Published",
                                                               "Option1 Name",
                                                               "Option1 Value",
                                                               "Option1 Linked To",
                                                               "Option2 Name",
                                                               "Option2 Value",
                                                               "Option2 Linked To",
                                                               "Option3 Name",
                                                               "Option3 Value",
                                                               "Option3 Linked To",
                                                               "Variant SKU",
                                                               "Variant Grams",
                                                               "Variant Inventory Tracker",
                                                               "Variant Inventory Qty",
                                                               "Variant Inventory Policy",
                                                               "Variant Fulfillment Service",
                                                               "Variant Price",
                                                               "Variant Compare At Price",
                                                               "Variant Requires Shipping",
                                                               "Variant Taxable",
                                                               "Variant Barcode",
                                                               "Image Src",
                                                               "Image Position",
                                                               "Image Alt Text",
                                                               "Gift Card",
                                                               "SEO Title",
                                                               "SEO Description",
                                                               "Google Shopping / Google Product Category",
                                                               "Google Shopping / Gender",
                                                               "Google Shopping / Condition",
                                                               "Fabric (product.metafields.custom.fabric)",
                                                               "Variant Image",
                                                               "Variant Weight Unit",
                                                               "Variant Tax Code",
                                                               "Cost per item",
                                                               "Price / International",
                                                               "Status"};
  enum At : std::size_t {
    kHandle,
    kTitle,
    kBody,
    kVendor,
    kCategory,
    kType,
    kTags,
    kPublished,
    kName1,
    kValue1,
    kLinked1,
    kName2,
    kValue2,
    kLinked2,
    kName3,
    kValue3,
    kLinked3,
    kSku,
    kGrams,
    kTracker,
    kQuantity,
    kPolicy,
    kService,
    kPrice,
    kCompare,
    kShipping,
    kTaxable,
    kBarcode,
    kImage,
    kPosition,
    kAlt,
    kGiftCard,
    kSeoTitle,
    kSeoText,
    kGoogle,
    kGender,
    kCondition,
    kFabric,
    kVariantImage,
    kUnit,
    kTaxCode,
    kCost,
    kInternational,
    kStatus,
  };
  using Cells = std::array<std::string, kHeader.size()>;

  bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
  std::string_view pick(Names names) { return names[random_.below(names.size())]; }

  std::int64_t write_product(std::string& out, std::int64_t number, std::int64_t variants_left) {
    static constexpr std::array<std::string_view, 12> kColours = {
        "Navy",     "Black",    "Off White", "Olive Green", "Rust",  "Sand",
        "Sky Blue", "Bordeaux", "Écru",      "Charcoal",    "Lilac", "Forest"};
    static constexpr std::array<std::string_view, 10> kCloths = {
        "Linen",    "Merino",   "Organic Cotton", "Silk",  "Denim",
        "Corduroy", "Cashmere", "Flannel",        "Twill", "Jersey"};
    static constexpr std::array<std::string_view, 14> kGarments = {
        "Shirt",   "Dress", "Jacket", "Trousers", "Skirt", "Jumper", "Cardigan",
        "T-Shirt", "Coat",  "Blouse", "Scarf",    "Jeans", "Hoodie", "Shorts"};
    static constexpr std::array<std::string_view, 9> kCuts = {
        "Relaxed", "Slim", "Cropped", "Oversized", "Classic", "Boxy", "Tapered", "Wide-Leg", "Fitted"};
    static constexpr std::array<std::string_view, 8> kVendors = {
        "Nordlys", "Atelier Märit", "Hóla & Sons", "Fjäll \"Works\"", "Maison Belle, Paris", "Kōbe", "Plain",
        "Ü"};
    static constexpr std::array<std::string_view, 12> kTagNames = {"new",    "sale",   "women",  "men",
                                                                   "summer", "winter", "basics", "organic",
                                                                   "office", "party",  "gift",   "outlet"};
    static constexpr std::array<std::string_view, 7> kSizes = {"XXS", "XS", "S", "M", "L", "XL", "XXL"};

    const std::string_view cut = pick(kCuts), cloth = pick(kCloths), garment = pick(kGarments);
    const std::string title = fmt::format("{} {} {}", cut, cloth, garment);
    Cells cells;
    cells[kHandle] = fmt::format("{}-{}", slug_of(title), number);
    cells[kTitle] = title;
    cells[kBody] = body(cut, cloth, garment);
    cells[kVendor] = pick(kVendors);
    if (one_in(3)) cells[kCategory] = "Apparel & Accessories > Clothing";
    cells[kType] = garment;
    std::string tags;
    for (std::uint64_t i = random_.below(5); i > 0; --i)
      tags += fmt::format("{}, ", pick(kTagNames));
    cells[kTags] = tags;
    cells[kPublished] = one_in(2) ? "TRUE" : "true";
    cells[kGiftCard] = "false";
    if (one_in(4)) cells[kSeoTitle] = title + " | Shop";
    if (one_in(4)) cells[kSeoText] = fmt::format("Our {}, cut from {}.\nMade to last.", garment, cloth);
    if (one_in(2)) cells[kGoogle] = "1604";
    if (one_in(2)) cells[kGender] = one_in(2) ? "female" : "unisex";
    cells[kCondition] = one_in(5) ? "new" : "";
    if (one_in(3)) cells[kFabric] = fmt::format("{} 95 %; elastane 5 %", cloth);
    cells[kStatus] = one_in(30) ? "draft" : (one_in(40) ? "archived" : "active");

    std::vector<std::array<std::string, 2>> options;
    const bool plain = one_in(8);
    if (!plain) {
      const std::size_t colours = 1 + random_.below(4), first = random_.below(kColours.size());
      const std::size_t sizes = 3 + random_.below(5);
      for (std::size_t c = 0; c < colours; ++c) {
        for (std::size_t s = 0; s < sizes; ++s) {
          options.push_back({std::string(kColours[(first + c) % kColours.size()]), std::string(kSizes[s])});
        }
      }
    } else {
      options.push_back({"Default Title", ""});
    }
    if (static_cast<std::int64_t>(options.size()) > variants_left) {
      options.resize(static_cast<std::size_t>(variants_left));
    }
    const std::size_t pictures = random_.below(6);
    const std::int64_t price = 1500 + static_cast<std::int64_t>(random_.below(300)) * 50;
    const std::string picture = fmt::format("https://cdn.example.com/s/files/1/0000/{}", number);

    for (std::size_t row = 0; row < std::max(options.size(), pictures); ++row) {
      if (row > 0) {
        const std::string handle = cells[kHandle];
        cells.fill({});
        cells[kHandle] = handle;
      } else {
        cells[kName1] = plain ? "Title" : "Color";
        cells[kName2] = plain ? "" : "Size";
      }
      if (row < options.size()) {
        cells[kValue1] = options[row][0];
        cells[kValue2] = options[row][1];
        if (!one_in(6)) cells[kSku] = fmt::format("'{:05}-{}", number, row);
        cells[kGrams] = one_in(5) ? "453.59" : fmt::format("{}", 100 + random_.below(900));
        const bool tracked = !one_in(5);
        cells[kTracker] = tracked ? "shopify" : "";
        cells[kQuantity] = fmt::format("{}", random_.below(60));
        cells[kPolicy] = tracked && one_in(10) ? "continue" : "deny";
        cells[kService] = "manual";
        cells[kPrice] = fmt::format("{}.{:02}", price / 100, price % 100);
        if (one_in(4)) cells[kCompare] = fmt::format("{}", price / 100 + 20);
        cells[kShipping] = "true";
        cells[kTaxable] = one_in(2) ? "TRUE" : "true";
        if (one_in(3)) cells[kBarcode] = fmt::format("40{:011}", random_.below(99999999999));
        if (pictures > 0 && one_in(3))
          cells[kVariantImage] = fmt::format("{}_{}.jpg?v=17", picture, random_.below(pictures) + 1);
        cells[kUnit] = one_in(2) ? "kg" : "g";
        if (one_in(7)) cells[kTaxCode] = "P0000000";
        if (one_in(2)) cells[kCost] = fmt::format("{}.20", price / 300);
      }
      if (row < pictures) {
        cells[kImage] = fmt::format("{}_{}.jpg?v=17", picture, row + 1);
        cells[kPosition] = fmt::format("{}", row + 1);
        cells[kAlt] = one_in(2) ? fmt::format("{}, seen from {} side", title, row) : "";
      }
      write_cells(out, cells);
    }
    return static_cast<std::int64_t>(options.size());
  }

  void write_cells(std::string& out, const Cells& cells) {
    std::array<std::string_view, kHeader.size()> fields;
    std::copy(cells.begin(), cells.end(), fields.begin());
    std::size_t size = fields.size();
    if (one_in(40)) {  // editors drop the empty cells at the end
      while (size > 1 && fields[size - 1].empty())
        --size;
    }
    csv::write_row(out, std::span(fields).first(size));
  }

  std::string body(std::string_view cut, std::string_view cloth, std::string_view garment) {
    static constexpr std::array<std::string_view, 8> kSentences = {
        "Woven in a small mill and washed for a soft hand.",
        "Two pockets, one of them hidden.",
        "Falls just below the hip & keeps its shape.",
        "Buttons made of <em>corozo</em> nut.",
        "Wear it open over a tee, or closed on its own.",
        "Pre-shrunk, so it stays the size you bought.",
        "Cut with room in the shoulder.",
        "Repairs are free for two years."};
    std::string out = fmt::format(
        "<meta charset=\"utf-8\"><p class=\"p1\" style=\"margin: 0.0px\"><span>A {} {} made of "
        "{}.</span></p>\n",
        cut, garment, cloth);
    if (one_in(20)) return fmt::format("Plain text: {} & {} < all others", cut, cloth);
    for (std::uint64_t i = random_.below(4) + 1; i > 0; --i)
      out += fmt::format("<p>{}</p>\r\n", pick(kSentences));
    if (one_in(2)) out += "<ul>\n<li>Machine wash 30&deg;</li>\n<li>Don&#8217;t tumble dry\n</ul>";
    if (one_in(30)) out += "<script>track('view');</script><div><img src=\"//cdn.example.com/x.png\"></div>";
    if (one_in(30)) out += "<table><tr><td>Chest<td>96 cm</table>";
    return out;
  }

  static std::string slug_of(std::string_view title) {
    std::string out;
    for (const char c : title)
      out += c == ' ' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return out;
  }

  SeededRandom random_;
};

}  // namespace ff::catalog::testing
