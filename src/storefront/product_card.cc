#include "storefront/product_card.h"

#include "catalog/options.h"

namespace ff::storefront {
namespace {

constexpr std::size_t kSwatchesMax = 5;

std::vector<std::string_view> colours_of(const catalog::Product& product) {
  for (std::size_t i = 0; i < product.options.size(); ++i) {
    if (catalog::is_colour(product.options[i])) return catalog::option_values(product, i);
  }
  return {};
}

void write_swatches(Html& html, const std::vector<std::string_view>& colours) {
  if (colours.size() < 2) return;
  html << "<span class=\"card__swatches\"><span class=\"visually-hidden\">" << colours.size()
       << " colours</span>";
  std::size_t shown = 0;
  for (const std::string_view colour : colours) {
    const std::string css_class = swatch_class(colour);
    if (css_class.empty()) continue;
    if (shown++ == kSwatchesMax) break;
    html << "<span class=\"dot " << css_class << "\"></span>";
  }
  if (shown > kSwatchesMax)
    html << "<span aria-hidden=\"true\">+" << colours.size() - kSwatchesMax << "</span>";
  html << "</span>";
}

}  // namespace

std::string product_path(const catalog::Product& product) { return "/products/" + product.handle; }

PriceRange price_range(const catalog::Product& product) {
  PriceRange range;
  const catalog::Variant* cheapest = nullptr;
  for (const catalog::Variant& variant : product.variants) {
    if (cheapest == nullptr || variant.price.minor < cheapest->price.minor) cheapest = &variant;
    if (cheapest == &variant && product.variants.data() == &variant) range.highest = variant.price;
    if (variant.price.minor > range.highest.minor) range.highest = variant.price;
  }
  if (cheapest == nullptr) return range;
  range.lowest = cheapest->price;
  if (cheapest->compare_at && cheapest->compare_at->minor > cheapest->price.minor)
    range.compare_at = cheapest->compare_at;
  return range;
}

void write_card(Html& html, const catalog::Product& product, const catalog::StockLabels& labels,
                Loading loading, Markup heading) {
  const PriceRange range = price_range(product);
  const bool available = labels.available(product);
  html << "<li><a class=\"card\" href=\"" << href(product_path(product)) << "\"><span class=\"card__frame\">";
  const std::int32_t first = product.variants.empty() ? -1 : product.variants.front().picture;
  write_picture(html, shop::choose_picture(product, first), {"card__picture", loading, ""});
  if (!available) {
    html << "<span class=\"badge badge-out\">Sold out</span>";
  } else if (range.compare_at) {
    html << "<span class=\"badge badge-sale\">Sale</span>";
  }
  html << "</span><" << heading << " class=\"card__title\">" << product.title << "</" << heading
       << "><span class=\"card__price\">";
  if (range.lowest.minor != range.highest.minor) html << "from ";
  if (range.compare_at) {
    html << "<span class=\"price-now\">" << range.lowest
         << "</span> <s><span class=\"visually-hidden\">instead of </span>" << *range.compare_at << "</s>";
  } else {
    html << range.lowest;
  }
  html << "</span>";
  write_swatches(html, colours_of(product));
  html << "</a></li>\n";
}

void write_grid(Html& html, std::span<const catalog::Product* const> products,
                const catalog::StockLabels& labels, std::size_t eager, Markup heading) {
  html << "<ul class=\"grid\" role=\"list\">\n";
  std::size_t place = 0;
  for (const catalog::Product* product : products) {
    write_card(html, *product, labels, place < eager ? Loading::kEager : Loading::kLazy, heading);
    ++place;
  }
  html << "</ul>\n";
}

}  // namespace ff::storefront
