#include "admission/shedder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <queue>
#include <set>
#include <string>

#include "base/random.h"

namespace ff::admission {
namespace {

using http::Priority;
using std::chrono::milliseconds;
using SteadyTime = Shedder::SteadyTime;

TEST(Shedder, ServesEverybodyWhileNobodyWaits) {
  Shedder shedder;
  SteadyTime now{};
  for (int i = 0; i < 10'000; ++i, now += milliseconds(1))
    EXPECT_TRUE(shedder.admits(Priority::kSearch, i % Shedder::kShoppers, milliseconds(1), now));
  EXPECT_EQ(shedder.cut(), 0u);
}

TEST(Shedder, AHiccupOfTheMachineCostsNobodyAnything) {
  Shedder shedder;
  SteadyTime now{};
  for (int i = 0; i < 10'000; ++i, now += milliseconds(1)) {
    const Duration waited = milliseconds(i % 500 < 60 ? 60 : 1);  // stopped for 60 ms twice a second
    EXPECT_TRUE(shedder.admits(Priority::kSearch, i % Shedder::kShoppers, waited, now));
  }
}

TEST(Shedder, FewRequestsAreNotTooManyHoweverLongTheyWait) {
  Shedder shedder;
  SteadyTime now{};
  for (int i = 0; i < 1000; ++i, now += milliseconds(2)) {
    EXPECT_TRUE(shedder.admits(Priority::kSearch, 0, milliseconds(50), now)) << "ten in a window";
  }
}

TEST(Shedder, NeverRefusesAProbe) {
  Shedder shedder;
  SteadyTime now{};
  for (int i = 0; i < 10'000; ++i, now += milliseconds(1)) {
    (void)shedder.admits(Priority::kCheckout, 0, milliseconds(900), now);
    EXPECT_TRUE(shedder.admits(Priority::kProbe, 0, milliseconds(900), now));
  }
  EXPECT_GT(shedder.cut(), 0u);
}

TEST(Shedder, WhoeverIsLetInOnceIsLetInAgain) {
  Shedder shedder;
  SteadyTime now{};
  std::set<std::size_t> let_in, refused;
  for (int i = 0; i < 20'000; ++i, now += std::chrono::microseconds(100)) {
    const std::size_t shopper = static_cast<std::size_t>(i) % Shedder::kShoppers;
    const bool in = shedder.admits(Priority::kBrowse, shopper, milliseconds(i < 5'000 ? 30 : 15), now);
    if (i > 5'000 + 2'000) (in ? let_in : refused).insert(shopper);  // the cut stands: 15 ms are neither
  }
  EXPECT_FALSE(let_in.empty());
  EXPECT_FALSE(refused.empty());
  for (const std::size_t shopper : let_in)
    EXPECT_FALSE(refused.contains(shopper)) << shopper;
}

TEST(ShopperNumber, StaysForAnHourAndThenChanges) {
  const Instant noon{1'800'000'000'000'000 / 3'600'000'000 * 3'600'000'000};
  int same = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string shopper = fmt::format("shopper {}", i);
    const std::size_t number = shopper_number(shopper, noon);
    EXPECT_LT(number, Shedder::kShoppers);
    EXPECT_EQ(number, shopper_number(shopper, noon + std::chrono::minutes(59)));
    same += number == shopper_number(shopper, noon + std::chrono::minutes(61));
  }
  EXPECT_LT(same, 100);
}

// ---- the simulation that its constants were chosen by
// ------------------------------------------------------

struct Traffic {
  Priority priority;
  double share;   // of the requests
  Duration cost;  // of working for one
};
constexpr Duration kRefusalCost = std::chrono::microseconds(6);
constexpr std::array kTraffic = {
    Traffic{Priority::kSearch, 0.20, Duration(150)},
    Traffic{Priority::kBrowse, 0.60, Duration(60)},
    Traffic{Priority::kCart, 0.12, Duration(60)},
    Traffic{Priority::kCheckout, 0.08, Duration(70)},
};

struct Phase {
  double load;  // of what the thread can do
  Duration length;
};
struct Served {
  std::size_t came = 0, admitted = 0;
  Duration longest_wait{0};
  Duration worked{0};  // for those that were admitted
  double share() const { return came == 0 ? 1 : static_cast<double>(admitted) / static_cast<double>(came); }
};
using ByClass = std::array<Served, 6>;

/// One thread, first come first served; requests come at random moments. What each class got in each phase,
/// its first two seconds left out.
std::vector<ByClass> run(Shedder& shedder, const std::vector<Phase>& phases) {
  double mean_cost = 0;
  for (const Traffic& traffic : kTraffic)
    mean_cost += traffic.share * static_cast<double>(traffic.cost.count());
  SeededRandom random(5);
  const auto uniform = [&random] { return (static_cast<double>(random.below(1'000'000)) + 0.5) / 1e6; };
  std::vector<ByClass> outcome;
  double now = 0, free_at = 0;
  for (const Phase& phase : phases) {
    ByClass classes{};
    const double began = now, ends = now + static_cast<double>(phase.length.count());
    while (now < ends) {
      now += -std::log(uniform()) * mean_cost / phase.load;
      double pick = uniform();
      const Traffic* traffic = kTraffic.data();
      while (pick > traffic->share && traffic != &kTraffic.back())
        pick -= (traffic++)->share;
      const double starts = std::max(now, free_at);
      const Duration waited(static_cast<std::int64_t>(starts - now));
      const SteadyTime at{std::chrono::microseconds(static_cast<std::int64_t>(starts))};
      const bool admitted = shedder.admits(traffic->priority, random.below(Shedder::kShoppers), waited, at);
      free_at = starts + static_cast<double>((admitted ? traffic->cost : kRefusalCost).count());
      if (now < began + 2e6) continue;
      Served& served = classes[static_cast<std::size_t>(traffic->priority)];
      ++served.came;
      served.admitted += admitted;
      if (admitted) served.worked += traffic->cost;
      served.longest_wait = std::max(served.longest_wait, waited);
    }
    outcome.push_back(classes);
  }
  return outcome;
}

TEST(ShedderUnderLoad, RefusesTheLeastValuableAndKeepsTheWaitShort) {
  for (const double load : {0.9, 1.5, 2.0, 3.0, 5.0}) {
    Shedder shedder;
    const ByClass got = run(shedder, {{load, std::chrono::seconds(20)}}).front();
    const auto of = [&got](Priority priority) { return got[static_cast<std::size_t>(priority)]; };
    fmt::print(
        "{:.1f}x: search {:.0f} %, browse {:.0f} %, cart {:.0f} %, checkout {:.0f} %, longest wait {} ms\n",
        load, 100 * of(Priority::kSearch).share(), 100 * of(Priority::kBrowse).share(),
        100 * of(Priority::kCart).share(), 100 * of(Priority::kCheckout).share(),
        of(Priority::kCheckout).longest_wait.count() / 1000);
    // At 5x carts and checkouts alone are 1.2 times what the thread can do.
    EXPECT_GE(of(Priority::kCheckout).share(), load > 4 ? 0.95 : 0.99) << load;
    EXPECT_GE(of(Priority::kCart).share(), of(Priority::kBrowse).share() - 0.01) << load;
    EXPECT_GE(of(Priority::kBrowse).share(), of(Priority::kSearch).share() - 0.01) << load;
    EXPECT_LE(of(Priority::kCheckout).longest_wait, milliseconds(100)) << load;
    if (load < 1) {
      EXPECT_GE(of(Priority::kSearch).share(), 0.999);
    }
  }
}

/// Of the thread's time, what went into work that somebody got; and the longest wait of anybody.
struct Use {
  double share = 0;
  Duration longest_wait{0};
};

Use use_of(ShedderSettings settings, double load) {
  constexpr double kCountedUs = 18e6;
  Shedder shedder(settings);
  Use use;
  const ByClass got = run(shedder, {{load, std::chrono::seconds(20)}}).front();
  for (const Served& served : got) {
    use.share += static_cast<double>(served.worked.count()) / kCountedUs;
    use.longest_wait = std::max(use.longest_wait, served.longest_wait);
  }
  return use;
}

TEST(ShedderUnderLoad, NoOtherConstantsServeMoreAtSuchShortWaits) {
  struct Choice {
    const char* name;
    ShedderSettings settings;
  };
  const std::array choices = {
      Choice{"as chosen", {}},
      Choice{"target 5 ms", {.target = milliseconds(5)}},
      Choice{"target 50 ms", {.target = milliseconds(50)}},
      Choice{"window 1 s", {.window = std::chrono::seconds(1), .window_requests = 1'000'000}},
      Choice{"window 100 ms", {.window = milliseconds(100)}},
      Choice{"shed 10 %, restore 5 %", {.shed = 0.10, .restore = 0.05}},
      Choice{"shed 30 %, restore 15 %", {.shed = 0.30, .restore = 0.15}},
  };
  for (const double load : {1.5, 3.0}) {
    const Use chosen = use_of({}, load);
    for (const Choice& choice : choices) {
      const Use use = use_of(choice.settings, load);
      fmt::print("{:.1f}x, {:<24} {:>5.1f} % of the thread in admitted work, longest wait {:>4} ms\n", load,
                 choice.name, 100 * use.share, use.longest_wait.count() / 1000);
      const bool quicker = use.longest_wait <= chosen.longest_wait;
      EXPECT_FALSE(quicker && use.share > chosen.share + 0.03) << choice.name;
    }
  }
}

TEST(ShedderUnderLoad, ServesEverybodyAgainSoonAfterTheSpike) {
  Shedder shedder;
  const auto phases = run(shedder, {{0.5, std::chrono::seconds(5)},
                                    {4.0, std::chrono::seconds(10)},
                                    {0.5, std::chrono::seconds(12)},
                                    {0.5, std::chrono::seconds(3)}});
  EXPECT_LT(phases[1][static_cast<std::size_t>(Priority::kSearch)].share(), 0.2);
  EXPECT_EQ(shedder.cut(), 0u);
  for (const Traffic& traffic : kTraffic)
    EXPECT_EQ(phases[3][static_cast<std::size_t>(traffic.priority)].share(), 1)
        << to_string(traffic.priority);
}

}  // namespace
}  // namespace ff::admission
