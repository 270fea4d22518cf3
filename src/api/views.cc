#include "api/views.h"

#include <algorithm>

#include "catalog/options.h"
#include "shop/product_picture.h"

namespace ff::api {

namespace {

/// Of the catalogue, or chosen.
void write_picture(JsonWriter& json, const auto& picture) {
  json.object([&] {
    json.key("url").value(picture.url);
    json.key("alt").value(picture.alt);
  });
}

void write_range(JsonWriter& json, Money lowest, Money highest) {
  json.object([&] {
    json.key("lowest").value(lowest);
    json.key("highest").value(highest);
  });
}

void write_texts(JsonWriter& json, const auto& texts) {
  json.array([&] {
    for (const auto& text : texts)
      json.value(text);
  });
}

void write_text_or_null(JsonWriter& json, std::string_view text) {
  if (text.empty()) return json.null();
  json.value(text);
}

void write_product_head(JsonWriter& json, const catalog::Product& product,
                        const catalog::StockLabels& labels) {
  const auto [lowest, highest] = std::ranges::minmax_element(
      product.variants, {}, [](const catalog::Variant& variant) { return variant.price.minor; });
  json.key("id").value(product.id.value);
  json.key("handle").value(product.handle);
  json.key("title").value(product.title);
  json.key("vendor").value(product.vendor);
  json.key("type").value(product.type);
  json.key("tags");
  write_texts(json, product.tags);
  json.key("price");
  write_range(json, lowest->price, highest->price);
  json.key("available").value(labels.available(product));
  json.key("picture");
  write_picture(json, shop::choose_picture(product, product.variants.front()));
  json.key("url").value("/products/" + product.handle);
}

void write_variant(JsonWriter& json, const catalog::Product& product, const catalog::Variant& variant,
                   const catalog::StockLabels& labels) {
  json.object([&] {
    json.key("id").value(variant.id.value);
    json.key("title").value(catalog::options_text(variant));
    json.key("options");
    write_texts(json, std::span(variant.options).first(product.options.size()));
    json.key("sku").value(variant.sku);
    json.key("barcode").value(variant.barcode);
    json.key("price").value(variant.price);
    json.key("compare_at_price");
    if (variant.compare_at) {
      json.value(*variant.compare_at);
    } else {
      json.null();
    }
    json.key("grams").value(variant.grams);
    json.key("stock").value(catalog::to_string(labels.of(variant.id)));
    json.key("picture");
    write_picture(json, shop::choose_picture(product, variant));
  });
}

void write_option(JsonWriter& json, const catalog::Product& product, std::size_t index) {
  json.object([&] {
    json.key("name").value(product.options[index]);
    json.key("values");
    write_texts(json, catalog::option_values(product, index));
  });
}

/// The line's part of the subtotal.
Money write_cart_line(JsonWriter& json, const cart::Line& line, catalog::VariantRef sold,
                      const catalog::StockLabels& labels, Currency currency) {
  const Money price = sold ? sold.variant->price : Money{line.price_seen.minor, currency};
  const Money total = price * line.quantity;
  const catalog::StockLabel label = labels.of(line.variant);
  json.object([&] {
    json.key("variant_id").value(line.variant.value);
    json.key("quantity").value(line.quantity);
    // What is gone has the name that the cart remembers, with the options in it.
    const std::string_view gone = line.name.empty() ? std::string_view("No longer sold") : line.name;
    json.key("title").value(sold ? std::string_view(sold.product->title) : gone);
    json.key("variant_title").value(sold ? catalog::options_text(*sold.variant) : std::string());
    json.key("product_handle").value(sold ? std::string_view(sold.product->handle) : "");
    json.key("picture");
    if (sold) {
      write_picture(json, shop::choose_picture(*sold.product, *sold.variant));
    } else {
      json.null();
    }
    json.key("unit_price").value(price);
    json.key("previous_unit_price");
    if (line.price_seen.minor != price.minor) {
      json.value(Money{line.price_seen.minor, currency});
    } else {
      json.null();
    }
    json.key("total").value(total);
    json.key("availability").value(sold ? catalog::to_string(label) : "gone");
  });
  return sold && label != catalog::StockLabel::kSoldOut ? total : Money{0, currency};
}

void write_order_line(JsonWriter& json, const orders::Line& line) {
  json.object([&] {
    json.key("variant_id").value(line.variant.value);
    json.key("quantity").value(line.quantity);
    json.key("title").value(line.title);
    json.key("variant_title").value(line.variant_title);
    json.key("product_handle").value(line.handle);
    json.key("sku").value(line.sku);
    json.key("unit_price").value(line.unit_price);
    json.key("total").value(line.unit_price * line.quantity);
  });
}

void write_totals(JsonWriter& json, const orders::Totals& totals) {
  json.object([&] {
    json.key("subtotal").value(totals.subtotal);
    json.key("delivery").value(totals.delivery);
    json.key("tax").value(totals.tax);
    json.key("tax_included").value(totals.tax_included);
    json.key("tax_rate_basis_points").value(static_cast<std::int64_t>(totals.tax_rate.value));
    json.key("total").value(totals.total);
  });
}

void write_address(JsonWriter& json, const orders::Address& address) {
  json.object([&] {
    json.key("name").value(address.name);
    json.key("line1").value(address.line1);
    json.key("line2").value(address.line2);
    json.key("city").value(address.city);
    json.key("region").value(address.region);
    json.key("postcode").value(address.postcode);
    json.key("country").value(address.country);
    json.key("phone").value(address.phone);
  });
}

}  // namespace

void write_summary(JsonWriter& json, const catalog::Product& product, const catalog::StockLabels& labels) {
  json.object([&] { write_product_head(json, product, labels); });
}

void write_product(JsonWriter& json, const catalog::Product& product, const catalog::StockLabels& labels) {
  json.object([&] {
    write_product_head(json, product, labels);
    json.key("description_html").value(product.body_html);
    json.key("options").array([&] {
      for (std::size_t i = 0; i < product.options.size(); ++i)
        write_option(json, product, i);
    });
    json.key("variants").array([&] {
      for (const catalog::Variant& variant : product.variants)
        write_variant(json, product, variant, labels);
    });
    json.key("pictures").array([&] {
      for (const catalog::Picture& picture : product.pictures)
        write_picture(json, picture);
    });
    json.key("created_at").value(rfc3339(product.created_at));
  });
}

void write_page(JsonWriter& json, const catalog::Page& page, const catalog::StockLabels& labels,
                Currency currency) {
  json.object([&] {
    json.key("products").array([&] {
      for (const catalog::Product* product : page.products)
        write_summary(json, *product, labels);
    });
    json.key("total").value(page.total);
    json.key("next_cursor");
    write_text_or_null(json, page.next_cursor);
    json.key("facets").array([&] {
      for (const catalog::Facet& facet : page.facets) {
        json.object([&] {
          json.key("name").value(facet.name);
          json.key("title").value(facet.title);
          json.key("values").array([&] {
            for (const catalog::FacetValue& value : facet.values) {
              json.object([&] {
                json.key("value").value(value.value);
                json.key("count").value(value.count);
                json.key("chosen").value(value.chosen);
              });
            }
          });
        });
      }
    });
    json.key("price_range");
    if (page.price_lowest && page.price_highest) {
      write_range(json, Money{*page.price_lowest, currency}, Money{*page.price_highest, currency});
    } else {
      json.null();
    }
    json.key("corrected");
    write_text_or_null(json, page.corrected);
  });
}

void write_collection(JsonWriter& json, const catalog::Collection& collection, std::size_t product_count) {
  json.object([&] {
    json.key("handle").value(collection.handle);
    json.key("title").value(collection.title);
    json.key("description").value(collection.description);
    json.key("picture_url");
    write_text_or_null(json, collection.picture_url);
    json.key("product_count").value(product_count);
    json.key("url").value("/collections/" + collection.handle);
  });
}

void write_cart(JsonWriter& json, const cart::Cart& cart, const catalog::Snapshot& snapshot,
                const catalog::StockLabels& labels, Currency currency) {
  Money subtotal{0, currency};
  inventory::Quantity quantity = 0;
  json.object([&] {
    json.key("id").value(cart.id.text());
    json.key("lines").array([&] {
      for (const cart::Line& line : cart.lines) {
        subtotal = subtotal + write_cart_line(json, line, snapshot.variant(line.variant), labels, currency);
        quantity += line.quantity;
      }
    });
    json.key("quantity").value(quantity);
    json.key("subtotal").value(subtotal);
  });
}

void write_order(JsonWriter& json, const orders::Order& order) {
  json.object([&] {
    json.key("id").value(order.id.text());
    json.key("number").value(order.number);
    json.key("status").value(orders::to_string(order.state));
    json.key("payment_status").value(orders::to_string(order.payment));
    json.key("payment_method").value(orders::to_string(order.method));
    json.key("card");
    write_text_or_null(json, order.card_hint);
    json.key("reason");
    write_text_or_null(json, order.reason);
    json.key("created_at").value(rfc3339(order.created_at));
    json.key("updated_at").value(rfc3339(order.updated_at));
    json.key("lines").array([&] {
      for (const orders::Line& line : order.lines)
        write_order_line(json, line);
    });
    json.key("totals");
    write_totals(json, order.totals);
    json.key("email").value(order.email);
    json.key("address");
    write_address(json, order.address);
    json.key("delivery_method").value(order.delivery_method);
  });
}

}  // namespace ff::api
