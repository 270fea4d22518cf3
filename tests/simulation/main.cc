// simulation [--seeds N] [--first S] [any GoogleTest flag]
// simulation --seed S [--without SAFEGUARD]                    tells what happens under one seed
// simulation --history FOLDER [--seeds N] [--first S] [--without SAFEGUARD]
//
// Runs the checkout protocol under N seeds and checks that every invariant held; then takes each safeguard
// out and expects that some seed notices. Without flags: FF_SIMULATION_SEEDS seeds (20000) from
// FF_SIMULATION_FIRST (1). With a folder: writes what the shoppers saw under each seed, for
// tests/support/history.py.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include "base/text.h"
#include "simulation/world.h"
#include "telemetry/log.h"

namespace ff::simulation {
namespace {

constexpr const char* kSeeds = "FF_SIMULATION_SEEDS";
constexpr const char* kFirst = "FF_SIMULATION_FIRST";
constexpr std::uint64_t kSeedsByDefault = 20'000;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  const auto number = text == nullptr ? std::nullopt : parse_int(text);
  return number ? static_cast<std::uint64_t>(*number) : otherwise;
}

TEST(Simulation, EveryInvariantHoldsUnderEverySeed) {
  const std::uint64_t first = setting(kFirst, 1), seeds = setting(kSeeds, kSeedsByDefault);
  const auto started = std::chrono::steady_clock::now();
  std::int64_t failed = 0, steps = 0, crashes = 0, jumps = 0, orders = 0, paid = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const Outcome outcome = simulate(seed, Sabotage::kNone);
    steps += outcome.steps;
    crashes += outcome.crashes;
    jumps += outcome.jumps;
    orders += outcome.orders;
    paid += outcome.paid;
    if (outcome.faults.empty()) continue;
    ++failed;
    std::string all;
    for (const std::string& fault : outcome.faults)
      all += "\n  " + fault;
    ADD_FAILURE() << "seed " << seed << " (again with: simulation --seed " << seed << ")" << all;
    if (failed == 20) break;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  fmt::print("{} seeds, {} steps, {} crashes, {} jumps of a clock, {} orders, {} paid, {:.1f} s\n", seeds,
             steps, crashes, jumps, orders, paid, took.count());
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
class Without : public testing::TestWithParam<Safeguard> {};

TEST_P(Without, ItBreaksAndIsNoticed) {
  const std::uint64_t first = setting(kFirst, 1);
  for (std::uint64_t seed = first; seed < first + GetParam().seeds_max; ++seed) {
    const Outcome outcome = simulate(seed, GetParam().taken_out);
    if (outcome.faults.empty()) continue;
    fmt::print("without {}: noticed after {} seeds of at most {}: {}\n", GetParam().name, seed - first + 1,
               GetParam().seeds_max, outcome.faults.front());
    return;
  }
  ADD_FAILURE() << "not noticed in " << GetParam().seeds_max << " seeds";
}

INSTANTIATE_TEST_SUITE_P(Safeguard, Without, testing::ValuesIn(kSafeguards), [](const auto& each) {
  std::string name;
  for (const char c : each.param.name)
    name += c == '-' ? '_' : c;
  return name;
});

std::optional<Sabotage> sabotage_of(std::string_view name) {
  for (const Safeguard& each : kSafeguards) {
    if (each.name == name) return each.taken_out;
  }
  return std::nullopt;
}

// Exit codes: 0 all held, 1 something did not (or could not be written).
int tell(std::uint64_t seed, Sabotage sabotage) {
  const Outcome outcome = simulate(seed, sabotage, {.trace = true});
  fmt::print("seed {}: {}\n", seed, outcome.faults.empty() ? "every invariant held" : "BROKEN");
  for (const std::string& fault : outcome.faults)
    fmt::print("  {}\n", fault);
  return outcome.faults.empty() ? 0 : 1;
}

int write_histories(const std::string& folder, Sabotage sabotage) {
  const std::uint64_t first = setting(kFirst, 1), seeds = setting(kSeeds, kSeedsByDefault);
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const Outcome outcome = simulate(seed, sabotage, {.history = true});
    std::ofstream file(fmt::format("{}/{}.jsonl", folder, seed));
    file << outcome.history;
    if (!file.flush()) {
      fmt::print(stderr, "simulation: can't write into {}\n", folder);
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace ff::simulation

int main(int argc, char** argv) {
  using namespace ff::simulation;
  testing::InitGoogleTest(&argc, argv);
  ff::log::set_level(ff::log::Level::kError);
  Sabotage sabotage = Sabotage::kNone;
  std::optional<std::uint64_t> seed;
  std::string folder;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i], value = argv[i + 1];
    if (flag == "--seeds") setenv(kSeeds, argv[i + 1], 1);
    if (flag == "--first") setenv(kFirst, argv[i + 1], 1);
    if (flag == "--history") folder = value;
    if (flag == "--seed") {
      const auto number = ff::parse_int(value);
      if (!number) {
        fmt::print(stderr, "simulation: --seed wants a number, not {}\n", value);
        return 2;
      }
      seed = static_cast<std::uint64_t>(*number);
    }
    if (flag != "--without") continue;
    const std::optional<Sabotage> named = sabotage_of(value);
    if (!named) {
      fmt::print(stderr, "simulation: no safeguard is called {}\n", value);
      return 2;
    }
    sabotage = *named;
  }
  if (seed) return tell(*seed, sabotage);
  if (!folder.empty()) return write_histories(folder, sabotage);
  return RUN_ALL_TESTS();
}
