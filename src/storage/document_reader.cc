#include "storage/documents.h"

#include <simdjson.h>

namespace ff::storage {

namespace {

namespace ondemand = simdjson::ondemand;
using catalog::Collection;
using catalog::Product;
using catalog::Variant;
using orders::Order;

// The first thing that is not as expected sticks: what comes after it is not looked at.

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

bool DocumentReader::decode(std::string_view document, cart::Cart& cart) {
  return parser_->object(document, [&](Walk& walk, std::string_view key, ondemand::value field) {
    if (key == "additions") {
      walk.array(field, [&](ondemand::value value) {
        std::array<std::int64_t, 3> parts{};
        std::size_t part = 0;
        walk.array(value, [&](ondemand::value number) {
          if (part < parts.size()) parts[part++] = walk.number(number);
        });
        walk.good &= part == parts.size();
        cart.additions.push_back({static_cast<std::uint64_t>(parts[0]), VariantId{parts[1]}, parts[2]});
      });
      return;
    }
    if (key != "lines") return;
    walk.array(field, [&](ondemand::value value) {
      cart::Line& line = cart.lines.emplace_back();
      line.price_seen.currency = walk.currency;
      walk.object(value, [&](std::string_view name, ondemand::value part) {
        if (name == "variant") {
          line.variant = {walk.number(part)};
        } else if (name == "quantity") {
          line.quantity = walk.number(part);
        } else if (name == "price_seen") {
          line.price_seen.minor = walk.number(part);
        } else if (name == "name") {
          line.name = walk.text(part);
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
