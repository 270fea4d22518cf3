// Reads the JSON body of a request: strictly, and against the Schema that the OpenAPI document shows.
//
// Invariant: a JsonBody fits its schema. Malformed JSON, broken UTF-8, nesting beyond kDepthMax, members that
// the schema lacks, members given twice, wrong types and values out of range were all refused, each named by
// its path ("lines[0].quantity"), at most kFaultsMax of them. So handlers take values out without checking
// again, and no exception is thrown.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "api/problem.h"
#include "api/schema.h"

namespace ff::api {

inline constexpr std::size_t kDepthMax = 16;
inline constexpr std::size_t kFaultsMax = 32;

/// A value in a checked body, or nothing where an optional member was left out. Valid while its JsonBody is.
class JsonValue {
 public:
  JsonValue() = default;
  explicit JsonValue(simdjson::dom::element element) : element_(element), present_(true) {}

  explicit operator bool() const { return present_; }
  /// Absent when this is no object or has no such member.
  JsonValue operator[](std::string_view name) const;
  std::string_view text() const;  // "" when absent or not a text
  std::int64_t integer() const;   // 0 when absent or not a whole number
  bool truth() const;             // false when absent or not a boolean
  /// Calls `visit(JsonValue)` for each item; none when this is no array.
  template <typename Visit>
  void each(Visit&& visit) const {
    simdjson::dom::array items;
    if (!present_ || element_.get(items) != simdjson::SUCCESS) return;
    for (const simdjson::dom::element item : items)
      visit(JsonValue(item));
  }

 private:
  simdjson::dom::element element_;
  bool present_ = false;
};

class JsonBody {
 public:
  JsonBody() = default;  // holds nothing: the route takes no body, or an optional one was not sent
  /// kMalformed when it is not JSON; kInvalid with the faults when it does not fit.
  static tl::expected<JsonBody, Problem> parse(std::string_view text, const Schema& schema);
  JsonValue root() const { return root_; }

 private:
  struct GiveBack {
    void operator()(simdjson::dom::parser* parser) const;
  };
  using Parser = std::unique_ptr<simdjson::dom::parser, GiveBack>;
  static Parser take_parser();

  Parser parser_;  // owns what root_ refers to
  JsonValue root_;
};

}  // namespace ff::api
