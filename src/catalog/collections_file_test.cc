#include "catalog/collections_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/testing/make.h"

namespace ff::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

Result<std::vector<Collection>> read(std::string_view text) {
  csv::MemorySource source(text);
  return read_collections_csv(source);
}

TEST(CollectionsFile, ReadsCollectionsWithTheirLists) {
  const auto collections = read(
      "Handle,Title,Description,Picture,Products,Tags,Types\n"
      "summer,Summer,\"Light, long days\",/pictures/summer.svg,linen-shirt; straw-hat,summer;linen ,Dresses\n"
      "all,All,,,,,\n");
  ASSERT_TRUE(collections) << collections.error().detail;
  ASSERT_THAT(*collections, SizeIs(2));
  const Collection& summer = (*collections)[0];
  EXPECT_EQ(summer.title, "Summer");
  EXPECT_EQ(summer.description, "Light, long days");
  EXPECT_EQ(summer.picture_url, "/pictures/summer.svg");
  EXPECT_THAT(summer.handles, ElementsAre("linen-shirt", "straw-hat"));
  EXPECT_THAT(summer.tags, ElementsAre("summer", "linen"));
  EXPECT_THAT(summer.types, ElementsAre("Dresses"));
}

TEST(CollectionsFile, NamesEveryFaultByLineAndColumn) {
  const auto collections = read("Handle,Title,Picture\nSummer,Summer,\nwinter,,x.svg\nwinter,Winter,\n");
  ASSERT_FALSE(collections);
  std::vector<std::string> where;
  for (const FieldError& field : collections.error().fields)
    where.push_back(field.field);
  EXPECT_THAT(where, ElementsAre("line 2, Handle", "line 3, Title", "line 3, Picture", "line 4, Handle"));
}

TEST(CollectionsFile, RefusesColumnsItDoesNotKnow) {
  const auto collections = read("Handle,Title,Tgas\na,A,x\n");
  ASSERT_FALSE(collections);
  EXPECT_EQ(collections.error().fields.at(0).field, "line 1, Tgas");
}

TEST(CollectionsFile, ReadsBackWhatItWrote) {
  const std::vector<Collection> collections = {
      {{}, "summer", "Summer \"26\"", "Two\nlines", "/pictures/a.svg", {"a", "b"}, {"x, y"}, {}},
      {{}, "all", "All", "", "", {}, {}, {"Shirts", "Coats"}}};
  std::string text;
  write_collections_csv(text, collections);
  EXPECT_EQ(read(text), collections);
}

}  // namespace
}  // namespace ff::catalog
