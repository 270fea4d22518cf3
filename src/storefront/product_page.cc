#include "storefront/product_page.h"

#include <algorithm>

#include "base/json_writer.h"
#include "catalog/options.h"
#include "storefront/picture.h"
#include "storefront/product_card.h"
#include "storefront/product_picker.h"
#include "storefront/size_guide.h"

namespace ff::storefront {
namespace {

constexpr std::size_t kRelated = 4;
constexpr std::size_t kGalleryMax = 12;  // pictures in the page; a catalogue may hold 250
constexpr std::size_t kOffersMax = 30;   // in the structured data; beyond, their range

std::vector<const catalog::Product*> related(const ReadingPage& page, const catalog::Product& product,
                                             const catalog::Collection* collection) {
  if (collection == nullptr) return {};
  const auto members = page.snapshot.members(*collection);
  // Those that hang beside it, from its own place on.
  const auto self = page.snapshot.position(product.handle);
  const auto place = self ? std::find(members.begin(), members.end(), *self) : members.end();
  const auto from = static_cast<std::size_t>(place - members.begin());
  auto found = best_of(page, from < members.size() ? members.subspan(from) : members, kRelated, &product);
  for (const catalog::Product* other : best_of(page, members, kRelated * 2, &product)) {
    if (found.size() == kRelated) break;
    if (std::find(found.begin(), found.end(), other) == found.end()) found.push_back(other);
  }
  return found;
}

std::int32_t clamp_picture(const catalog::Product& product, std::int32_t index) {
  return index >= 0 && static_cast<std::size_t>(index) < product.pictures.size() ? index : 0;
}

/// Which pictures, in which order: the chosen variant's first with those that follow it up to the next
/// variant's (a catalogue lists them in that order), then the rest.
std::vector<std::int32_t> gallery_order(const catalog::Product& product, const catalog::Variant& chosen) {
  const auto count = static_cast<std::int32_t>(product.pictures.size());
  const std::int32_t first = clamp_picture(product, chosen.picture);
  std::vector<std::int32_t> order;
  std::int32_t end = count;
  for (const catalog::Variant& variant : product.variants) {
    if (variant.picture > first) end = std::min(end, variant.picture);
  }
  for (std::int32_t i = first; i < end; ++i)
    order.push_back(i);
  for (std::int32_t i = 0; i < count; ++i) {
    if (i < first || i >= end) order.push_back(i);
  }
  if (order.empty()) order.push_back(0);
  if (order.size() > kGalleryMax) order.resize(kGalleryMax);
  return order;
}

void write_gallery(Html& html, const catalog::Product& product, const catalog::Variant& chosen) {
  const auto order = gallery_order(product, chosen);
  html << "<div class=\"gallery\"><ul class=\"gallery-strip\" role=\"list\" tabindex=\"0\" "
          "aria-label=\"Pictures\" data-gallery>\n";
  std::size_t place = 0;
  for (const std::int32_t index : order) {
    const shop::ChosenPicture picture = shop::choose_picture(product, index);
    html << "<li id=\"picture-" << index << "\" data-picture=\"" << index << "\"";
    html.flag("data-current", place == 0) << ">";
    const Loading loading = place == 0 ? Loading::kUrgent : Loading::kLazy;
    write_picture(html, picture, {"gallery-picture", loading, picture.alt});
    html << "</li>\n";
    ++place;
  }
  html << "</ul>\n";
  if (order.size() > 1) {
    html << "<ul class=\"gallery-thumbs\" role=\"list\" data-gallery-thumbs>";
    place = 0;
    for (const std::int32_t index : order) {
      const shop::ChosenPicture picture = shop::choose_picture(product, index);
      html << "<li><a href=\"#picture-" << index << "\" data-picture=\"" << index << "\"";
      html.when(place == 0, " data-current aria-current=\"true\"")
          << "><span class=\"visually-hidden\">Picture " << place + 1 << " of " << order.size() << "</span>";
      ++place;
      write_picture(html, picture, {"thumb", Loading::kLazy, ""});
      html << "</a></li>";
    }
    html << "</ul>";
  }
  html << "</div>\n";
}

void write_price(Html& html, const ReadingPage& page, const catalog::Variant& chosen) {
  const bool reduced = chosen.compare_at && chosen.compare_at->minor > chosen.price.minor;
  html << "<p class=\"price tabular\"><span class=\"price__now";
  html.when(reduced, " price__now--sale")
      << "\" data-price>" << chosen.price << "</span> <span data-compare-row";
  html.flag("hidden", !reduced) << "><span class=\"visually-hidden\">instead of </span><s data-compare>";
  if (reduced) html << *chosen.compare_at;
  html << "</s></span>";
  const auto& tax = page.rules.tax;
  const bool included =
      !tax.empty() && std::all_of(tax.begin(), tax.end(), [](const auto& r) { return r.included; });
  html.when(included, " <span class=\"muted price-note\">incl. tax</span>") << "</p>\n";
}

void write_disclosure(Html& html, std::string_view title, bool open) {
  html << "<details class=\"disclosure\"";
  html.flag("open", open) << "><summary><h2>" << title << "</h2>" << Icon::kChevron
                          << "</summary><div class=\"prose\">";
}

/// The merchant's headings as <h3>, whatever rank they chose: they stand under this page's <h2>. `html` is
/// sanitised, so every tag is written "<h1>" or "</h1>" (with attributes after the name, if any).
std::string with_headings_below(std::string html) {
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const std::size_t name = at + (html.compare(at, 2, "</") == 0 ? 2 : 1);
    if (name + 1 < html.size() && html[name] == 'h' && html[name + 1] >= '1' && html[name + 1] <= '6')
      html[name + 1] = '3';
  }
  return html;
}

void write_details(Html& html, const ReadingPage& page, const catalog::Product& product) {
  html << "<div class=\"disclosures\">\n";
  if (!product.body_html.empty()) {
    write_disclosure(html, "Details", true);
    const std::string body = with_headings_below(product.body_html);
    html << SafeHtml::sanitised(body) << "</div></details>\n";
  }
  for (std::size_t i = 0; i < product.options.size() && i < catalog::kOptionsMax; ++i) {
    if (const SizeGuide guide = size_guide_for(product.options[i], catalog::option_values(product, i));
        guide != SizeGuide::kNone) {
      write_disclosure(html, "Size guide", false);
      write_size_guide(html, guide);
      html << "</div></details>\n";
      break;
    }
  }
  write_disclosure(html, "Delivery and returns", false);
  html << "<p>" << delivery_promise(page.rules) << "</p><ul>";
  if (!page.rules.countries.empty()) {
    const Money none{0, page.rules.currency};
    for (const auto& offer : pricing::delivery_offers(page.rules, page.rules.countries.front(), none)) {
      html << "<li>" << offer.method->title << ": " << offer.price << "</li>";
    }
  }
  html << "</ul><p>Send anything back within thirty days, unworn. <a href=\"/help#returns\">How returns "
          "work</a></p></div></details>\n</div>\n";
}

std::string availability_of(catalog::StockLabel label) {
  switch (label) {
    case catalog::StockLabel::kSoldOut:
      return "https://schema.org/OutOfStock";
    case catalog::StockLabel::kBackorder:
      return "https://schema.org/BackOrder";
    case catalog::StockLabel::kFewLeft:
      return "https://schema.org/LimitedAvailability";
    case catalog::StockLabel::kInStock:
      break;
  }
  return "https://schema.org/InStock";
}

std::string structured_data(const ReadingPage& page, const catalog::Product& product,
                            std::string_view description) {
  std::string out;
  JsonWriter json(out);
  const PriceRange range = price_range(product);
  const std::string url = page.layout.absolute(product_path(product));
  json.object([&] {
    json.key("@context").value("https://schema.org");
    json.key("@type").value("Product");
    json.key("name").value(product.title);
    json.key("url").value(url);
    if (!description.empty()) json.key("description").value(description);
    json.key("image").array([&] {
      for (std::size_t i = 0; i < product.pictures.size() && i < 3; ++i) {
        json.value(page.layout.absolute(product.pictures[i].url));
      }
      if (product.pictures.empty()) json.value(page.layout.absolute(shop::choose_picture(product, -1).url));
    });
    if (!product.vendor.empty()) {
      json.key("brand").object([&] {
        json.key("@type").value("Brand");
        json.key("name").value(product.vendor);
      });
    }
    if (product.variants.size() > kOffersMax) {
      json.key("offers").object([&] {
        json.key("@type").value("AggregateOffer");
        json.key("lowPrice").value(range.lowest.decimal());
        json.key("highPrice").value(range.highest.decimal());
        json.key("priceCurrency").value(range.lowest.currency.code());
        json.key("offerCount").value(product.variants.size());
        json.key("availability")
            .value(availability_of(page.labels.available(product) ? catalog::StockLabel::kInStock
                                                                  : catalog::StockLabel::kSoldOut));
      });
      return;
    }
    json.key("offers").array([&] {
      for (const catalog::Variant& variant : product.variants) {
        json.object([&] {
          json.key("@type").value("Offer");
          if (!variant.sku.empty()) json.key("sku").value(variant.sku);
          json.key("price").value(variant.price.decimal());
          json.key("priceCurrency").value(variant.price.currency.code());
          json.key("availability").value(availability_of(page.labels.of(variant.id)));
          json.key("url").value(url + "?variant=" + std::to_string(variant.id.value));
        });
      }
    });
  });
  return out;
}

std::string remembered(const catalog::Product& product) {
  std::string out;
  JsonWriter json(out);
  const PriceRange range = price_range(product);
  json.object([&] {
    json.key("handle").value(product.handle);
    json.key("title").value(product.title);
    json.key("price").value((range.lowest.minor != range.highest.minor ? "from " : "") +
                            for_people(range.lowest));
    const std::int32_t first = product.variants.empty() ? -1 : product.variants.front().picture;
    json.key("picture").value(shop::choose_picture(product, first).url);
  });
  return out;
}

}  // namespace

std::string_view stock_text(catalog::StockLabel label) {
  switch (label) {
    case catalog::StockLabel::kFewLeft:
      return "Only a few left";
    case catalog::StockLabel::kBackorder:
      return "Made again to order, leaves us later";
    case catalog::StockLabel::kSoldOut:
      return "Sold out";
    case catalog::StockLabel::kInStock:
      break;
  }
  return "In stock, ready to leave";
}

const catalog::Variant& default_variant(const catalog::Product& product, const catalog::StockLabels& labels) {
  for (const catalog::Variant& variant : product.variants) {
    if (labels.of(variant.id) != catalog::StockLabel::kSoldOut) return variant;
  }
  return product.variants.front();
}

std::uint64_t product_inputs(const ReadingPage& page, const catalog::Product& product) {
  Inputs inputs(page);
  inputs.add("product").add(page, product);
  const catalog::Collection* collection = home_collection(page.snapshot, product);
  if (collection != nullptr) inputs.add(*collection);
  for (const catalog::Product* other : related(page, product, collection))
    inputs.add(page, *other);
  return inputs.value();
}

std::string write_product(const ReadingPage& page, const catalog::Product& product,
                          const catalog::Variant& chosen) {
  const catalog::Collection* collection = home_collection(page.snapshot, product);
  const std::string description = product.seo_description.empty() ? plain_text(product.body_html, 160)
                                                                  : plain_text(product.seo_description, 320);
  PageHead head;
  head.title = product.seo_title.empty() ? product.title : product.seo_title;
  head.description = description;
  head.canonical = product_path(product);
  head.preview_type = "product";
  head.picture = shop::choose_picture(product, chosen.picture).url;
  head.page = "product";
  head.data_block = structured_data(page, product, description);
  if (collection != nullptr) head.current = collection_path(*collection);
  return page.layout.page(head, &page.snapshot, [&](Html& html) {
    html << "<article class=\"wrap product\"";
    html.attribute("data-product", remembered(product)) << ">\n";
    write_gallery(html, product, chosen);
    html << "<div class=\"product-words\">";
    if (collection != nullptr) {
      html << "<nav aria-label=\"Breadcrumb\"><a class=\"crumb\" href=\""
           << href(collection_path(*collection)) << "\">" << collection->title << "</a></nav>";
    }
    html << "<h1 class=\"display-2\">" << product.title << "</h1>\n";
    write_price(html, page, chosen);
    write_buy_form(html, page, product, chosen);
    if (const std::string promise = delivery_promise(page.rules); !promise.empty()) {
      html << "<ul class=\"assurances\" role=\"list\"><li>" << Icon::kTruck << "<span>" << promise
           << "</span></li><li>" << Icon::kReturn
           << "<span>Thirty days to try it on and send it back.</span></li></ul>\n";
    }
    write_details(html, page, product);
    if (!product.vendor.empty() && product.vendor != page.layout.identity().name) {
      const std::string path = "/search?vendor=" + http::percent_encode(product.vendor);
      html << "<p class=\"muted maker\">Made by <a href=\"" << href(path) << "\">" << product.vendor
           << "</a></p>\n";
    }
    html << "</div></article>\n";
    write_variants_json(html, page, product);
    if (const auto others = related(page, product, collection); !others.empty()) {
      html << "<section class=\"section wrap\" aria-labelledby=\"related\"><div class=\"section-head\"><h2 "
              "id=\"related\">More from "
           << collection->title << "</h2><a class=\"text-link\" href=\"" << href(collection_path(*collection))
           << "\">See all</a></div>";
      write_grid(html, others, page.labels, 0, "h3");
      html << "</section>\n";
    }
    html << "<section class=\"section wrap\" aria-labelledby=\"recent\" data-recent hidden><h2 "
            "id=\"recent\">Recently "
            "viewed</h2><ul class=\"grid\" role=\"list\" data-recent-list></ul></section>\n";
  });
}

}  // namespace ff::storefront
