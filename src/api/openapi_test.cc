#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "api/api_test_shop.h"
#include "api/schemas.h"
#include "base/text.h"

namespace ff::api {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

class Document : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(parser.parse(text).get(root), simdjson::SUCCESS); }

  template <typename Visit>
  void visit_all(element at, Visit&& visit) {
    visit(at);
    if (object members; at.get(members) == simdjson::SUCCESS) {
      for (const auto member : members)
        visit_all(member.value, visit);
    }
    if (simdjson::dom::array items; at.get(items) == simdjson::SUCCESS) {
      for (const element item : items)
        visit_all(item, visit);
    }
  }

  template <typename Visit>  // visit(path, method, operation)
  void visit_operations(Visit&& visit) {
    object paths;
    ASSERT_EQ(root["paths"].get(paths), simdjson::SUCCESS);
    for (const auto path : paths) {
      object operations;
      ASSERT_EQ(path.value.get(operations), simdjson::SUCCESS);
      for (const auto operation : operations)
        visit(std::string(path.key), std::string(operation.key), operation.value);
    }
  }

  std::string text = openapi_document();
  simdjson::dom::parser parser;
  element root;
};

TEST_F(Document, ListsExactlyTheRoutesUnderApi) {
  TestShop shop;
  std::set<std::string> routed, documented;
  for (const http::Route& route : shop.router.routes()) {
    routed.insert(lower_ascii(http::to_string(route.method)) + " " + route.pattern);
  }
  visit_operations([&](const std::string& path, const std::string& method, element) {
    documented.insert(method + " " + path);
  });
  EXPECT_EQ(documented, routed);
  EXPECT_GE(routed.size(), 16u);
}

TEST_F(Document, SaysOfEveryOperationHowItIsRefusedWhenTooManyCome) {
  visit_operations([&](const std::string& path, const std::string& method, element operation) {
    for (const int status : {429, 503}) {
      const std::string pointer = "/responses/" + std::to_string(status);
      EXPECT_EQ(operation.at_pointer(pointer + "/headers/Retry-After").error(), simdjson::SUCCESS)
          << method << " " << path << " " << status;
      // What src/admission answers in the operation's stead.
      http::Request request;
      request.path = path;
      const http::Response refused = refusal(request, status, 3);
      EXPECT_EQ(refused.status, status);
      std::string_view description;
      ASSERT_EQ(operation.at_pointer(pointer + "/description").get(description), simdjson::SUCCESS);
      EXPECT_NE(description.find(text_at(refused.body, "/type")), std::string_view::npos) << description;
      EXPECT_THAT(refused.headers, testing::Contains(testing::Pair("Retry-After", "3")));
    }
  });
}

TEST_F(Document, RefersOnlyToWhatItHolds) {
  visit_all(root, [&](element at) {
    std::string_view reference;
    object members;
    if (at.get(members) != simdjson::SUCCESS || members.at_key("$ref").get(reference) != simdjson::SUCCESS)
      return;
    ASSERT_TRUE(reference.starts_with("#/"));
    EXPECT_EQ(root.at_pointer(reference.substr(1)).error(), simdjson::SUCCESS) << reference;
  });
}

TEST_F(Document, GivesEachOperationAnIdentifierOfItsOwn) {
  std::set<std::string_view> identifiers;
  for (const Endpoint& endpoint : endpoints()) {
    EXPECT_TRUE(identifiers.insert(endpoint.operation_id).second) << endpoint.operation_id;
  }
}

TEST_F(Document, DescribesEveryParameterOfAPath) {
  for (const Endpoint& endpoint : endpoints()) {
    const auto count = std::ranges::count(endpoint.path, '{');
    EXPECT_EQ(std::ranges::count(endpoint.parameters, Parameter::In::kPath, &Parameter::in), count)
        << endpoint.path;
  }
}

TEST_F(Document, ShowsExamplesThatItsOwnSchemasAccept) {
  for (const Endpoint& endpoint : endpoints()) {
    if (!endpoint.body || endpoint.body->example.empty()) continue;
    EXPECT_TRUE(JsonBody::parse(endpoint.body->example, *endpoint.body)) << endpoint.operation_id;
  }
}

void collect(const Schema& schema, std::map<std::string, std::set<std::string>>& shapes) {
  if (!schema.name.empty()) {
    std::string shape;
    JsonWriter json(shape);
    Components components;
    write_schema_body(json, schema, components);
    shapes[schema.name].insert(shape);
  }
  for (const Schema& item : schema.items)
    collect(item, shapes);
  for (const Schema& choice : schema.choices)
    collect(choice, shapes);
  for (const Member& member : schema.members)
    collect(member.schema, shapes);
}

TEST_F(Document, LetsANameStandForOneShape) {
  std::map<std::string, std::set<std::string>> shapes;
  for (const Endpoint& endpoint : endpoints()) {
    if (endpoint.body) collect(*endpoint.body, shapes);
    for (const Answer& answer : endpoint.answers) {
      if (answer.schema) collect(*answer.schema, shapes);
    }
  }
  collect(schemas::problem(), shapes);
  collect(schemas::sold_out_problem(), shapes);
  collect(schemas::declined_problem(), shapes);
  collect(schemas::queued_problem(), shapes);
  for (const auto& [name, forms] : shapes)
    EXPECT_EQ(forms.size(), 1u) << name;
}

}  // namespace
}  // namespace ff::api
