#include "base/nearest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace ff {
namespace {

constexpr std::array<std::string_view, 4> kKnown = {"serve", "seed", "import", "export"};

TEST(Nearest, FindsTheWordBehindATypingError) {
  EXPECT_EQ(nearest("imprt", kKnown), "import");
  EXPECT_EQ(nearest("imoprt", kKnown), "import");
  EXPECT_EQ(nearest("Serve", kKnown), "serve");
  EXPECT_EQ(nearest("exports", kKnown), "export");
}

TEST(Nearest, FindsNothingForAnotherWord) {
  EXPECT_EQ(nearest("frobnicate", kKnown), std::nullopt);
  EXPECT_EQ(nearest("", kKnown), std::nullopt);
  EXPECT_EQ(nearest("x", std::array<std::string_view, 1>{"y"}), std::nullopt);
  EXPECT_EQ(nearest(std::string(10'000, 'i'), kKnown), std::nullopt);
}

TEST(Nearest, TakesTheFirstOfThoseThatAreEquallyNear) { EXPECT_EQ(nearest("zzport", kKnown), "import"); }

}  // namespace
}  // namespace ff
