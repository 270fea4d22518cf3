// What a client looks up: ways of delivery, kinds of problems, the document itself.
#include "api/api.h"
#include "api/schemas.h"
#include "api/tables.h"

namespace ff::api {

namespace {

http::Response read_delivery(const shop::Shop& shop, const Input& input) {
  const std::string_view country = input.query.text("country");
  const Money subtotal{input.query.integer("subtotal").value_or(0), shop.rules.currency};
  http::Response response = http::Response::json(200, {});
  JsonWriter json(response.body);
  json.object([&] {
    json.key("country").value(country);
    json.key("methods").array([&] {
      for (const pricing::DeliveryOffer& offer : pricing::delivery_offers(shop.rules, country, subtotal)) {
        json.object([&] {
          json.key("id").value(offer.method->id);
          json.key("title").value(offer.method->title);
          json.key("price").value(offer.price);
          json.key("free_from");
          if (offer.method->free_from) {
            json.value(*offer.method->free_from);
          } else {
            json.null();
          }
        });
      }
    });
    json.key("countries").array([&] {
      for (const std::string& known : shop.rules.countries)
        json.value(known);
    });
  });
  return response;
}

http::Response read_problem(const shop::Shop&, const Input& input) {
  const ProblemKind* kind = find_problem_kind(input.http.param("name"));
  if (kind == nullptr) return respond(Problem{&problems::kNotFound, {}, {}}, input.http);
  http::Response response = http::Response::json(200, {});
  JsonWriter json(response.body);
  json.object([&] {
    json.key("type").value(std::string(kProblemPath).append(kind->name));
    json.key("title").value(kind->title);
    json.key("status").value(kind->status);
    json.key("meaning").value(kind->meaning);
  });
  return response;
}

http::Response read_document(const shop::Shop&, const Input&) {
  static const std::string document = openapi_document();
  return http::Response::json(200, document);
}

Endpoint reference(std::string path, std::string id, std::string summary, std::optional<Schema> answer) {
  return cacheable_reading(std::move(path), std::move(id), "Reference", std::move(summary),
                           std::move(answer));
}

}  // namespace

void add_reference_endpoints(std::vector<Endpoint>& table) {
  Endpoint delivery = reference("/api/v1/delivery", "listDeliveryMethods",
                                "List ways of delivery to a country", schemas::delivery());
  delivery.parameters = {in_query_required("country", schemas::country()),
                         in_query("subtotal", integer(0, Money::kMinorMax)
                                                  .described("Of the lines, in minor units: from some "
                                                             "subtotal delivery is free."))};
  delivery.immediate = read_delivery;
  table.push_back(std::move(delivery));

  Endpoint problem = reference("/api/problems/{name}", "readProblemKind", "Read what a problem's type means",
                               schemas::problem_kind());
  problem.parameters = {in_path("name", text(patterns::kHandle, 1, 64).shown_as("\"sold-out\""))};
  problem.immediate = read_problem;
  table.push_back(std::move(problem));

  Schema document;
  document.kind = Schema::Kind::kObject;
  document.open = true;
  Endpoint openapi =
      reference("/api/openapi.json", "readDocument", "Read this document", std::move(document));
  openapi.immediate = read_document;
  table.push_back(std::move(openapi));
}

}  // namespace ff::api
