#include "storage/sqlite/documents.h"

#include <simdjson.h>

#include "base/json_writer.h"

namespace ff::storage {

namespace {

namespace ondemand = simdjson::ondemand;
using catalog::Collection;
using catalog::Product;
using catalog::Variant;
using orders::Order;

// Writing.

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

// Reading: the first thing that is not as expected sticks.

class Walk {
 public:
  bool good = true;
  Currency currency;

  std::string text(ondemand::value value) {
    std::string_view view;
    good &= value.get_string().get(view) == simdjson::SUCCESS;
    return std::string(view);
  }
  std::int64_t number(ondemand::value value) {
    std::int64_t number = 0;
    good &= value.get_int64().get(number) == simdjson::SUCCESS;
    return number;
  }
  std::int32_t small(ondemand::value value) { return static_cast<std::int32_t>(number(value)); }
  bool truth(ondemand::value value) {
    bool truth = false;
    good &= value.get_bool().get(truth) == simdjson::SUCCESS;
    return truth;
  }
  Money money(ondemand::value value) { return {number(value), currency}; }

  template <typename Each>
  void object(ondemand::object object, Each each) {
    for (auto entry : object) {
      ondemand::field field;
      std::string_view key;
      if (std::move(entry).get(field) != simdjson::SUCCESS ||
          field.unescaped_key().get(key) != simdjson::SUCCESS) {
        good = false;
        return;
      }
      each(key, field.value());
      if (!good) return;
    }
  }
  template <typename Each>
  void object(ondemand::value value, Each each) {
    ondemand::object found;
    good &= value.get_object().get(found) == simdjson::SUCCESS;
    if (good) object(found, each);
  }
  template <typename Each>
  void array(ondemand::array array, Each each) {
    for (auto entry : array) {
      ondemand::value value;
      good &= std::move(entry).get(value) == simdjson::SUCCESS;
      if (!good) return;
      each(value);
      if (!good) return;
    }
  }
  template <typename Each>
  void array(ondemand::value value, Each each) {
    ondemand::array found;
    good &= value.get_array().get(found) == simdjson::SUCCESS;
    if (good) array(found, each);
  }
  void texts(ondemand::value value, std::vector<std::string>& out) {
    array(value, [&](ondemand::value item) { out.push_back(text(item)); });
  }
  void read_currency(ondemand::value value) {
    const auto parsed = Currency::parse(text(value));
    good &= parsed.has_value();
    if (parsed) currency = *parsed;
  }

  Variant variant(ondemand::value value) {
    Variant variant;
    object(value, [&](std::string_view key, ondemand::value field) {
      if (key == "id") {
        variant.id = {number(field)};
      } else if (key == "options") {
        std::size_t i = 0;
        array(field, [&](ondemand::value option) {
          if (i < variant.options.size()) variant.options[i++] = text(option);
        });
      } else if (key == "sku") {
        variant.sku = text(field);
      } else if (key == "barcode") {
        variant.barcode = text(field);
      } else if (key == "price") {
        variant.price.minor = number(field);
      } else if (key == "compare_at") {
        variant.compare_at = money(field);
      } else if (key == "grams") {
        variant.grams = number(field);
      } else if (key == "taxable") {
        variant.taxable = truth(field);
      } else if (key == "requires_shipping") {
        variant.requires_shipping = truth(field);
      } else if (key == "policy") {
        variant.policy = static_cast<catalog::StockPolicy>(number(field));
      } else if (key == "picture") {
        variant.picture = small(field);
      }
    });
    variant.price.currency = currency;
    return variant;
  }

  orders::Line line(ondemand::value value) {
    orders::Line line;
    object(value, [&](std::string_view key, ondemand::value field) {
      if (key == "variant") {
        line.variant = {number(field)};
      } else if (key == "quantity") {
        line.quantity = number(field);
      } else if (key == "unit_price") {
        line.unit_price.minor = number(field);
      } else if (key == "taxable") {
        line.taxable = truth(field);
      } else if (key == "counted") {
        line.counted = truth(field);
      } else if (key == "handle") {
        line.handle = text(field);
      } else if (key == "title") {
        line.title = text(field);
      } else if (key == "variant_title") {
        line.variant_title = text(field);
      } else if (key == "sku") {
        line.sku = text(field);
      } else if (key == "picture_url") {
        line.picture_url = text(field);
      }
    });
    line.unit_price.currency = currency;
    return line;
  }

  orders::Totals totals(ondemand::value value) {
    orders::Totals totals;
    object(value, [&](std::string_view key, ondemand::value field) {
      if (key == "subtotal") {
        totals.subtotal.minor = number(field);
      } else if (key == "delivery") {
        totals.delivery.minor = number(field);
      } else if (key == "tax") {
        totals.tax.minor = number(field);
      } else if (key == "tax_included") {
        totals.tax_included = truth(field);
      } else if (key == "tax_rate") {
        totals.tax_rate.value = small(field);
      } else if (key == "total") {
        totals.total.minor = number(field);
      }
    });
    for (Money* amount : {&totals.subtotal, &totals.delivery, &totals.tax, &totals.total})
      amount->currency = currency;
    return totals;
  }

  orders::Address address(ondemand::value value) {
    orders::Address address;
    object(value, [&](std::string_view key, ondemand::value field) {
      if (key == "name") {
        address.name = text(field);
      } else if (key == "line1") {
        address.line1 = text(field);
      } else if (key == "line2") {
        address.line2 = text(field);
      } else if (key == "city") {
        address.city = text(field);
      } else if (key == "region") {
        address.region = text(field);
      } else if (key == "postcode") {
        address.postcode = text(field);
      } else if (key == "country") {
        address.country = text(field);
      } else if (key == "phone") {
        address.phone = text(field);
      }
    });
    return address;
  }
};

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

void encode(std::string& out, const std::vector<cart::Line>& lines) {
  JsonWriter json(out);
  json.object([&] {
    Fields fields(json);
    if (!lines.empty()) fields.text("currency", lines.front().price_seen.currency.code());
    json.key("lines").array([&] {
      for (const cart::Line& line : lines) {
        json.object([&] {
          Fields parts(json);
          parts.number("variant", line.variant.value);
          parts.number("quantity", line.quantity);
          parts.number("price_seen", line.price_seen.minor);
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

struct DocumentReader::Parser {
  ondemand::parser parser;
  std::string buffer;

  /// simdjson reads past the end of its input, so it gets a copy with room behind it.
  template <typename Visit>
  bool visit(std::string_view text, Visit visit) {
    buffer.assign(text);
    buffer.append(simdjson::SIMDJSON_PADDING, ' ');
    ondemand::document document;
    if (parser.iterate(buffer.data(), text.size(), buffer.size()).get(document) != simdjson::SUCCESS)
      return false;
    Walk walk;
    visit(walk, document);
    return walk.good;
  }
  template <typename Each>
  bool object(std::string_view text, Each each) {
    return visit(text, [&](Walk& walk, ondemand::document& document) {
      ondemand::object object;
      walk.good &= document.get_object().get(object) == simdjson::SUCCESS;
      if (!walk.good) return;
      walk.object(object, [&](std::string_view key, ondemand::value field) {
        if (key == "currency") {  // always the first
          walk.read_currency(field);
        } else {
          each(walk, key, field);
        }
      });
    });
  }
};

DocumentReader::DocumentReader() : parser_(std::make_unique<Parser>()) {}
DocumentReader::~DocumentReader() = default;

bool DocumentReader::decode(std::string_view document, Product& product) {
  return parser_->object(document, [&](Walk& walk, std::string_view key, ondemand::value field) {
    if (key == "handle") {
      product.handle = walk.text(field);
    } else if (key == "title") {
      product.title = walk.text(field);
    } else if (key == "body_html") {
      product.body_html = walk.text(field);
    } else if (key == "vendor") {
      product.vendor = walk.text(field);
    } else if (key == "type") {
      product.type = walk.text(field);
    } else if (key == "tags") {
      walk.texts(field, product.tags);
    } else if (key == "options") {
      walk.texts(field, product.options);
    } else if (key == "variants") {
      walk.array(field, [&](ondemand::value value) { product.variants.push_back(walk.variant(value)); });
    } else if (key == "pictures") {
      walk.array(field, [&](ondemand::value value) {
        catalog::Picture& picture = product.pictures.emplace_back();
        walk.object(value, [&](std::string_view name, ondemand::value part) {
          if (name == "url") picture.url = walk.text(part);
          if (name == "alt") picture.alt = walk.text(part);
        });
      });
    } else if (key == "seo_title") {
      product.seo_title = walk.text(field);
    } else if (key == "seo_description") {
      product.seo_description = walk.text(field);
    } else if (key == "status") {
      product.status = static_cast<catalog::Status>(walk.number(field));
    } else if (key == "attributes") {
      walk.array(field, [&](ondemand::value value) {
        std::vector<std::string> pair;
        walk.texts(value, pair);
        walk.good &= pair.size() == 2;
        if (walk.good) product.attributes.emplace_back(std::move(pair[0]), std::move(pair[1]));
      });
    } else if (key == "created_at") {
      product.created_at = {walk.number(field)};
    }
  });
}

bool DocumentReader::decode(std::string_view document, Collection& collection) {
  return parser_->object(document, [&](Walk& walk, std::string_view key, ondemand::value field) {
    if (key == "handle") {
      collection.handle = walk.text(field);
    } else if (key == "title") {
      collection.title = walk.text(field);
    } else if (key == "description") {
      collection.description = walk.text(field);
    } else if (key == "picture_url") {
      collection.picture_url = walk.text(field);
    } else if (key == "handles") {
      walk.texts(field, collection.handles);
    } else if (key == "tags") {
      walk.texts(field, collection.tags);
    } else if (key == "types") {
      walk.texts(field, collection.types);
    }
  });
}

bool DocumentReader::decode(std::string_view document, std::vector<cart::Line>& lines) {
  return parser_->object(document, [&](Walk& walk, std::string_view key, ondemand::value field) {
    if (key != "lines") return;
    walk.array(field, [&](ondemand::value value) {
      cart::Line& line = lines.emplace_back();
      line.price_seen.currency = walk.currency;
      walk.object(value, [&](std::string_view name, ondemand::value part) {
        if (name == "variant") {
          line.variant = {walk.number(part)};
        } else if (name == "quantity") {
          line.quantity = walk.number(part);
        } else if (name == "price_seen") {
          line.price_seen.minor = walk.number(part);
        }
      });
    });
  });
}

bool DocumentReader::decode(std::string_view document, Order& order) {
  return parser_->object(document, [&](Walk& walk, std::string_view key, ondemand::value field) {
    if (key == "access_key") {
      const auto token = Token::parse(walk.text(field));
      walk.good &= token.has_value();
      if (token) order.access_key = *token;
    } else if (key == "fingerprint") {
      order.request_fingerprint = walk.text(field);
    } else if (key == "lines") {
      walk.array(field, [&](ondemand::value value) { order.lines.push_back(walk.line(value)); });
    } else if (key == "totals") {
      order.totals = walk.totals(field);
    } else if (key == "email") {
      order.email = walk.text(field);
    } else if (key == "address") {
      order.address = walk.address(field);
    } else if (key == "delivery_method") {
      order.delivery_method = walk.text(field);
    } else if (key == "method") {
      const auto method = orders::parse_payment_method(walk.text(field));
      walk.good &= method.has_value();
      if (method) order.method = *method;
    }
  });
}

bool DocumentReader::decode(std::string_view document, std::vector<EventEntry>& entries) {
  return parser_->visit(document, [&](Walk& walk, ondemand::document& parsed) {
    ondemand::array batch;
    walk.good &= parsed.get_array().get(batch) == simdjson::SUCCESS;
    if (!walk.good) return;
    walk.array(batch, [&](ondemand::value value) {
      EventEntry& entry = entries.emplace_back();
      int part = 0;
      walk.array(value, [&](ondemand::value field) {
        switch (part++) {
          case 0: {
            const auto id = Uuid::parse(walk.text(field));
            walk.good &= id.has_value();
            if (id) entry.order = OrderId{*id};
            break;
          }
          case 1:
            entry.sequence = walk.small(field);
            break;
          case 2:
            entry.type = walk.text(field);
            break;
          default:
            break;  // a newer release's
        }
      });
      walk.good &= part >= 3;
    });
  });
}

}  // namespace ff::storage
