// simulation [--seeds N] [--first S] [any GoogleTest flag]
//
// Runs the checkout protocol under N seeds and checks that every invariant held; then takes each safeguard
// out and expects that some seed notices. Without flags: FF_SIMULATION_SEEDS seeds (2000) from
// FF_SIMULATION_FIRST.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "simulation/world.h"
#include "telemetry/log.h"

namespace ff::simulation {
namespace {

constexpr const char* kSeeds = "FF_SIMULATION_SEEDS";
constexpr const char* kFirst = "FF_SIMULATION_FIRST";

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  const auto number = text == nullptr ? std::nullopt : parse_int(text);
  return number ? static_cast<std::uint64_t>(*number) : otherwise;
}

TEST(Simulation, EveryInvariantHoldsUnderEverySeed) {
  const std::uint64_t first = setting(kFirst, 1), seeds = setting(kSeeds, 2000);
  const auto started = std::chrono::steady_clock::now();
  std::int64_t failed = 0, steps = 0, crashes = 0, orders = 0, paid = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const Outcome outcome = simulate(seed, Sabotage::kNone);
    steps += outcome.steps;
    crashes += outcome.crashes;
    orders += outcome.orders;
    paid += outcome.paid;
    if (outcome.faults.empty()) continue;
    ++failed;
    std::string all;
    for (const std::string& fault : outcome.faults)
      all += "\n  " + fault;
    ADD_FAILURE() << "seed " << seed << " (again with: simulation --seeds 1 --first " << seed << ")" << all;
    if (failed == 20) break;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  fmt::print("{} seeds, {} steps, {} crashes, {} orders, {} paid, {:.1f} s\n", seeds, steps, crashes, orders,
             paid, took.count());
  EXPECT_GT(orders, 0);
}

TEST(Simulation, ASeedGivesTheSameRunEachTime) {
  const std::uint64_t first = setting(kFirst, 1);
  for (std::uint64_t seed = first; seed < first + 20; ++seed) {
    const Outcome once = simulate(seed, Sabotage::kNone);
    EXPECT_EQ(once.trace, simulate(seed, Sabotage::kNone).trace) << "seed " << seed;
    EXPECT_NE(once.trace, simulate(seed + 1, Sabotage::kNone).trace) << "seed " << seed;
  }
}

// The test of the test: without any one of its safeguards the protocol breaks, and the simulation sees it.
class Sabotaged : public testing::TestWithParam<std::pair<Sabotage, std::string_view>> {};

TEST_P(Sabotaged, IsNoticed) {
  constexpr std::uint64_t kSeedsMax = 2000;
  const std::uint64_t first = setting(kFirst, 1);
  for (std::uint64_t seed = first; seed < first + kSeedsMax; ++seed) {
    const Outcome outcome = simulate(seed, GetParam().first);
    if (outcome.faults.empty()) continue;
    fmt::print("{}: noticed with seed {}: {}\n", GetParam().second, seed, outcome.faults.front());
    return;
  }
  ADD_FAILURE() << "not noticed in " << kSeedsMax << " seeds";
}

INSTANTIATE_TEST_SUITE_P(Safeguards, Sabotaged, testing::ValuesIn(kSabotages), [](const auto& each) {
  std::string name;
  for (const char c : each.param.second)
    name += c == '-' ? '_' : c;
  return name;
});

}  // namespace
}  // namespace ff::simulation

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--seeds") setenv(ff::simulation::kSeeds, argv[i + 1], 1);
    if (flag == "--first") setenv(ff::simulation::kFirst, argv[i + 1], 1);
  }
  ff::log::set_level(ff::log::Level::kError);
  return RUN_ALL_TESTS();
}
