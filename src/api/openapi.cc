// The table of endpoints, written as OpenAPI 3.1.
#include <algorithm>
#include <set>

#include "api/api.h"
#include "api/endpoint.h"
#include "api/schemas.h"
#include "base/text.h"

namespace ff::api {

namespace {

void write_content(JsonWriter& json, std::string_view type, const Schema& schema, Components& components) {
  json.key("content").object([&] {
    json.key(type).object([&] {
      json.key("schema");
      write_schema(json, schema, components);
    });
  });
}

void write_parameter(JsonWriter& json, const Parameter& parameter, Components& components) {
  constexpr std::string_view kIn[] = {"path", "query", "header"};
  json.object([&] {
    json.key("name").value(parameter.name);
    json.key("in").value(kIn[static_cast<std::size_t>(parameter.in)]);
    json.key("required").value(parameter.required);
    if (!parameter.schema.description.empty()) json.key("description").value(parameter.schema.description);
    if (parameter.schema.kind == Schema::Kind::kArray) {
      json.key("style").value("form");
      json.key("explode").value(true);
    }
    json.key("schema");
    write_schema(json, parameter.schema, components);
    if (!parameter.schema.example.empty()) json.key("example").raw(parameter.schema.example);
  });
}

void write_header(JsonWriter& json, const Schema& schema, Components& components) {
  json.object([&] {
    if (!schema.description.empty()) json.key("description").value(schema.description);
    json.key("schema");
    write_schema(json, schema, components);
  });
}

Schema etag() {
  return text(1).described("Names this state; send it as If-None-Match to be told 304 while it holds.");
}

void write_answer(JsonWriter& json, const Answer& answer, bool cacheable, Components& components) {
  json.key(std::to_string(answer.status)).object([&] {
    json.key("description").value(answer.description);
    if (cacheable || !answer.headers.empty()) {
      json.key("headers").object([&] {
        if (cacheable) {
          json.key("ETag");
          write_header(json, etag(), components);
        }
        for (const auto& [name, schema] : answer.headers) {
          json.key(name);
          write_header(json, schema, components);
        }
      });
    }
    if (answer.schema) write_content(json, "application/json", *answer.schema, components);
  });
}

const Schema& problem_schema(const std::vector<const ProblemKind*>& kinds) {
  static const Schema plain = schemas::problem();
  static const Schema sold_out = schemas::sold_out_problem();
  static const Schema declined = schemas::declined_problem();
  static const Schema queued = schemas::queued_problem();
  if (std::ranges::find(kinds, &problems::kQueued) != kinds.end()) return queued;
  if (std::ranges::find(kinds, &problems::kDeclined) != kinds.end()) return declined;
  if (std::ranges::find(kinds, &problems::kSoldOut) != kinds.end()) return sold_out;
  return plain;
}

/// The problems of one status: `kinds` is not empty.
void write_refusal(JsonWriter& json, const std::vector<const ProblemKind*>& kinds, Components& components) {
  std::string description;
  for (const ProblemKind* kind : kinds) {
    if (!description.empty()) description += "\n\n";
    description.append("`").append(kProblemPath).append(kind->name).append("`: ");
    description.append(kind->title).append(". ").append(kind->meaning);
  }
  const bool retry =
      std::ranges::any_of(kinds, [](const ProblemKind* kind) { return kind->retry_after_s > 0; });
  json.key(std::to_string(kinds.front()->status)).object([&] {
    json.key("description").value(description);
    if (retry) {
      json.key("headers").object([&] {
        json.key("Retry-After");
        write_header(json, integer(1, 3600).described("Seconds to wait before the request is sent again."),
                     components);
      });
    }
    write_content(json, kProblemContentType, problem_schema(kinds), components);
  });
}

void write_responses(JsonWriter& json, const Endpoint& endpoint, Components& components) {
  json.key("responses").object([&] {
    for (const Answer& answer : endpoint.answers)
      write_answer(json, answer, endpoint.cacheable, components);
    if (endpoint.cacheable) {
      json.key("304").object(
          [&] { json.key("description").value("Unchanged since the ETag in If-None-Match."); });
    }
    std::map<int, std::vector<const ProblemKind*>> by_status;
    for (const ProblemKind* kind : all_problems(endpoint))
      by_status[kind->status].push_back(kind);
    for (const auto& [status, kinds] : by_status)
      write_refusal(json, kinds, components);
  });
}

void write_operation(JsonWriter& json, const Endpoint& endpoint, Components& components) {
  json.key(lower_ascii(http::to_string(endpoint.method))).object([&] {
    json.key("operationId").value(endpoint.operation_id);
    json.key("tags").array([&] { json.value(endpoint.tag); });
    json.key("summary").value(endpoint.summary);
    if (!endpoint.description.empty()) json.key("description").value(endpoint.description);
    if (!endpoint.parameters.empty()) {
      json.key("parameters").array([&] {
        for (const Parameter& parameter : endpoint.parameters)
          write_parameter(json, parameter, components);
      });
    }
    if (endpoint.body) {
      json.key("requestBody").object([&] {
        json.key("required").value(endpoint.body_required);
        write_content(json, "application/json", *endpoint.body, components);
      });
    }
    write_responses(json, endpoint, components);
  });
}

/// Writing a component may meet further ones; goes on until none is left.
void write_components(JsonWriter& json, Components& components) {
  std::set<std::string, std::less<>> written;
  json.key("components").object([&] {
    json.key("schemas").object([&] {
      for (;;) {
        const auto next = std::ranges::find_if(
            components, [&](const auto& component) { return !written.contains(component.first); });
        if (next == components.end()) return;
        const auto [name, schema] = *next;
        written.insert(name);
        json.key(name);
        write_schema_body(json, *schema, components);
      }
    });
  });
}

constexpr std::string_view kDescription =
    "Everything that the shop's own pages can do. Amounts are integers of minor units with their ISO 4217 "
    "currency. Refusals are application/problem+json (RFC 9457) with a stable `type`. What an object of a "
    "request "
    "does not name here is refused. Reading the catalogue is cheap and cacheable: send If-None-Match. A "
    "checkout "
    "carries an Idempotency-Key: the same request with the same key buys once, however often it is sent.";

}  // namespace

std::string openapi_document() {
  Components components;
  std::string document;
  JsonWriter json(document);
  json.object([&] {
    json.key("openapi").value("3.1.0");
    json.key("info").object([&] {
      json.key("title").value("FashionForward API");
      json.key("version").value(FF_VERSION);
      json.key("description").value(kDescription);
      json.key("license").object([&] {
        json.key("name").value("Apache-2.0");
        json.key("identifier").value("Apache-2.0");
      });
    });
    json.key("paths").object([&] {
      std::map<std::string_view, std::vector<const Endpoint*>> by_path;
      for (const Endpoint& endpoint : endpoints())
        by_path[endpoint.path].push_back(&endpoint);
      for (const auto& [path, operations] : by_path) {
        json.key(path).object([&] {
          for (const Endpoint* endpoint : operations)
            write_operation(json, *endpoint, components);
        });
      }
    });
    write_components(json, components);
  });
  return document;
}

}  // namespace ff::api
