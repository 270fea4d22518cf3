#include "storage/documents.h"

#include "base/json_writer.h"

namespace ff::storage {

namespace {

using catalog::Collection;
using catalog::Product;
using catalog::Variant;
using orders::Order;

class Fields {
 public:
  explicit Fields(JsonWriter& json) : json_(json) {}
  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) json_.key(name).value(value);
  }
  void number(std::string_view name, std::int64_t value, std::int64_t unless = 0) {
    if (value != unless) json_.key(name).value(value);
  }
  void truth(std::string_view name, bool value, bool unless) {
    if (value != unless) json_.key(name).value(value);
  }
  void texts(std::string_view name, std::span<const std::string> values) {
    if (values.empty()) return;
    json_.key(name).array([&] {
      for (const std::string& value : values)
        json_.value(value);
    });
  }

 private:
  JsonWriter& json_;
};

void write(JsonWriter& json, const Variant& variant) {
  json.object([&] {
    Fields fields(json);
    fields.number("id", variant.id.value);
    std::size_t options = variant.options.size();
    while (options > 0 && variant.options[options - 1].empty())
      --options;
    fields.texts("options", std::span(variant.options).first(options));
    fields.text("sku", variant.sku);
    fields.text("barcode", variant.barcode);
    fields.number("price", variant.price.minor);
    if (variant.compare_at) json.key("compare_at").value(variant.compare_at->minor);
    fields.number("grams", variant.grams);
    fields.truth("taxable", variant.taxable, true);
    fields.truth("requires_shipping", variant.requires_shipping, true);
    fields.number("policy", static_cast<std::int64_t>(variant.policy));
    fields.number("picture", variant.picture, -1);
  });
}

void write(JsonWriter& json, const orders::Line& line) {
  json.object([&] {
    Fields fields(json);
    fields.number("variant", line.variant.value);
    fields.number("quantity", line.quantity, 1);
    fields.number("unit_price", line.unit_price.minor);
    fields.truth("taxable", line.taxable, true);
    fields.truth("counted", line.counted, true);
    fields.text("handle", line.handle);
    fields.text("title", line.title);
    fields.text("variant_title", line.variant_title);
    fields.text("sku", line.sku);
    fields.text("picture_url", line.picture_url);
  });
}

void write(JsonWriter& json, const orders::Totals& totals) {
  json.object([&] {
    Fields fields(json);
    fields.number("subtotal", totals.subtotal.minor);
    fields.number("delivery", totals.delivery.minor);
    fields.number("tax", totals.tax.minor);
    fields.truth("tax_included", totals.tax_included, true);
    fields.number("tax_rate", totals.tax_rate.value);
    fields.number("total", totals.total.minor);
  });
}

void write(JsonWriter& json, const orders::Address& address) {
  json.object([&] {
    Fields fields(json);
    fields.text("name", address.name);
    fields.text("line1", address.line1);
    fields.text("line2", address.line2);
    fields.text("city", address.city);
    fields.text("region", address.region);
    fields.text("postcode", address.postcode);
    fields.text("country", address.country);
    fields.text("phone", address.phone);
  });
}

}  // namespace

void encode(std::string& out, const Product& product) {
  JsonWriter json(out);
  json.object([&] {
    Fields fields(json);
    if (!product.variants.empty()) fields.text("currency", product.variants.front().price.currency.code());
    fields.text("handle", product.handle);
    fields.text("title", product.title);
    fields.text("body_html", product.body_html);
    fields.text("vendor", product.vendor);
    fields.text("type", product.type);
    fields.texts("tags", product.tags);
    fields.texts("options", product.options);
    json.key("variants").array([&] {
      for (const Variant& variant : product.variants)
        write(json, variant);
    });
    if (!product.pictures.empty()) {
      json.key("pictures").array([&] {
        for (const catalog::Picture& picture : product.pictures) {
          json.object([&] {
            Fields parts(json);
            parts.text("url", picture.url);
            parts.text("alt", picture.alt);
          });
        }
      });
    }
    fields.text("seo_title", product.seo_title);
    fields.text("seo_description", product.seo_description);
    fields.number("status", static_cast<std::int64_t>(product.status));
    if (!product.attributes.empty()) {
      json.key("attributes").array([&] {
        for (const auto& [name, value] : product.attributes) {
          json.array([&] {
            json.value(name);
            json.value(value);
          });
        }
      });
    }
    fields.number("created_at", product.created_at.us);
  });
}

void encode(std::string& out, const Collection& collection) {
  JsonWriter json(out);
  json.object([&] {
    Fields fields(json);
    fields.text("handle", collection.handle);
    fields.text("title", collection.title);
    fields.text("description", collection.description);
    fields.text("picture_url", collection.picture_url);
    fields.texts("handles", collection.handles);
    fields.texts("tags", collection.tags);
    fields.texts("types", collection.types);
  });
}

void encode(std::string& out, const cart::Cart& cart) {
  JsonWriter json(out);
  json.object([&] {
    Fields fields(json);
    if (!cart.lines.empty()) fields.text("currency", cart.lines.front().price_seen.currency.code());
    json.key("lines").array([&] {
      for (const cart::Line& line : cart.lines) {
        json.object([&] {
          Fields parts(json);
          parts.number("variant", line.variant.value);
          parts.number("quantity", line.quantity);
          parts.number("price_seen", line.price_seen.minor);
          parts.text("name", line.name);
        });
      }
    });
    if (cart.additions.empty()) return;
    json.key("additions").array([&] {  // [key, variant, quantity]; the key's 64 bits as JSON's signed number
      for (const cart::Addition& addition : cart.additions) {
        json.array([&] {
          json.value(static_cast<std::int64_t>(addition.key));
          json.value(addition.variant.value);
          json.value(addition.quantity);
        });
      }
    });
  });
}

void encode(std::string& out, const Order& order) {
  JsonWriter json(out);
  json.object([&] {
    Fields fields(json);
    fields.text("currency", order.totals.total.currency.code());
    fields.text("access_key", order.access_key.text());
    fields.text("fingerprint", order.request_fingerprint);
    json.key("lines").array([&] {
      for (const orders::Line& line : order.lines)
        write(json, line);
    });
    json.key("totals");
    write(json, order.totals);
    fields.text("email", order.email);
    json.key("address");
    write(json, order.address);
    fields.text("delivery_method", order.delivery_method);
    fields.text("method", to_string(order.method));
  });
}

void append_event(std::string& out, const OrderId& order, std::int32_t sequence, std::string_view type) {
  if (!out.empty()) out += ',';
  JsonWriter json(out);
  json.array([&] {
    json.value(order.text());
    json.value(sequence);
    json.value(type);
  });
}

}  // namespace ff::storage
