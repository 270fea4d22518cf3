#include "api/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <cmath>
#include <optional>

namespace ff::api {

namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr double kExactIntegerMax = 9007199254740992.0;  // 2^53: beyond it a double skips integers
constexpr std::size_t kNameShownMax = 64;                // bytes of an unknown member's name that we repeat

std::string_view name_of(element_type type) {
  switch (type) {
    case element_type::ARRAY:
      return "a list";
    case element_type::OBJECT:
      return "an object";
    case element_type::STRING:
      return "a text";
    case element_type::BOOL:
      return "true or false";
    case element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

/// JSON has one number type; 2.0 is the whole number 2, as in JSON Schema.
std::optional<std::int64_t> whole_number(element value) {
  std::int64_t integer = 0;
  if (value.get(integer) == SUCCESS) return integer;
  double number = 0;
  if (value.type() != element_type::DOUBLE || value.get(number) != SUCCESS) return std::nullopt;
  if (std::trunc(number) != number || std::fabs(number) > kExactIntegerMax) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

class Checker {
 public:
  void check(const Schema& schema, element value) {
    if (full() || (schema.nullable && value.is_null())) return;
    switch (schema.kind) {
      case Schema::Kind::kText:
        return check_text(schema, value);
      case Schema::Kind::kInteger:
        return check_integer(schema, value);
      case Schema::Kind::kBoolean:
        if (!value.is_bool()) wrong_type("true or false", value);
        return;
      case Schema::Kind::kArray:
        return check_array(schema, value);
      case Schema::Kind::kObject:
        return check_object(schema, value);
      case Schema::Kind::kOneOf:
        return check_one_of(schema, value);
    }
  }

  std::vector<FieldError> faults;

 private:
  bool full() const { return faults.size() >= kFaultsMax; }

  void fault(std::string message) {
    if (!full()) faults.push_back({path_.empty() ? "body" : path_, std::move(message)});
  }

  void wrong_type(std::string_view wanted, element value) {
    fault(fmt::format("must be {}, not {}", wanted, name_of(value.type())));
  }

  template <typename Body>
  void inside_member(std::string_view name, Body&& body) {
    const std::size_t size = path_.size();
    if (size > 0) path_ += '.';
    path_ += name.size() <= kNameShownMax ? name : name.substr(0, kNameShownMax);
    body();
    path_.resize(size);
  }

  void check_text(const Schema& schema, element value) {
    std::string_view text;
    if (value.get(text) != SUCCESS) return wrong_type("a text", value);
    if (std::string message = text_fault(schema, text); !message.empty()) fault(std::move(message));
  }

  void check_integer(const Schema& schema, element value) {
    if (!value.is_number()) return wrong_type("a whole number", value);
    const std::optional<std::int64_t> number = whole_number(value);
    if (!number) return fault("must be a whole number in range");
    if (std::string message = integer_fault(schema, *number); !message.empty()) fault(std::move(message));
  }

  void check_array(const Schema& schema, element value) {
    simdjson::dom::array items;
    if (value.get(items) != SUCCESS) return wrong_type("a list", value);
    std::size_t count = 0;
    const std::size_t path_size = path_.size();
    for (const element item : items) {
      if (count == schema.items_max) {
        fault(fmt::format("must have at most {} items", schema.items_max));
        return;
      }
      path_ += fmt::format("[{}]", count);
      check(schema.items.front(), item);
      path_.resize(path_size);
      ++count;
    }
    if (count < schema.items_min) fault(fmt::format("must have at least {} items", schema.items_min));
  }

  void check_object(const Schema& schema, element value) {
    simdjson::dom::object members;
    if (value.get(members) != SUCCESS) return wrong_type("an object", value);
    std::bitset<Schema::kMembersMax> seen;
    for (const simdjson::dom::key_value_pair member : members) {
      if (full()) return;
      inside_member(member.key, [&] {
        const Member* known = find_member(schema, member.key);
        if (known == nullptr) {
          if (!schema.open) fault("is not known here");
          return;
        }
        const auto index = static_cast<std::size_t>(known - schema.members.data());
        if (seen.test(index)) return fault("is given twice");
        seen.set(index);
        check(known->schema, member.value);
      });
    }
    for (std::size_t i = 0; i < schema.members.size(); ++i) {
      const Member& member = schema.members[i];
      if (member.required && !seen.test(i)) inside_member(member.name, [&] { fault("is required"); });
    }
  }

  void check_one_of(const Schema& schema, element value) {
    simdjson::dom::object members;
    if (value.get(members) != SUCCESS) return wrong_type("an object", value);
    element tag;
    std::string_view chosen;
    if (members.at_key(schema.discriminator).get(tag) != SUCCESS) {
      return inside_member(schema.discriminator, [&] { fault("is required"); });
    }
    if (tag.get(chosen) == SUCCESS) {
      for (const Schema& choice : schema.choices) {
        const Member* known = find_member(choice, schema.discriminator);
        if (known->schema.values.front() == chosen) return check_object(choice, value);
      }
    }
    inside_member(schema.discriminator, [&] {
      std::string names;
      for (const Schema& choice : schema.choices) {
        if (!names.empty()) names += ", ";
        names += find_member(choice, schema.discriminator)->schema.values.front();
      }
      fault("must be one of " + names);
    });
  }

  std::string path_;  // of the value being checked
};

/// Parsers that the next requests of this thread use: a new one costs as many allocations as all else of a
/// small request. Those that a large body has made large are not kept.
constexpr std::size_t kSpareParsersMax = 16;
constexpr std::size_t kParserBytesMin = 2 * 1024;
constexpr std::size_t kSpareParserBytesMax = 8 * 1024;
std::vector<std::unique_ptr<simdjson::dom::parser>>& spare_parsers() {
  static thread_local std::vector<std::unique_ptr<simdjson::dom::parser>> spare;
  return spare;
}

}  // namespace

JsonBody::Parser JsonBody::take_parser() {
  auto& spare = spare_parsers();
  if (spare.empty()) return Parser(new simdjson::dom::parser);
  Parser parser(spare.back().release());
  spare.pop_back();
  return parser;
}

void JsonBody::GiveBack::operator()(simdjson::dom::parser* parser) const {
  std::unique_ptr<simdjson::dom::parser> owned(parser);
  auto& spare = spare_parsers();
  if (spare.size() < kSpareParsersMax && owned->capacity() <= kSpareParserBytesMax)
    spare.push_back(std::move(owned));
}

JsonValue JsonValue::operator[](std::string_view name) const {
  element member;
  if (!present_ || element_.at_key(name).get(member) != SUCCESS) return {};
  return JsonValue(member);
}

std::string_view JsonValue::text() const {
  std::string_view text;
  return present_ && element_.get(text) == SUCCESS ? text : std::string_view();
}

bool JsonValue::truth() const {
  bool truth = false;
  return present_ && element_.get(truth) == simdjson::SUCCESS && truth;
}

std::int64_t JsonValue::integer() const { return present_ ? whole_number(element_).value_or(0) : 0; }

tl::expected<JsonBody, Problem> JsonBody::parse(std::string_view text, const Schema& schema) {
  JsonBody body;
  body.parser_ = take_parser();
  element root;
  simdjson::error_code error = SUCCESS;
  if (body.parser_->capacity() < text.size() || body.parser_->max_depth() != kDepthMax)
    error = body.parser_->allocate(std::max(text.size(), kParserBytesMin), kDepthMax);
  if (error == SUCCESS) error = body.parser_->parse(text.data(), text.size(), true).get(root);
  if (error != SUCCESS) {
    return tl::unexpected(Problem{&problems::kMalformed, simdjson::error_message(error), {}});
  }
  Checker checker;
  checker.check(schema, root);
  if (!checker.faults.empty()) {
    return tl::unexpected(Problem{&problems::kInvalid, {}, std::move(checker.faults)});
  }
  body.root_ = JsonValue(root);
  return body;
}

}  // namespace ff::api
