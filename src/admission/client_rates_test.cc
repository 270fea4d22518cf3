#include "admission/client_rates.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace ff::admission {
namespace {

constexpr Instant kNoon{1'800'000'000'000'000};

int served(ClientRates& rates, std::string_view address, int requests, Instant now) {
  int count = 0;
  for (int i = 0; i < requests; ++i)
    count += !rates.refuses(address, now);
  return count;
}

TEST(ClientRates, AClientMayAskInABurstAndThenAtItsRate) {
  ClientRates rates({.per_second = 10, .burst = 20}, 1);
  EXPECT_EQ(served(rates, "192.0.2.1", 100, kNoon), 20);
  EXPECT_EQ(served(rates, "192.0.2.1", 100, kNoon + std::chrono::seconds(1)), 10);
  EXPECT_EQ(served(rates, "192.0.2.1", 100, kNoon + std::chrono::hours(1)), 20);
}

TEST(ClientRates, SaysWhenToComeAgain) {
  ClientRates rates({.per_second = 4, .burst = 1}, 1);
  EXPECT_FALSE(rates.refuses("192.0.2.1", kNoon));
  const auto again = rates.refuses("192.0.2.1", kNoon);
  ASSERT_TRUE(again);
  EXPECT_NEAR(static_cast<double>(again->count()), 250'000, 2);
  EXPECT_FALSE(rates.refuses("192.0.2.1", kNoon + *again));
}

TEST(ClientRates, OneClientTakesNothingFromAnother) {
  ClientRates rates({.per_second = 1, .burst = 5}, 1);
  (void)served(rates, "192.0.2.1", 1000, kNoon);
  EXPECT_EQ(served(rates, "192.0.2.2", 5, kNoon), 5);
}

TEST(ClientRates, AHouseholdIsOneClient) {
  ClientRates rates({.per_second = 1, .burst = 5}, 1);
  EXPECT_EQ(served(rates, "2001:db8:1:2::1", 5, kNoon), 5);
  EXPECT_EQ(served(rates, "2001:db8:1:2:ffff::9", 5, kNoon), 0);
  EXPECT_EQ(served(rates, "2001:db8:1:3::1", 5, kNoon), 5);
}

TEST(ClientRates, WhoeverHasAPrivateAddressIsNotLimited) {
  ClientRates rates({.per_second = 1, .burst = 2}, 1);
  for (const char* address : {"127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
                              "169.254.1.1", "100.64.0.1", "fd00::1", "fe80::1"})
    EXPECT_EQ(served(rates, address, 10, kNoon), 10) << address;
  for (const char* address : {"172.32.0.1", "100.128.0.1", "11.0.0.1", "2001:db8::1"})
    EXPECT_EQ(served(rates, address, 10, kNoon), 2) << address;
}

TEST(ClientRates, AClockSetBackFillsNothingAndTakesNothing) {
  ClientRates rates({.per_second = 1, .burst = 5}, 1);
  (void)served(rates, "192.0.2.1", 3, kNoon);
  EXPECT_EQ(served(rates, "192.0.2.1", 5, kNoon - std::chrono::hours(1)), 2);
}

TEST(ClientRates, AMillionClientsTakeNoMoreMemoryThanTheTable) {
  ClientRates rates({.per_second = 1, .burst = 2}, 1);
  for (int i = 0; i < 1'000'000; ++i)
    EXPECT_FALSE(
        rates.refuses(fmt::format("11.{}.{}.{}", i >> 16, i >> 8 & 255, i & 255), kNoon + Duration(i)));
  // Whoever keeps asking keeps its bucket.
  const Instant later = kNoon + std::chrono::seconds(1);
  EXPECT_EQ(served(rates, "192.0.2.1", 10, later), 2);
}

}  // namespace
}  // namespace ff::admission
