// One operation of the API: what the router needs to serve it and what the OpenAPI document says about it, in
// one place. Each capability's file (catalogue_api.cc, cart_api.cc ...) adds its rows to the table.
//
// Invariant: a handler runs only with an Input that fits its endpoint: known parameters with values in range,
// and a body that fits the schema.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/json_reader.h"
#include "api/problem.h"
#include "api/schema.h"
#include "base/async.h"
#include "http/message.h"
#include "shop/shop.h"

namespace ff::api {

struct Parameter {
  enum class In { kPath, kQuery, kHeader };
  In in = In::kQuery;
  std::string name;
  Schema schema;  // kText, kInteger, kBoolean, or kArray of kText: repeated in the query
  bool required = false;
};

/// What a client sent in path, query and header, checked against the endpoint's parameters.
class Arguments {
 public:
  static tl::expected<Arguments, Problem> read(const http::Request& request,
                                               const std::vector<Parameter>& parameters);
  std::string_view text(std::string_view name) const { return query_.get(name); }  // "" when absent
  std::optional<std::int64_t> integer(std::string_view name) const;
  bool flag(std::string_view name) const { return query_.get(name) == "true"; }
  std::vector<std::string_view> all(std::string_view name) const { return query_.all(name); }

 private:
  http::Form query_;
};

/// `http` outlives the handler; see http::Handler.
struct Input {
  const http::Request& http;
  Arguments query;
  JsonBody body;
};

struct Answer {
  int status = 200;
  std::string description;
  std::optional<Schema> schema;  // of an application/json body; problems have their own
  std::vector<std::pair<std::string, Schema>> headers;
};

struct Endpoint {
  http::Method method = http::Method::kGet;
  std::string path;  // the router's pattern
  std::string operation_id;
  std::string tag;
  std::string summary;
  std::string description;
  http::Priority priority = http::Priority::kBrowse;
  std::vector<Parameter> parameters;
  std::optional<Schema> body;
  bool body_required = true;
  std::size_t body_bytes_max = 0;
  bool cacheable = false;       // the same bytes for everyone: ETag, and caches may keep it for a moment
  bool fleeting = false;        // cacheable, but for a second only: it moves by itself
  std::vector<Answer> answers;  // those of this endpoint
  std::vector<const ProblemKind*> may_refuse;  // problems of this endpoint, beyond what its shape implies

  // Exactly one of the two; `immediate` for what needs no wait, on GET only.
  http::Response (*immediate)(const shop::Shop& shop, const Input& input) = nullptr;
  Task<http::Response> (*handler)(shop::Shop& shop, Input input) = nullptr;
};

/// What is the same for everyone, to be read by GET. `answer`: its JSON; nothing: another kind of content.
Endpoint cacheable_reading(std::string path, std::string operation_id, std::string tag, std::string summary,
                           std::optional<Schema> answer);

Parameter in_path(std::string name, Schema schema);
Parameter in_query(std::string name, Schema schema);
Parameter in_query_required(std::string name, Schema schema);
Parameter in_header(std::string name, Schema schema);
Parameter in_header_required(std::string name, Schema schema);

/// Every problem that the endpoint may answer with, its shape's included; ordered by status, none twice.
std::vector<const ProblemKind*> all_problems(const Endpoint& endpoint);

/// The whole API. Built once; immutable.
const std::vector<Endpoint>& endpoints();

}  // namespace ff::api
