#include "storefront/product_picker.h"

#include <algorithm>

#include "base/json_writer.h"
#include "catalog/options.h"
#include "storefront/picture.h"
#include "storefront/product_page.h"

namespace ff::storefront {
namespace {

constexpr std::size_t kRadiosMax = 24;           // values of an option shown as buttons; more become a list
constexpr std::size_t kVariantsInPageMax = 240;  // told to shop.js; beyond, the plain form serves alone

const catalog::Variant* with_option(const catalog::Product& product, const catalog::Variant& chosen,
                                    std::size_t index, std::string_view value) {
  auto wanted = chosen.options;
  wanted[index] = value;
  const auto found = std::find_if(product.variants.begin(), product.variants.end(),
                                  [&](const catalog::Variant& variant) { return variant.options == wanted; });
  return found == product.variants.end() ? nullptr : &*found;
}

/// Why a value can't be had with the other values as they are; empty when it can.
std::string_view trouble(const ReadingPage& page, const catalog::Product& product,
                         const catalog::Variant& chosen, std::size_t index, std::string_view value) {
  const catalog::Variant* variant = with_option(product, chosen, index, value);
  if (variant == nullptr) return " (not made)";
  return page.labels.of(variant->id) == catalog::StockLabel::kSoldOut ? " (sold out)" : "";
}

void write_radios(Html& html, const ReadingPage& page, const catalog::Product& product,
                  const catalog::Variant& chosen, std::size_t index,
                  std::span<const std::string_view> values) {
  const bool colour = catalog::is_colour(product.options[index]);
  html << "<fieldset class=\"picker";
  html.when(colour, " picker-colour")
      << "\"><legend>" << product.options[index] << " <span data-option-value=\"" << index + 1 << "\">"
      << chosen.options[index] << "</span></legend><div class=\"picker-values\">";
  for (const std::string_view value : values) {
    const std::string_view why = trouble(page, product, chosen, index, value);
    html << "<label class=\"pick\"";
    html.flag("data-unavailable", !why.empty())
        << "><input type=\"radio\" name=\"option" << index + 1 << "\" value=\"" << value << "\"";
    html.flag("checked", value == chosen.options[index]) << ">";
    const std::string swatch = colour ? swatch_class(value) : std::string{};
    if (swatch.empty()) {
      html << "<span class=\"pick-word\">" << value << "</span>";
    } else {
      html << "<span class=\"dot " << swatch << "\"></span><span class=\"visually-hidden\">" << value
           << "</span>";
    }
    html << "<span class=\"visually-hidden\" data-note>" << why << "</span></label>";
  }
  html << "</div></fieldset>\n";
}

void write_list(Html& html, const ReadingPage& page, const catalog::Product& product,
                const catalog::Variant& chosen, std::size_t index, std::span<const std::string_view> values) {
  html << "<div class=\"field\"><label for=\"option" << index + 1 << "\">" << product.options[index]
       << "</label><select id=\"option" << index + 1 << "\" name=\"option" << index + 1 << "\">";
  for (const std::string_view value : values) {
    html << "<option value=\"" << value << "\"";
    html.flag("selected", value == chosen.options[index])
        << ">" << value << trouble(page, product, chosen, index, value) << "</option>";
  }
  html << "</select></div>\n";
}

}  // namespace

void write_buy_form(Html& html, const ReadingPage& page, const catalog::Product& product,
                    const catalog::Variant& chosen) {
  const bool available = page.labels.available(product);
  html << "<form class=\"buy\" action=\"/cart/lines\" method=\"post\" data-add>\n"
          "<input type=\"hidden\" name=\"product\" value=\""
       << product.handle << "\">\n";
  if (product.options.empty())
    html << "<input type=\"hidden\" name=\"variant\" value=\"" << chosen.id.value << "\">\n";
  for (std::size_t i = 0; i < product.options.size() && i < catalog::kOptionsMax; ++i) {
    const auto values = catalog::option_values(product, i);
    if (values.size() <= kRadiosMax) {
      write_radios(html, page, product, chosen, i, values);
    } else {
      write_list(html, page, product, chosen, i, values);
    }
  }
  const catalog::StockLabel label = page.labels.of(chosen.id);
  html << "<p class=\"stock\" data-stock=\"" << catalog::to_string(label) << "\">" << stock_text(label)
       << "</p>\n<div class=\"buy-row\"><div class=\"field field-quantity\"><label "
          "for=\"quantity\">Quantity</label>"
          "<input id=\"quantity\" type=\"number\" name=\"quantity\" value=\"1\" min=\"1\" max=\""
       << inventory::kQuantityMax
       << "\" inputmode=\"numeric\" required></div><button class=\"button button-wide\" type=\"submit\"";
  // Without scripts the button must stay usable while any variant can be had: another may be chosen.
  html.flag("disabled", !available) << ">" << std::string_view(available ? "Add to cart" : "Sold out")
                                    << "</button></div></form>\n";
}

void write_variants_json(Html& html, const ReadingPage& page, const catalog::Product& product) {
  if (product.variants.size() > kVariantsInPageMax) return;
  std::string out;
  JsonWriter json(out);
  const std::size_t options = std::min(product.options.size(), catalog::kOptionsMax);
  json.object([&] {
    json.key("options").array([&] {
      for (std::size_t i = 0; i < options; ++i)
        json.value(product.options[i]);
    });
    json.key("variants").array([&] {
      for (const catalog::Variant& variant : product.variants) {
        const catalog::StockLabel label = page.labels.of(variant.id);
        json.object([&] {
          json.key("id").value(variant.id.value);
          json.key("options").array([&] {
            for (std::size_t i = 0; i < options; ++i)
              json.value(variant.options[i]);
          });
          json.key("price").value(for_people(variant.price));
          if (variant.compare_at && variant.compare_at->minor > variant.price.minor) {
            json.key("compare").value(for_people(*variant.compare_at));
          }
          json.key("stock").value(std::string(catalog::to_string(label)));
          if (const std::string_view text = stock_text(label); !text.empty())
            json.key("stock_text").value(text);
          json.key("picture").value(static_cast<std::int64_t>(variant.picture));
        });
      }
    });
  });
  // A data block: never run, and JsonWriter escapes what could end it.
  html << "<script type=\"application/json\" id=\"variants\">" << SafeHtml::sanitised(out) << "</script>\n";
}

}  // namespace ff::storefront
