#include "api/schema.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ff::api {

namespace {

constexpr std::size_t kNoMax = std::numeric_limits<std::size_t>::max();

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

bool fits_token(std::string_view text) {
  return text.size() == 32 && std::ranges::all_of(text, is_lower_hex);
}

bool fits_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_lower_hex(text[i])) return false;
  }
  return true;
}

bool fits_handle(std::string_view text) {
  if (text.empty()) return false;
  const auto alphanumeric = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); };
  return alphanumeric(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return alphanumeric(c) || c == '-' || c == '_'; });
}

bool fits_country(std::string_view text) {
  return text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool fits_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool fits_filter(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size() || !fits_one_line(text)) return false;
  const std::string_view facet = text.substr(0, colon);
  constexpr std::string_view kOption = "option.";
  return facet == "vendor" || facet == "type" || facet == "tag" ||
         (facet.starts_with(kOption) && facet.size() > kOption.size());
}

bool fits_idempotency_key(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '!' && c <= '~'; });
}

bool fits_card_digits(std::string_view text) {
  return text.size() >= 12 && text.size() <= 23 && is_digit(text.front()) && is_digit(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || c == ' '; });
}

bool fits_expiry(std::string_view text) {
  if (text.size() != 5 && text.size() != 7) return false;
  const bool month = (text[0] == '0' && text[1] >= '1' && text[1] <= '9') ||
                     (text[0] == '1' && text[1] >= '0' && text[1] <= '2');
  if (!month || text[2] != '/') return false;
  if (text.size() == 7 && !text.substr(3).starts_with("20")) return false;
  return std::ranges::all_of(text.substr(3), is_digit);
}

bool fits_cvc(std::string_view text) {
  return (text.size() == 3 || text.size() == 4) && std::ranges::all_of(text, is_digit);
}

bool fits_sale_id(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-'; });
}

bool fits_sale_tokens(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.' || c == '~';
  });
}

bool fits_hex(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_lower_hex); }

}  // namespace

namespace patterns {
const Pattern kToken{"^[0-9a-f]{32}$", fits_token, "must be 32 lower-case hexadecimal digits"};
const Pattern kUuid{"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", fits_uuid,
                    "must be an identifier like 01890a5d-ac96-774b-bcce-b302099a8057"};
const Pattern kHandle{"^[0-9a-z][0-9a-z_-]*$", fits_handle, "must be a handle: a-z, 0-9, - and _"};
const Pattern kCountry{"^[A-Z]{2}$", fits_country, "must be an ISO 3166-1 code of two capital letters"};
const Pattern kFilter{"^(vendor|type|tag|option\\.[^:\\u0000-\\u001f\\u007f]+):[^\\u0000-\\u001f\\u007f]+$",
                      fits_filter,
                      "must be facet:value, where the facet is vendor, type, tag or option.name"};
const Pattern kIdempotencyKey{"^[!-~]+$", fits_idempotency_key, "must be visible ASCII characters"};
const Pattern kOneLine{"^[^\\u0000-\\u001f\\u007f]*$", fits_one_line,
                       "must be one line without control characters"};
const Pattern kCardDigits{"^[0-9][0-9 ]{10,21}[0-9]$", fits_card_digits,
                          "must be 12 to 19 digits, which blanks may separate"};
const Pattern kExpiry{"^(0[1-9]|1[0-2])/(20)?[0-9]{2}$", fits_expiry, "must be MM/YY"};
const Pattern kCvc{"^[0-9]{3,4}$", fits_cvc, "must be three or four digits"};
const Pattern kSaleId{"^[a-z0-9-]+$", fits_sale_id, "must be of a-z, 0-9 and -"};
const Pattern kSaleTokens{"^[A-Za-z0-9._~-]+$", fits_sale_tokens,
                          "must be as the shop gave it; several with ~ between them"};
const Pattern kHex{"^[0-9a-f]+$", fits_hex, "must be lower-case hexadecimal digits"};
}  // namespace patterns

Schema text(std::size_t length_min, std::size_t length_max) {
  Schema schema;
  schema.kind = Schema::Kind::kText;
  schema.length_min = length_min;
  schema.length_max = length_max;
  return schema;
}

Schema text(const Pattern& pattern, std::size_t length_min, std::size_t length_max) {
  Schema schema = text(length_min, length_max);
  schema.pattern = &pattern;
  return schema;
}

Schema one_of_texts(std::vector<std::string> values) {
  Schema schema = text();
  schema.values = std::move(values);
  return schema;
}

Schema integer(std::int64_t minimum, std::int64_t maximum) {
  Schema schema;
  schema.kind = Schema::Kind::kInteger;
  schema.minimum = minimum;
  schema.maximum = maximum;
  return schema;
}

Schema boolean() {
  Schema schema;
  schema.kind = Schema::Kind::kBoolean;
  return schema;
}

Schema array(Schema items, std::size_t items_min, std::size_t items_max) {
  Schema schema;
  schema.kind = Schema::Kind::kArray;
  schema.items.push_back(std::move(items));
  schema.items_min = items_min;
  schema.items_max = items_max;
  return schema;
}

Schema object(std::string name, std::vector<Member> members) {
  Schema schema;
  schema.kind = Schema::Kind::kObject;
  schema.name = std::move(name);
  schema.members = std::move(members);
  return schema;
}

Schema one_of(std::string name, std::string discriminator, std::vector<Schema> choices) {
  Schema schema;
  schema.kind = Schema::Kind::kOneOf;
  schema.name = std::move(name);
  schema.discriminator = std::move(discriminator);
  schema.choices = std::move(choices);
  return schema;
}

Member required(std::string name, Schema schema) { return {std::move(name), std::move(schema), true}; }
Member optional(std::string name, Schema schema) { return {std::move(name), std::move(schema), false}; }

const Member* find_member(const Schema& schema, std::string_view name) {
  const auto found = std::ranges::find(schema.members, name, &Member::name);
  return found == schema.members.end() ? nullptr : &*found;
}

namespace {

void write_type(JsonWriter& json, const Schema& schema, std::string_view type) {
  json.key("type");
  // Where a named schema is used it is said whether it may be null, not where it is defined.
  if (!schema.nullable || !schema.name.empty()) return json.value(type);
  json.array([&] {
    json.value(type);
    json.value("null");
  });
}

void write_text(JsonWriter& json, const Schema& schema) {
  write_type(json, schema, "string");
  if (schema.length_min > 0) json.key("minLength").value(schema.length_min);
  if (schema.length_max != kNoMax) json.key("maxLength").value(schema.length_max);
  if (schema.pattern != nullptr) json.key("pattern").value(schema.pattern->regex);
  if (!schema.format.empty()) json.key("format").value(schema.format);
  if (schema.values.size() == 1) {
    json.key("const").value(schema.values.front());
  } else if (!schema.values.empty()) {
    json.key("enum").array([&] {
      for (const std::string& value : schema.values)
        json.value(value);
      if (schema.nullable) json.null();
    });
  }
}

void write_array(JsonWriter& json, const Schema& schema, Components& components) {
  write_type(json, schema, "array");
  json.key("items");
  write_schema(json, schema.items.front(), components);
  if (schema.items_min > 0) json.key("minItems").value(schema.items_min);
  if (schema.items_max != kNoMax) json.key("maxItems").value(schema.items_max);
}

void write_object(JsonWriter& json, const Schema& schema, Components& components) {
  write_type(json, schema, "object");
  json.key("properties").object([&] {
    for (const Member& member : schema.members) {
      json.key(member.name);
      write_schema(json, member.schema, components);
    }
  });
  if (std::ranges::any_of(schema.members, &Member::required)) {
    json.key("required").array([&] {
      for (const Member& member : schema.members) {
        if (member.required) json.value(member.name);
      }
    });
  }
  if (!schema.open) json.key("additionalProperties").value(false);
}

void write_one_of(JsonWriter& json, const Schema& schema, Components& components) {
  json.key("oneOf").array([&] {
    for (const Schema& choice : schema.choices)
      write_schema(json, choice, components);
  });
  json.key("discriminator").object([&] {
    json.key("propertyName").value(schema.discriminator);
    json.key("mapping").object([&] {
      for (const Schema& choice : schema.choices) {
        const Member* tag = find_member(choice, schema.discriminator);
        json.key(tag->schema.values.front()).value("#/components/schemas/" + choice.name);
      }
    });
  });
}

}  // namespace

void write_schema(JsonWriter& json, const Schema& schema, Components& components) {
  if (schema.name.empty()) return write_schema_body(json, schema, components);
  components.emplace(schema.name, &schema);
  const std::string reference = "#/components/schemas/" + schema.name;
  json.object([&] {
    if (schema.nullable) {
      json.key("anyOf").array([&] {
        json.object([&] { json.key("$ref").value(reference); });
        json.object([&] { json.key("type").value("null"); });
      });
    } else {
      json.key("$ref").value(reference);
    }
    if (!schema.description.empty()) json.key("description").value(schema.description);
  });
}

void write_schema_body(JsonWriter& json, const Schema& schema, Components& components) {
  json.object([&] {
    switch (schema.kind) {
      case Schema::Kind::kText:
        write_text(json, schema);
        break;
      case Schema::Kind::kInteger:
        write_type(json, schema, "integer");
        if (schema.minimum != std::numeric_limits<std::int64_t>::min()) {
          json.key("minimum").value(schema.minimum);
        }
        if (schema.maximum != std::numeric_limits<std::int64_t>::max()) {
          json.key("maximum").value(schema.maximum);
        }
        break;
      case Schema::Kind::kBoolean:
        write_type(json, schema, "boolean");
        break;
      case Schema::Kind::kArray:
        write_array(json, schema, components);
        break;
      case Schema::Kind::kObject:
        write_object(json, schema, components);
        break;
      case Schema::Kind::kOneOf:
        write_one_of(json, schema, components);
        break;
    }
    if (schema.name.empty() && !schema.description.empty()) json.key("description").value(schema.description);
    if (!schema.example.empty()) json.key("examples").array([&] { json.raw(schema.example); });
  });
}

std::string text_fault(const Schema& schema, std::string_view value) {
  if (!schema.values.empty()) {
    if (std::ranges::find(schema.values, value) != schema.values.end()) return {};
    if (schema.values.size() == 1) return fmt::format("must be {}", schema.values.front());
    return fmt::format("must be one of {}", fmt::join(schema.values, ", "));
  }
  const std::size_t length = utf8_length(value);
  if (length < schema.length_min) {
    return schema.length_min == 1 ? "must not be empty"
                                  : fmt::format("must have at least {} characters", schema.length_min);
  }
  if (length > schema.length_max) return fmt::format("must have at most {} characters", schema.length_max);
  if (schema.pattern != nullptr && !schema.pattern->fits(value)) return std::string(schema.pattern->message);
  return {};
}

std::string integer_fault(const Schema& schema, std::int64_t value) {
  if (value >= schema.minimum && value <= schema.maximum) return {};
  return fmt::format("must be between {} and {}", schema.minimum, schema.maximum);
}

}  // namespace ff::api
