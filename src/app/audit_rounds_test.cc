// When a running server audits, and what it shows meanwhile.
#include "app/audit_rounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <string>

#include "base/testing/simulated_time.h"
#include "payments/memory_gateway.h"
#include "storage/memory/memory_store.h"

namespace ff::app {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// One process of a shop without orders, whose time moves as the test says.
class AuditRoundsTest : public testing::Test, protected SimulatedTime {
 protected:
  AuditRoundsTest() : SimulatedTime(Instant{1'700'000'000'000'000}) {}
  ~AuditRoundsTest() override {
    rounds.stop();
    pass(seconds(1));
  }
  void begin() {
    asio::co_spawn(context, rounds.run([this] { return leads; }), asio::detached);
    poll();
  }
  /// As it is told to Prometheus.
  double told(const std::string& series) const {
    const std::string page = metrics.openmetrics();
    return std::stod(page.substr(page.find("\n" + series + " ") + series.size() + 2));
  }
  double clean() const { return told(R"(ff_audit_runs_total{outcome="clean"})"); }
  double last_success_s() const { return told("ff_audit_last_success_timestamp_seconds"); }

  storage::MemoryStore store{clock};
  payments::MemoryLedger ledger;
  payments::MemoryGateway gateway{ledger, clock,
                                  [](payments::Operation, const std::string&) { return payments::Fate{}; },
                                  [](Duration, const std::function<void()>& act) { act(); }};
  telemetry::Registry metrics;
  bool leads = true;
  AuditRounds rounds{store.orders(), gateway, clock, {minutes(10), 1000}, metrics};
};

TEST_F(AuditRoundsTest, AProcessThatHasJustStartedAuditsWithinAMinuteAndThenInItsRhythm) {
  begin();
  pass(seconds(20));
  EXPECT_EQ(clean(), 0);
  pass(seconds(20));
  EXPECT_EQ(clean(), 1);
  EXPECT_GT(last_success_s(), 0);
  pass(minutes(9));
  EXPECT_EQ(clean(), 1);
  pass(minutes(1));
  EXPECT_EQ(clean(), 2);
}

TEST_F(AuditRoundsTest, WhoTakesTheLeadAuditsWithinAMinuteHoweverLongItHasRun) {
  leads = false;
  begin();
  pass(minutes(25));
  EXPECT_EQ(clean(), 0);
  leads = true;
  pass(seconds(40));
  EXPECT_EQ(clean(), 1);
}

TEST_F(AuditRoundsTest, WhoLosesTheLeadShowsNothingAnyLongerButAuditsAgainWhenItComesBack) {
  begin();
  pass(minutes(1));
  EXPECT_GT(last_success_s(), 0);
  leads = false;
  pass(seconds(1));
  EXPECT_EQ(last_success_s(), 0);
  leads = true;
  pass(minutes(1));
  EXPECT_EQ(clean(), 2);
  EXPECT_GT(last_success_s(), 0);
}

}  // namespace
}  // namespace ff::app
