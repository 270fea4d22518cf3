#include "api/endpoint.h"

#include <algorithm>

#include "base/text.h"

namespace ff::api {

namespace {

const Parameter* find_query_parameter(const std::vector<Parameter>& parameters, std::string_view name) {
  const auto found = std::ranges::find_if(parameters, [&](const Parameter& parameter) {
    return parameter.in == Parameter::In::kQuery && parameter.name == name;
  });
  return found == parameters.end() ? nullptr : &*found;
}

/// `value` as it stands in a URL or a header field.
std::string fault_of(const Schema& schema, std::string_view value) {
  switch (schema.kind) {
    case Schema::Kind::kInteger: {
      const std::optional<std::int64_t> number = parse_int(value);
      return number ? integer_fault(schema, *number) : "must be a whole number";
    }
    case Schema::Kind::kBoolean:
      return value == "true" || value == "false" ? "" : "must be true or false";
    case Schema::Kind::kArray:
      return text_fault(schema.items.front(), value);
    default:
      return text_fault(schema, value);
  }
}

void check_query(const http::Form& query, const std::vector<Parameter>& parameters,
                 std::vector<FieldError>& faults) {
  for (const auto& [name, value] : query.fields()) {
    if (faults.size() >= kFaultsMax) return;
    const Parameter* parameter = find_query_parameter(parameters, name);
    if (parameter == nullptr) {
      faults.push_back({name.substr(0, 64), "is not a parameter of this operation"});
    } else if (std::string message = fault_of(parameter->schema, value); !message.empty()) {
      faults.push_back({name, std::move(message)});
    }
  }
  for (const Parameter& parameter : parameters) {
    if (parameter.in != Parameter::In::kQuery) continue;
    const auto count = static_cast<std::size_t>(
        std::ranges::count(query.fields(), parameter.name, &std::pair<std::string, std::string>::first));
    if (count == 0 && parameter.required) faults.push_back({parameter.name, "is required"});
    if (parameter.schema.kind != Schema::Kind::kArray) {
      if (count > 1) faults.push_back({parameter.name, "is given twice"});
    } else if (count > parameter.schema.items_max) {
      faults.push_back({parameter.name, "is given too often"});
    }
  }
}

}  // namespace

tl::expected<Arguments, Problem> Arguments::read(const http::Request& request,
                                                 const std::vector<Parameter>& parameters) {
  Arguments arguments;
  std::vector<FieldError> faults;
  for (const Parameter& parameter : parameters) {
    if (parameter.in == Parameter::In::kPath) {
      // A path that no resource can have is a path to nothing.
      if (!fault_of(parameter.schema, request.param(parameter.name)).empty()) {
        return tl::unexpected(Problem{&problems::kNotFound, {}, {}});
      }
    } else if (parameter.in == Parameter::In::kHeader) {
      if (!request.has_header(parameter.name)) {
        if (!parameter.required) continue;
        return tl::unexpected(Problem{&problems::kMissingHeader, {}, {{parameter.name, "is required"}}});
      }
      std::string message = fault_of(parameter.schema, request.header(parameter.name));
      if (!message.empty()) faults.push_back({parameter.name, std::move(message)});
    }
  }
  if (!request.query.empty()) {
    Result<http::Form> query = http::Form::parse(request.query);
    if (!query) {
      return tl::unexpected(
          Problem{&problems::kMalformed, "The query string is not percent-encoded UTF-8, or too long.", {}});
    }
    arguments.query_ = std::move(*query);
  }
  check_query(arguments.query_, parameters, faults);
  if (!faults.empty()) return tl::unexpected(Problem{&problems::kInvalid, {}, std::move(faults)});
  return arguments;
}

std::optional<std::int64_t> Arguments::integer(std::string_view name) const {
  return query_.has(name) ? parse_int(query_.get(name)) : std::nullopt;
}

Endpoint cacheable_reading(std::string path, std::string operation_id, std::string tag, std::string summary,
                           std::optional<Schema> answer) {
  Endpoint endpoint;
  endpoint.path = std::move(path);
  endpoint.operation_id = std::move(operation_id);
  endpoint.tag = std::move(tag);
  endpoint.summary = std::move(summary);
  endpoint.cacheable = true;
  endpoint.answers = {{200, "Found.", std::move(answer), {}}};
  return endpoint;
}

Parameter in_path(std::string name, Schema schema) {
  return {Parameter::In::kPath, std::move(name), std::move(schema), true};
}
Parameter in_query(std::string name, Schema schema) {
  return {Parameter::In::kQuery, std::move(name), std::move(schema), false};
}
Parameter in_query_required(std::string name, Schema schema) {
  return {Parameter::In::kQuery, std::move(name), std::move(schema), true};
}
Parameter in_header(std::string name, Schema schema) {
  return {Parameter::In::kHeader, std::move(name), std::move(schema), false};
}
Parameter in_header_required(std::string name, Schema schema) {
  return {Parameter::In::kHeader, std::move(name), std::move(schema), true};
}

std::vector<const ProblemKind*> all_problems(const Endpoint& endpoint) {
  using namespace problems;
  // Any request may be malformed, carry a parameter that isn't known, come too slowly, too often or at a bad
  // moment.
  std::vector<const ProblemKind*> kinds{&kMalformed,       &kRequestTimeout,  &kTooLarge, &kInvalid,
                                        &kTooManyRequests, &kHeadersTooLarge, &kInternal, &kOverloaded};
  kinds.insert(kinds.end(), endpoint.may_refuse.begin(), endpoint.may_refuse.end());
  if (endpoint.body) kinds.push_back(&kUnsupportedMediaType);
  for (const Parameter& parameter : endpoint.parameters) {
    if (parameter.in == Parameter::In::kPath) kinds.push_back(&kNotFound);
    if (parameter.in == Parameter::In::kHeader && parameter.required) kinds.push_back(&kMissingHeader);
  }
  std::vector<const ProblemKind*> ordered;
  for (const ProblemKind* kind : problem_kinds()) {
    if (std::ranges::find(kinds, kind) != kinds.end()) ordered.push_back(kind);
  }
  return ordered;
}

}  // namespace ff::api
