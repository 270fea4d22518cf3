#include "sales/sale.h"

#include <gtest/gtest.h>

#include "sales/board.h"
#include "sales/test_process.h"

namespace ff::sales {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Instant kNow{1'700'000'000'000'000};

std::string broken_field(SaleSettings settings) {
  const auto checked = check(std::move(settings));
  return checked || checked.error().fields.empty() ? "" : checked.error().fields[0].field;
}

TEST(SaleId, IsAWordOfLowerCaseLettersDigitsAndDashes) {
  EXPECT_TRUE(SaleId::parse("black-friday-2026"));
  EXPECT_TRUE(SaleId::parse(std::string(64, 'a')));
  for (const std::string& wrong :
       {std::string(), std::string(65, 'a'), std::string("Black"), std::string("a.b"), std::string("a~b"),
        std::string("a b"), std::string("é"), std::string("a\0b", 3)})
    EXPECT_FALSE(SaleId::parse(wrong)) << wrong;
}

TEST(SaleSettings, AreCheckedFieldByField) {
  const SaleSettings good = settings_of("s", kNow);
  EXPECT_TRUE(check(good).has_value());
  const auto with = [&](auto change) {
    SaleSettings settings = good;
    change(settings);
    return broken_field(settings);
  };
  EXPECT_EQ(with([](auto& s) { s.id = SaleId(); }), "id");
  EXPECT_EQ(with([](auto& s) { s.title.clear(); }), "title");
  EXPECT_EQ(with([](auto& s) { s.title = std::string(121, 'a'); }), "title");
  EXPECT_EQ(with([](auto& s) { s.title = "two\nlines"; }), "title");
  EXPECT_EQ(with([](auto& s) { s.ends_at = s.starts_at; }), "ends");
  EXPECT_EQ(with([](auto& s) { s.ends_at = s.starts_at + hours(241); }), "ends");
  EXPECT_EQ(with([](auto& s) { s.per_shopper_max = -1; }), "limit");
  EXPECT_EQ(with([](auto& s) { s.per_shopper_max = 1001; }), "limit");
  EXPECT_EQ(with([](auto& s) { s.auto_after = seconds(0); }), "auto-after");
  EXPECT_EQ(with([](auto& s) { s.pass_for = seconds(1); }), "pass-for");
  EXPECT_EQ(with([](auto& s) { s.rate_max = -1; }), "rate");
  EXPECT_EQ(with([](auto& s) { s.rate_max = std::numeric_limits<double>::quiet_NaN(); }), "rate");
  EXPECT_EQ(with([](auto& s) { s.products = {"a\nb"}; }), "products");
  EXPECT_EQ(with([](auto& s) { s.products = {""}; }), "products");
  EXPECT_EQ(with([](auto& s) {
              s.products.clear();
              for (std::size_t i = 0; i <= kProductsMax; ++i)
                s.products.push_back("p" + std::to_string(i));
            }),
            "products");
}

TEST(SaleSettings, KeepEachProductOnceAndKnowWhatTheyCover) {
  SaleSettings settings = settings_of("s", kNow);
  settings.products = {"z", "a", "z", "m"};
  settings = check(settings).value();
  EXPECT_EQ(settings.products, (std::vector<std::string>{"a", "m", "z"}));
  EXPECT_TRUE(settings.covers("m"));
  EXPECT_FALSE(settings.covers("n"));
  settings.products.clear();
  EXPECT_TRUE(settings.covers("anything"));
}

TEST(Sale, TellsItsSeedFromTheStartOnAndItsCommitmentBefore) {
  SeededRandom random(1);
  const SaleSettings settings = settings_of("s", kNow);
  const Sale sale(settings, SaleSecrets::make(random), first_queue(settings, kNow));
  EXPECT_FALSE(sale.seed(settings.starts_at - Duration(1)));
  ASSERT_TRUE(sale.seed(settings.starts_at));
  EXPECT_EQ(commitment_to(*sale.seed(settings.starts_at)), sale.commitment());
}

TEST(Commitment, IsSha256) {
  // FIPS 180-4 says nothing of 32 zero bytes; this is what sha256sum says.
  EXPECT_EQ(to_hex(commitment_to(Bytes32{})),
            "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
}

TEST(Sale, WithoutAQueueNeverGuardsAndWithOneDoesUntilItsEnd) {
  const SaleSettings on = settings_of("s", kNow);
  const Sale sale(on, {}, first_queue(on, kNow));
  EXPECT_TRUE(sale.guarded(kNow));  // before its start too
  EXPECT_TRUE(sale.guarded(on.starts_at));
  EXPECT_FALSE(sale.guarded(on.ends_at));
  const SaleSettings off = settings_of("s", kNow, Queue::kOff);
  EXPECT_FALSE(Sale(off, {}, first_queue(off, kNow)).guarded(off.starts_at));
  const SaleSettings automatic = settings_of("s", kNow, Queue::kAuto);
  EXPECT_FALSE(Sale(automatic, {}, first_queue(automatic, kNow)).guarded(automatic.starts_at));
}

TEST(Board, TellsWhichSalesLimitAProductWhileTheyRun) {
  SaleSettings one = settings_of("one", kNow, Queue::kOff);
  one.per_shopper_max = 2;
  SaleSettings whole = settings_of("whole", kNow, Queue::kOff);
  whole.products.clear();
  whole.per_shopper_max = 5;
  const SaleSettings none = settings_of("none", kNow);
  std::vector<Posted> posted;
  for (const SaleSettings& s : {whole, one, none})
    posted.push_back({Sale(s, {}, first_queue(s, kNow)), {}, false});
  const Board board(std::move(posted));
  EXPECT_TRUE(board.limits("shirt", kNow).empty());  // not started
  const Instant running = one.starts_at;
  EXPECT_EQ(board.limits("shirt", running),
            (std::vector<PurchaseLimit>{{one.id, 2, one.starts_at, one.ends_at},
                                        {whole.id, 5, whole.starts_at, whole.ends_at}}));
  EXPECT_EQ(board.limits("hat", running),
            (std::vector<PurchaseLimit>{{whole.id, 5, whole.starts_at, whole.ends_at}}));
  EXPECT_TRUE(board.limits("shirt", one.ends_at).empty());
}

TEST(Board, ItsPublicStateHasTheSeedOnlyAfterTheStart) {
  SeededRandom random(1);
  const SaleSettings settings = settings_of("s", kNow);
  const SaleSecrets secrets = SaleSecrets::make(random);
  std::vector<Posted> posted;
  posted.push_back({Sale(settings, secrets, first_queue(settings, kNow)), {}, true});
  const Board board(std::move(posted));
  const auto before = board.public_state("s", kNow).value();
  EXPECT_EQ(before.phase, Phase::kScheduled);
  EXPECT_FALSE(before.seed);
  EXPECT_EQ(before.commitment, to_hex(commitment_to(secrets.seed)));
  EXPECT_TRUE(before.sold_out);
  const auto after = board.public_state("s", settings.starts_at).value();
  EXPECT_EQ(after.phase, Phase::kRunning);
  EXPECT_EQ(after.seed, to_hex(secrets.seed));
  EXPECT_EQ(board.public_state("s", settings.ends_at)->phase, Phase::kOver);
  EXPECT_FALSE(board.public_state("another", kNow));
}

TEST(SaleEdit, DropsALineThatStandsOnlyByAnotherKindOfQueue) {
  const Instant now{1'700'000'000'000'000};
  const SaleSettings before = settings_of("s", now);
  const Sale open(before, {}, first_queue(before, now));
  SaleSettings after = before;
  after.rate_max = 5;
  after.products = {"hat"};
  EXPECT_FALSE(drops_line(open, after, now));
  for (const Queue other : {Queue::kOff, Queue::kAuto}) {
    after.queue = other;
    EXPECT_TRUE(drops_line(open, after, now));
    EXPECT_FALSE(drops_line(open, after, before.ends_at)) << "there is no line any more";
  }
  const SaleSettings calm = settings_of("s", now, Queue::kAuto);
  const Sale closed(calm, {}, first_queue(calm, now));
  after.queue = Queue::kOff;
  EXPECT_FALSE(drops_line(closed, after, now)) << "nobody stands there";
}

}  // namespace
}  // namespace ff::sales
