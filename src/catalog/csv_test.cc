#include "catalog/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "base/random.h"
#include "catalog/csv_file.h"
#include "catalog/testing/make.h"

namespace ff::catalog::csv {
namespace {

using ::testing::ElementsAre;
using testing::rows_of;
using Fields = std::vector<std::string>;

TEST(CsvReader, ReadsFieldsAndRows) {
  EXPECT_THAT(rows_of("a,b\r\nc,\r\n"), ElementsAre(Fields{"a", "b"}, Fields{"c", ""}));
}

TEST(CsvReader, AcceptsEveryLineEndAndAFileWithoutALastOne) {
  EXPECT_THAT(rows_of("a\nb\rc\r\nd"), ElementsAre(Fields{"a"}, Fields{"b"}, Fields{"c"}, Fields{"d"}));
}

TEST(CsvReader, SkipsAByteOrderMarkOnceAndOnlyAtTheStart) {
  EXPECT_THAT(rows_of("\xEF\xBB\xBFHandle,Title\n"), ElementsAre(Fields{"Handle", "Title"}));
  EXPECT_THAT(rows_of("\xEF\xBB\xBF\xEF\xBB\xBFx"), ElementsAre(Fields{"\xEF\xBB\xBFx"}));
}

TEST(CsvReader, ReadsQuotedFieldsOverSeveralLines) {
  EXPECT_THAT(rows_of("a,\"<p>one</p>\r\n<p>two, three</p>\",b\n"),
              ElementsAre(Fields{"a", "<p>one</p>\r\n<p>two, three</p>", "b"}));
}

TEST(CsvReader, ReadsDoubledQuotesAsOne) {
  EXPECT_THAT(rows_of("\"say \"\"hi\"\"\",\"\"\"\"\n"), ElementsAre(Fields{"say \"hi\"", "\""}));
}

TEST(CsvReader, TellsEmptyFieldsFromEmptyLines) {
  EXPECT_THAT(rows_of("a\n\n\r\n,\n\"\"\n"), ElementsAre(Fields{"a"}, Fields{"", ""}, Fields{""}));
}

TEST(CsvReader, AllowsRowsOfUnequalLength) {
  EXPECT_THAT(rows_of("a,b,c\nd\ne,f,g,h\n"),
              ElementsAre(Fields{"a", "b", "c"}, Fields{"d"}, Fields{"e", "f", "g", "h"}));
}

TEST(CsvReader, GivesNothingForAnEmptyFile) {
  EXPECT_THAT(rows_of(""), ElementsAre());
  EXPECT_THAT(rows_of("\xEF\xBB\xBF"), ElementsAre());
  EXPECT_THAT(rows_of("\r\n\n"), ElementsAre());
}

TEST(CsvReader, KnowsTheLineAndColumnOfEachField) {
  MemorySource source(
      "\xEF\xBB\xBF"
      "ab,c\r\n\"x\ny\",\"z\"\n,q");
  Reader reader(source);
  Row row;
  ASSERT_TRUE(*reader.next(row));
  EXPECT_EQ(row.place(0), (Place{1, 1}));
  EXPECT_EQ(row.place(1), (Place{1, 4}));
  ASSERT_TRUE(*reader.next(row));
  EXPECT_EQ(row.place(), (Place{2, 1}));
  EXPECT_EQ(row.place(1), (Place{3, 4}));
  ASSERT_TRUE(*reader.next(row));
  EXPECT_EQ(row.place(0), (Place{4, 1}));
  EXPECT_EQ(row.place(1), (Place{4, 2}));
  EXPECT_EQ(row[7], "");
}

TEST(CsvReader, NamesThePlaceOfAQuoteThatIsNeverClosed) {
  EXPECT_THAT(
      rows_of("a,b\nc,\"d\n\ne"),
      ElementsAre(Fields{"a", "b"}, Fields{"line 2, column 3: a quoted field must be closed by a quote"}));
}

TEST(CsvReader, RefusesTextAfterAClosingQuote) {
  EXPECT_THAT(rows_of("\"a\" ,b"),
              ElementsAre(Fields{
                  "line 1, column 4: after a closing quote there must be a comma or the end of the line"}));
}

TEST(CsvReader, RefusesAQuoteInsideAPlainField) {
  EXPECT_THAT(
      rows_of("5\" nails"),
      ElementsAre(Fields{"line 1, column 2: a quote inside a field needs quotes around the whole field"}));
}

TEST(CsvReader, RefusesWhatIsNotUtf8) {
  EXPECT_THAT(rows_of("a\nb,caf\xE9\n"),
              ElementsAre(Fields{"a"}, Fields{"line 2, column 3: the text must be UTF-8"}));
}

TEST(CsvReader, RefusesNul) {
  EXPECT_THAT(rows_of(std::string_view("a,b\0c", 5)),
              ElementsAre(Fields{"line 1, column 3: a field must not hold a NUL character"}));
}

TEST(CsvReader, HoldsToItsLimits) {
  EXPECT_THAT(rows_of("abcd,abcde", {.field_bytes_max = 4}),
              ElementsAre(Fields{"line 1, column 6: a field must be at most 4 bytes"}));
  EXPECT_THAT(rows_of("\"\"\"\"\"\"\"\"\"\"\"\"", {.field_bytes_max = 4}),
              ElementsAre(Fields{"line 1, column 1: a field must be at most 4 bytes"}));
  EXPECT_THAT(rows_of("a,b\na,b,c", {.columns_max = 2}),
              ElementsAre(Fields{"a", "b"}, Fields{"line 2, column 5: a row must have at most 2 columns"}));
  EXPECT_THAT(rows_of("aaaa,bbbb,cccc,dddd", {.row_bytes_max = 8}),
              ElementsAre(Fields{"line 1, column 1: a row must be at most 8 bytes"}));
}

TEST(CsvReader, HoldsToItsLimitsInAFieldThatNeverEnds) {
  const std::string endless = "\"" + std::string(100'000, '\n');
  EXPECT_THAT(rows_of(endless, {.row_bytes_max = 1000}),
              ElementsAre(Fields{"line 1, column 1: a row must be at most 1000 bytes"}));
}

TEST(CsvReader, GivesNoMoreRowsAfterAFault) {
  MemorySource source("a\"\nb\n");
  Reader reader(source);
  Row row;
  EXPECT_FALSE(reader.next(row));
  EXPECT_EQ(reader.next(row), Result<bool>(false));
}

TEST(CsvFile, SaysWhichFileCantBeReadAndWhy) {
  const auto missing = FileSource::open("/nowhere/products.csv");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(missing.error().detail, "/nowhere/products.csv: No such file or directory");
  EXPECT_EQ(FileSource::open("/").error().detail, "/: is a directory");
}

TEST(CsvFile, ReadsAFileAndKnowsItsSize) {
  const std::string path = ::testing::TempDir() + "csv_file_test.csv";
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  ASSERT_NE(file, nullptr);
  ASSERT_GE(std::fputs("a,b\n", file), 0);
  ASSERT_EQ(std::fclose(file), 0);
  auto source = FileSource::open(path);
  ASSERT_TRUE(source) << source.error().detail;
  EXPECT_EQ((*source)->bytes(), 4);
  Reader reader(**source);
  Row row;
  ASSERT_TRUE(*reader.next(row));
  EXPECT_EQ(row[1], "b");
  static_cast<void>(std::remove(path.c_str()));
}

TEST(CsvWriter, QuotesOnlyWhatNeedsIt) {
  std::string out;
  const std::string_view fields[] = {"plain", "a,b", "say \"hi\"", "two\nlines", "", " blank "};
  write_row(out, fields);
  EXPECT_EQ(out, "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,\" blank \"\r\n");
}

TEST(CsvWriter, WhatItWritesIsReadBackWhereverTheBytesAreCut) {
  SeededRandom random(20261127);
  const std::vector<std::string> pieces = {"a", ",",          "\"", "\r", "\n", "\r\n", "é", "\xEF\xBB\xBF",
                                           " ", "long words", "漢"};
  for (int round = 0; round < 300; ++round) {
    std::vector<Fields> rows(1 + random.below(4));
    std::string text;
    for (Fields& row : rows) {
      row.resize(1 + random.below(5));
      for (std::string& field : row) {
        for (std::uint64_t i = random.below(5); i > 0; --i)
          field += pieces[random.below(pieces.size())];
      }
      const std::vector<std::string_view> fields(row.begin(), row.end());
      write_row(text, fields);
    }
    EXPECT_EQ(rows_of(text, {}, 1 + random.below(7)), rows) << text;
  }
}

}  // namespace
}  // namespace ff::catalog::csv
