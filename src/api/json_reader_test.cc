#include "api/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/schemas.h"

namespace ff::api {
namespace {

using testing::ElementsAre;

Schema order_of_pens() {
  Schema line = object("Line", {required("pen", text(1, 8)), required("count", integer(1, 99))});
  Schema cash = object("Cash", {required("by", one_of_texts({"cash"}))});
  Schema bank = object(
      "Bank", {required("by", one_of_texts({"bank"})), required("account", text(patterns::kToken, 32, 32))});
  return object("Order",
                {required("lines", array(line, 1, 3)), optional("note", text(patterns::kOneLine, 0, 5)),
                 optional("pay", one_of("Pay", "by", {cash, bank}))});
}

Problem refusal(std::string_view json) {
  const Schema schema = order_of_pens();
  auto body = JsonBody::parse(json, schema);
  if (body) {
    ADD_FAILURE() << "accepted: " << json;
    return {&problems::kInternal, {}, {}};
  }
  return std::move(body.error());
}

std::vector<FieldError> faults(std::string_view json) {
  Problem problem = refusal(json);
  EXPECT_EQ(problem.kind, &problems::kInvalid) << json << ": " << problem.detail;
  return problem.errors;
}

TEST(JsonReader, HandsOutWhatFitsTheSchema) {
  const Schema schema = order_of_pens();
  const auto body = JsonBody::parse(
      R"({"note":"Gr\u00fcn","lines":[{"pen":"blue","count":2},{"count":3.0,"pen":"red"}],"pay":{"by":"cash"}})",
      schema);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->root()["note"].text(), "Gr\xC3\xBCn");
  EXPECT_EQ(body->root()["pay"]["by"].text(), "cash");
  EXPECT_FALSE(body->root()["pay"]["account"]);
  std::vector<std::int64_t> counts;
  body->root()["lines"].each([&](JsonValue line) { counts.push_back(line["count"].integer()); });
  EXPECT_THAT(counts, ElementsAre(2, 3));
}

TEST(JsonReader, NamesAMemberThatIsNotKnown) {
  EXPECT_THAT(faults(R"({"lines":[{"pen":"blue","count":2,"colour":"x"}],"gift":true})"),
              ElementsAre(FieldError{"lines[0].colour", "is not known here"},
                          FieldError{"gift", "is not known here"}));
}

TEST(JsonReader, NamesAMemberThatIsGivenTwice) {
  EXPECT_THAT(faults(R"({"lines":[{"pen":"blue","count":2,"count":3}]})"),
              ElementsAre(FieldError{"lines[0].count", "is given twice"}));
}

TEST(JsonReader, TakesAnEscapedNameForTheSameMember) {
  EXPECT_THAT(faults(R"({"lines":[{"pen":"blue","count":2,"c\u006funt":3}]})"),
              ElementsAre(FieldError{"lines[0].count", "is given twice"}));
}

TEST(JsonReader, NamesEveryMissingMember) {
  EXPECT_THAT(faults(R"({"lines":[{}]})"), ElementsAre(FieldError{"lines[0].pen", "is required"},
                                                       FieldError{"lines[0].count", "is required"}));
}

TEST(JsonReader, NamesWrongTypesByTheirPath) {
  EXPECT_THAT(faults(R"({"lines":[{"pen":7,"count":"2"}],"note":null})"),
              ElementsAre(FieldError{"lines[0].pen", "must be a text, not a number"},
                          FieldError{"lines[0].count", "must be a whole number, not a text"},
                          FieldError{"note", "must be a text, not null"}));
  EXPECT_THAT(faults("[]"), ElementsAre(FieldError{"body", "must be an object, not a list"}));
}

TEST(JsonReader, RefusesNumbersThatAreNotWholeOrOutOfRange) {
  for (const char* count : {"0", "100", "1.5", "-1", "1e300", "9223372036854775808", "true"}) {
    const std::string json = std::string(R"({"lines":[{"pen":"blue","count":)") + count + "}]}";
    const std::vector<FieldError> found = faults(json);
    ASSERT_EQ(found.size(), 1u) << json;
    EXPECT_EQ(found[0].field, "lines[0].count");
  }
}

TEST(JsonReader, CountsTextsInCharactersAndListsInItems) {
  EXPECT_THAT(faults(R"({"lines":[],"note":"ääääää"})"),
              testing::UnorderedElementsAre(FieldError{"lines", "must have at least 1 items"},
                                            FieldError{"note", "must have at most 5 characters"}));
  const std::string line = R"({"pen":"a","count":1})";
  EXPECT_THAT(faults("{\"lines\":[" + line + "," + line + "," + line + "," + line + "]}"),
              ElementsAre(FieldError{"lines", "must have at most 3 items"}));
}

TEST(JsonReader, RefusesControlCharactersInOneLineTexts) {
  EXPECT_THAT(faults(R"({"lines":[{"pen":"a","count":1}],"note":"a\u0000b"})"),
              ElementsAre(FieldError{"note", "must be one line without control characters"}));
}

TEST(JsonReader, ChoosesAmongShapesByTheirTag) {
  const std::string lines = R"({"lines":[{"pen":"a","count":1}],"pay":)";
  EXPECT_THAT(faults(lines + R"({"by":"gold"}})"),
              ElementsAre(FieldError{"pay.by", "must be one of cash, bank"}));
  EXPECT_THAT(faults(lines + R"({}})"), ElementsAre(FieldError{"pay.by", "is required"}));
  EXPECT_THAT(faults(lines + R"({"by":"bank"}})"), ElementsAre(FieldError{"pay.account", "is required"}));
  EXPECT_THAT(faults(lines + R"({"by":"cash","account":"x"}})"),
              ElementsAre(FieldError{"pay.account", "is not known here"}));
}

TEST(JsonReader, RefusesWhatIsNotJson) {
  for (const std::string_view json :
       {std::string_view(""), std::string_view("{"), std::string_view("{\"lines\":[}"),
        std::string_view("{} {}"), std::string_view("{\"note\":\"\xff\"}"),
        std::string_view("{\"note\":\"\\ud800\"}"), std::string_view("nul"),
        std::string_view("{\"note\":\"a\nb\"}"), std::string_view("{'note':1}"),
        std::string_view("{}\0", 3)}) {
    EXPECT_EQ(refusal(json).kind, &problems::kMalformed) << json;
  }
}

TEST(JsonReader, RefusesNestingBeyondItsDepth) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  EXPECT_EQ(refusal(deep).kind, &problems::kMalformed);
}

TEST(JsonReader, StopsCountingFaultsAtItsBound) {
  std::string json = R"({"lines":[{"pen":"a","count":1}])";
  for (int i = 0; i < 1000; ++i)
    json += ",\"m" + std::to_string(i) + "\":1";
  EXPECT_EQ(faults(json + "}").size(), kFaultsMax);
}

TEST(JsonReader, ShortensNamesThatItRepeats) {
  const std::vector<FieldError> found =
      faults("{\"lines\":[{\"pen\":\"a\",\"count\":1}],\"" + std::string(5000, 'x') + "\":1}");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].field.size(), 64u);
}

}  // namespace
}  // namespace ff::api
