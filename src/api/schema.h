// The shape of a JSON value or of a parameter: one description from which the OpenAPI document is written
// and by which what clients send is checked, so that the two can't disagree.
//
// Invariant: a Schema is a plain value, built once at start and then only read. Objects are closed: a member
// that isn't named here is refused in requests and never sent in answers.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"

namespace ff::api {

/// A rule on text: as a regular expression for the document and as code for the check.
struct Pattern {
  std::string_view regex;  // ECMA-262, anchored
  bool (*fits)(std::string_view text);
  std::string_view message;  // "must be ..."
};

struct Member;

struct Schema {
  enum class Kind : std::uint8_t { kText, kInteger, kBoolean, kArray, kObject, kOneOf };
  Kind kind = Kind::kText;
  std::string name;         // written once under components/schemas and referred to; empty: written in place
  std::string description;  // of this use: written beside the reference when it has a name
  std::string example;      // JSON text
  bool nullable = false;    // for answers; requests leave members out instead

  // kText
  std::size_t length_min = 0;  // code points
  std::size_t length_max = std::numeric_limits<std::size_t>::max();
  const Pattern* pattern = nullptr;
  std::string format;
  std::vector<std::string> values;  // when not empty: one of these

  // kInteger
  std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();

  // kArray: exactly one schema for all items
  std::vector<Schema> items;
  std::size_t items_min = 0;
  std::size_t items_max = std::numeric_limits<std::size_t>::max();

  // kObject: at most kMembersMax
  std::vector<Member> members;
  bool open = false;  // for answers: further members may be there

  // kOneOf: objects; each has `discriminator` as a text member with one value, which tells them apart
  std::string discriminator;
  std::vector<Schema> choices;

  static constexpr std::size_t kMembersMax = 64;

  Schema& described(std::string text) { return description = std::move(text), *this; }
  /// `json`: JSON text, so a text example carries its quotes.
  Schema& shown_as(std::string json) { return example = std::move(json), *this; }
  Schema& or_null() { return nullable = true, *this; }
  Schema& formatted(std::string name_of_format) { return format = std::move(name_of_format), *this; }
};

struct Member {
  std::string name;
  Schema schema;
  bool required = true;
};

Schema text(std::size_t length_min = 0, std::size_t length_max = std::numeric_limits<std::size_t>::max());
Schema text(const Pattern& pattern, std::size_t length_min, std::size_t length_max);
Schema one_of_texts(std::vector<std::string> values);
Schema integer(std::int64_t minimum, std::int64_t maximum);
Schema boolean();
Schema array(Schema items, std::size_t items_min = 0,
             std::size_t items_max = std::numeric_limits<std::size_t>::max());
Schema object(std::string name, std::vector<Member> members);
Schema one_of(std::string name, std::string discriminator, std::vector<Schema> choices);

Member required(std::string name, Schema schema);
Member optional(std::string name, Schema schema);

/// The member of that name, or nothing. `schema` is an object.
const Member* find_member(const Schema& schema, std::string_view name);

/// Schemas that have a name, found on the way; their bodies are still to be written.
using Components = std::map<std::string, const Schema*, std::less<>>;

/// Writes a reference to a named schema (and notes it in `components`), or the schema itself.
void write_schema(JsonWriter& json, const Schema& schema, Components& components);
/// Writes the schema itself even when it has a name: without what belongs to one use of it.
void write_schema_body(JsonWriter& json, const Schema& schema, Components& components);

/// What is wrong with `value` as the text that `schema` (kText) describes; empty when nothing is.
std::string text_fault(const Schema& schema, std::string_view value);
/// Likewise for kInteger.
std::string integer_fault(const Schema& schema, std::int64_t value);

namespace patterns {
extern const Pattern kToken;           // 32 lower-case hexadecimal digits
extern const Pattern kUuid;            // 8-4-4-4-12 lower-case hexadecimal digits
extern const Pattern kHandle;          // a slug
extern const Pattern kCountry;         // two capital letters
extern const Pattern kFilter;          // facet:value
extern const Pattern kIdempotencyKey;  // visible ASCII
extern const Pattern kOneLine;         // no control characters
extern const Pattern kCardDigits;      // digits and blanks, 12 to 23
extern const Pattern kExpiry;          // MM/YY or MM/YYYY
extern const Pattern kCvc;             // three or four digits
extern const Pattern kSaleId;          // a-z, 0-9 and -
extern const Pattern kSaleTokens;      // tickets or passes of sales, "~" between them
extern const Pattern kHex;             // lower-case hexadecimal digits
}  // namespace patterns

}  // namespace ff::api
