// The contract of sales, their queues and passes, on every adapter.
#include "storage/contract_fixture.h"

namespace ff::storage {
namespace {

using sales::BucketCount;
using sales::PassGranted;
using sales::ProcessReport;
using sales::Queue;
using sales::Sale;
using sales::SaleId;
using sales::SaleSecrets;
using sales::SaleSettings;
using sales::TicketId;
using sales::TicketUsed;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

SaleId named(std::string_view id) { return SaleId::parse(id).value(); }
TicketId ticket(std::uint8_t first) { return {first, 200, 7}; }
CartId cart_of(std::uint8_t first) { return {{{first, 1, 2, 255}}}; }

template <typename Adapter>
class SalesContract : public StoreContract<Adapter> {
 protected:
  sales::SaleStore& store() { return this->shop.store().sales(); }

  SaleSettings settings(std::string_view id, Queue queue = Queue::kOn) {
    SaleSettings made;
    made.id = named(id);
    made.title = "Soldes d'été";
    made.products = {"a-shirt", "z", "ünder,wear"};
    made.starts_at = this->clock.now() + hours(1);
    made.ends_at = this->clock.now() + hours(2);
    made.per_shopper_max = 2;
    made.queue = queue;
    made.auto_after = seconds(7);
    made.pass_for = minutes(3);
    made.rate_max = 12.5;
    return made;
  }
  SaleSecrets secrets() { return SaleSecrets::make(random); }
  Result<Sale> try_put(SaleSettings wanted) { return run(store().put(std::move(wanted), secrets())); }
  Sale put(SaleSettings wanted) {
    auto stored = try_put(std::move(wanted));
    EXPECT_TRUE(stored.has_value()) << stored.error().detail;
    return stored.value_or(Sale{});
  }
  std::vector<Sale> all() { return run(store().sales()).value(); }
  Sale only() {
    const auto listed = all();
    EXPECT_EQ(listed.size(), 1u);
    return listed.empty() ? Sale{} : listed.front();
  }
  bool change_queue(const SaleId& id, sales::QueueState next) {
    return run(store().change_queue(id, next)).value();
  }
  std::vector<BucketCount> arrivals(std::string_view id, std::uint32_t epoch = 1, std::uint32_t since = 0) {
    return run(store().arrivals(named(id), epoch, since)).value();
  }
  void report(std::string process, std::vector<sales::Issued> issued) {
    auto told = run(store().report({std::move(process), 0, Duration(0)}, std::move(issued)));
    EXPECT_TRUE(told.has_value()) << told.error().detail;
  }
  Result<sales::AdmitOutcome> admit(std::string_view id, const TicketId& which, const CartId& cart,
                                    std::uint32_t epoch = 1) {
    return run(store().admit(named(id), epoch, which, cart, minutes(10)));
  }
  void forget(Duration kept_for) { EXPECT_TRUE(run(store().forget(kept_for)).has_value()); }

  SeededRandom random{7};
};
TYPED_TEST_SUITE(SalesContract, Adapters);

TYPED_TEST(SalesContract, ANewSaleIsReadAsItWasStored) {
  EXPECT_THAT(this->all(), IsEmpty());
  const SaleSettings wanted = this->settings("black-friday");
  const SaleSecrets secrets = this->secrets();
  const Sale stored = run(this->store().put(wanted, secrets)).value();
  const Sale read = this->only();
  SaleSettings expected = wanted;
  expected.version = 1;
  EXPECT_EQ(read.settings(), expected);
  EXPECT_EQ(read.settings(), stored.settings());
  EXPECT_EQ(read.secrets_for_store(), secrets);
  EXPECT_EQ(read.commitment(), sales::commitment_to(secrets.seed));
  EXPECT_EQ(read.queue(), stored.queue());
  EXPECT_TRUE(read.queue().open);
  EXPECT_EQ(read.queue().opened_at, wanted.starts_at);
}

TYPED_TEST(SalesContract, SalesAreListedByTheirIds) {
  this->put(this->settings("b"));
  this->put(this->settings("a-2"));
  this->put(this->settings("a"));
  std::vector<std::string> ids;
  for (const Sale& sale : this->all())
    ids.push_back(sale.id().text());
  EXPECT_THAT(ids, ElementsAre("a", "a-2", "b"));
}

TYPED_TEST(SalesContract, AnEditKeepsTheSecretsAndTheEpochAndRaisesTheVersion) {
  const Sale first = this->put(this->settings("s"));
  SaleSettings edit = first.settings();
  edit.title = "Another";
  edit.products.clear();
  edit.starts_at = edit.starts_at + minutes(5);
  this->put(edit);
  const Sale read = this->only();
  EXPECT_EQ(read.settings().title, "Another");
  EXPECT_THAT(read.settings().products, IsEmpty());
  EXPECT_EQ(read.settings().version, 2);
  EXPECT_EQ(read.secrets_for_store(), first.secrets_for_store());
  EXPECT_EQ(read.queue().epoch, first.queue().epoch);
  EXPECT_EQ(read.queue().opened_at, edit.starts_at);
}

TYPED_TEST(SalesContract, AnEditOfAnOldVersionIsRefused) {
  const Sale first = this->put(this->settings("s"));
  this->put(first.settings());
  const auto late = this->try_put(first.settings());
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, ErrorCode::kConflict);
}

TYPED_TEST(SalesContract, AnIdIsTakenOnce) {
  this->put(this->settings("s"));
  const auto again = this->try_put(this->settings("s"));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
}

TYPED_TEST(SalesContract, ASaleThatHasStartedKeepsItsStart) {
  const Sale first = this->put(this->settings("s"));
  this->clock.advance(hours(1));
  SaleSettings edit = first.settings();
  edit.starts_at = edit.starts_at + minutes(5);
  const auto moved = this->try_put(edit);
  ASSERT_FALSE(moved.has_value());
  EXPECT_EQ(moved.error().code, ErrorCode::kConflict);
  edit.starts_at = first.settings().starts_at;
  edit.ends_at = edit.ends_at + minutes(5);
  EXPECT_EQ(this->put(edit).settings().ends_at, edit.ends_at);
}

TYPED_TEST(SalesContract, AnotherKindOfQueueIsAnotherEpoch) {
  const Sale first = this->put(this->settings("s", Queue::kAuto));
  EXPECT_FALSE(first.queue().open);
  SaleSettings edit = first.settings();
  edit.queue = Queue::kOn;
  EXPECT_TRUE(this->put(edit).queue().open);
  EXPECT_GT(this->only().queue().epoch, first.queue().epoch);
}

TYPED_TEST(SalesContract, ThereIsABoundOnSales) {
  for (std::size_t i = 0; i < sales::kSalesMax; ++i)
    this->put(this->settings("s" + std::to_string(i), Queue::kOff));
  const auto more = this->try_put(this->settings("more", Queue::kOff));
  ASSERT_FALSE(more.has_value());
  EXPECT_EQ(more.error().code, ErrorCode::kConflict);
  EXPECT_TRUE(run(this->store().remove(named("s3"))).has_value());
  this->put(this->settings("more", Queue::kOff));
}

TYPED_TEST(SalesContract, NoMoreQueuesStandAtATimeThanAShopperHoldsPlacesIn) {
  for (std::size_t i = 0; i < sales::kTokensMax; ++i)
    this->put(this->settings("s" + std::to_string(i), Queue::kAuto));
  const auto refused = [&](const SaleSettings& wanted) {
    const auto stored = this->try_put(wanted);
    return !stored && stored.error().code == ErrorCode::kConflict;
  };
  SaleSettings more = this->settings("more", Queue::kAuto);
  EXPECT_TRUE(refused(more));
  more.queue = Queue::kOff;
  const Sale limit_only = this->put(more);
  more = limit_only.settings();
  more.queue = Queue::kOn;
  EXPECT_TRUE(refused(more)) << "an edit counts as well";
  SaleSettings later = this->settings("later", Queue::kAuto);
  later.starts_at = this->clock.now() + hours(2);
  later.ends_at = this->clock.now() + hours(3);
  const Sale after = this->put(later);
  later = after.settings();
  later.queue = Queue::kOn;
  EXPECT_TRUE(refused(later)) << "it would stand from now on";
  this->clock.advance(hours(2));
  this->put(later);
}

TYPED_TEST(SalesContract, ARemovedSaleTakesItsLineAndPassesAlong) {
  this->put(this->settings("s"));
  this->report("p", {{named("s"), 1, 0, 5}});
  EXPECT_TRUE(this->admit("s", ticket(1), cart_of(1)).has_value());
  EXPECT_TRUE(run(this->store().remove(named("s"))).has_value());
  EXPECT_THAT(this->all(), IsEmpty());
  const auto gone = this->admit("s", ticket(1), cart_of(2));
  ASSERT_FALSE(gone.has_value());
  EXPECT_EQ(gone.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(run(this->store().remove(named("s"))).error().code, ErrorCode::kNotFound);
  this->put(this->settings("s"));
  EXPECT_THAT(this->arrivals("s"), IsEmpty());
  EXPECT_TRUE(std::holds_alternative<PassGranted>(this->admit("s", ticket(1), cart_of(2)).value()));
}

TYPED_TEST(SalesContract, WhatShoppersHadOfARemovedSaleDoesNotCountInOneThatIsSetAgain) {
  this->put(this->settings("s"));
  const VariantId shirt = this->shop.stocked("shirt", 9);
  const auto buy = [&] {
    orders::NewOrder made = this->shop.order({{shirt, 2}}, orders::State::kPlaced);
    made.limits.push_back({"s", "ada", 2, 2});
    return this->shop.place({made}).at(0);
  };
  EXPECT_TRUE(std::holds_alternative<orders::Placed>(buy()));
  EXPECT_TRUE(std::holds_alternative<orders::OverLimit>(buy()));
  EXPECT_TRUE(run(this->store().remove(named("s"))).has_value());
  this->put(this->settings("s"));
  EXPECT_TRUE(std::holds_alternative<orders::Placed>(buy()));
}

TYPED_TEST(SalesContract, ASaleMayBeRemovedWhileTicketsOfItAreCountedAndExchanged) {
  for (int round = 0; round < 10; ++round) {
    this->put(this->settings("s"));
    this->report("p", {{named("s"), 1, 0, 1}});
    asio::io_context context;
    const auto gone = [](const Error& error) { return error.code == ErrorCode::kNotFound; };
    const auto exchange = [&](std::uint8_t n) -> Task<void> {
      SaleId id = named("s");
      auto outcome = co_await this->store().admit(std::move(id), 1, ticket(n), cart_of(n), minutes(10));
      EXPECT_TRUE(outcome || gone(outcome.error())) << outcome.error().detail;
    };
    const auto tell = [&](std::uint64_t n) -> Task<void> {
      ProcessReport mine{"p", 0, Duration(0)};
      std::vector<sales::Issued> issued{{named("s"), 1, 0, n + 2},
                                        {named("s"), 1, static_cast<std::uint32_t>(n + 1), 1}};
      auto told = co_await this->store().report(std::move(mine), std::move(issued));
      EXPECT_TRUE(told.has_value()) << told.error().detail;
    };
    const auto remove = [&]() -> Task<void> {
      SaleId id = named("s");
      auto removed = co_await this->store().remove(std::move(id));
      EXPECT_TRUE(removed.has_value()) << removed.error().detail;
    };
    const auto ended = [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); };
    for (std::uint8_t n = 0; n < 12; ++n) {
      asio::co_spawn(context, exchange(n), ended);
      asio::co_spawn(context, tell(n), ended);
      if (n == 3) asio::co_spawn(context, remove(), ended);
    }
    context.run();
    EXPECT_THAT(this->all(), IsEmpty());
  }
}

TYPED_TEST(SalesContract, AQueueIsMovedByWhoKnowsItsVersion) {
  const Sale sale = this->put(this->settings("s"));
  sales::QueueState next = sale.queue();
  next.frontier = 12.345678;
  next.rate = 40.5;
  next.moved_at = this->clock.now();
  next.token = 3;
  EXPECT_TRUE(this->change_queue(sale.id(), next));
  EXPECT_FALSE(this->change_queue(sale.id(), next)) << "its version has passed";
  ++next.version;
  EXPECT_EQ(this->only().queue(), next);
  EXPECT_EQ(this->only().settings(), sale.settings());
  EXPECT_FALSE(this->change_queue(named("another"), next));
}

TYPED_TEST(SalesContract, ALeaderThatAnotherHasFollowedMovesNothing) {
  const Sale sale = this->put(this->settings("s"));
  sales::QueueState next = sale.queue();
  next.token = 3;
  ASSERT_TRUE(this->change_queue(sale.id(), next));
  sales::QueueState late = this->only().queue();
  late.token = 2;
  late.frontier = 1000;
  EXPECT_FALSE(this->change_queue(sale.id(), late));
  late.token = 4;
  EXPECT_TRUE(this->change_queue(sale.id(), late));
}

TYPED_TEST(SalesContract, AnEditMakesALeaderDecideAnew) {
  const Sale sale = this->put(this->settings("s"));
  this->put(sale.settings());
  sales::QueueState next = sale.queue();
  next.frontier = 5;
  EXPECT_FALSE(this->change_queue(sale.id(), next));
}

TYPED_TEST(SalesContract, ReportsSetCountsAndAddThemOverProcesses) {
  this->put(this->settings("s"));
  this->report("one", {{named("s"), 1, 0, 5}, {named("s"), 1, 2, 3}});
  this->report("two", {{named("s"), 1, 2, 4}, {named("s"), 1, 9, 1}});
  this->report("two", {{named("s"), 1, 2, 4}, {named("s"), 1, 9, 1}});  // twice: nothing is added
  const std::vector<BucketCount> all{{0, 5}, {2, 7}, {9, 1}};
  EXPECT_EQ(this->arrivals("s"), all);
  this->report("one", {{named("s"), 1, 2, 30}});
  this->report("one", {{named("s"), 1, 2, 29}});  // an older one, late
  const std::vector<BucketCount> later{{2, 34}, {9, 1}};
  EXPECT_EQ(this->arrivals("s", 1, 1), later);
  EXPECT_THAT(this->arrivals("s", 2), IsEmpty());
}

TYPED_TEST(SalesContract, AReportOfASaleThatIsGoneIsLeftOut) {
  this->put(this->settings("s"));
  this->report("one", {{named("gone"), 1, 0, 5}, {named("s"), 1, 0, 3}});
  EXPECT_THAT(this->arrivals("gone"), IsEmpty());
  EXPECT_THAT(this->arrivals("s"), ElementsAre(BucketCount{0, 3}));
}

TYPED_TEST(SalesContract, ASaleUnderTheNameOfOneThatWasRemovedCountsNoneOfItsTickets) {
  const std::uint32_t removed = this->put(this->settings("s")).queue().epoch;
  EXPECT_TRUE(run(this->store().remove(named("s"))).has_value());
  this->clock.advance(seconds(1));
  const std::uint32_t present = this->put(this->settings("s")).queue().epoch;
  this->report("late", {{named("s"), removed, 0, 5}});
  EXPECT_THAT(this->arrivals("s", present), IsEmpty());
}

TYPED_TEST(SalesContract, ProcessesAreThoseThatWereHeardOfAndTheirReportsAge) {
  EXPECT_TRUE(run(this->store().report({"b", 120.5, seconds(3)}, {})).has_value());
  this->clock.advance(seconds(4));
  EXPECT_TRUE(run(this->store().report({"a", 0, Duration(0)}, {})).has_value());
  const auto both = run(this->store().processes(seconds(10))).value();
  EXPECT_THAT(both, ElementsAre(ProcessReport{"a", 0, Duration(0), Duration(0)},
                                ProcessReport{"b", 120.5, seconds(3), seconds(4)}));
  this->clock.advance(seconds(6));
  EXPECT_THAT(run(this->store().processes(seconds(10))).value(),
              ElementsAre(ProcessReport{"a", 0, Duration(0), seconds(6)}));
}

TYPED_TEST(SalesContract, ATicketLetsOneCartInForATime) {
  this->put(this->settings("s"));
  const Instant ends = this->clock.now() + minutes(10);
  EXPECT_EQ(this->admit("s", ticket(1), cart_of(1)).value(), sales::AdmitOutcome(PassGranted{ends}));
  this->clock.advance(minutes(1));
  EXPECT_EQ(this->admit("s", ticket(1), cart_of(1)).value(), sales::AdmitOutcome(PassGranted{ends}));
  EXPECT_EQ(this->admit("s", ticket(1), cart_of(2)).value(), sales::AdmitOutcome(TicketUsed{}));
  EXPECT_TRUE(std::holds_alternative<PassGranted>(this->admit("s", ticket(2), cart_of(2)).value()));
  this->clock.advance(minutes(9));
  EXPECT_EQ(this->admit("s", ticket(1), cart_of(1)).value(), sales::AdmitOutcome(TicketUsed{}));
}

TYPED_TEST(SalesContract, WhoWentInWithATicketIsKnownWithoutExchangingIt) {
  this->put(this->settings("s"));
  const auto entry = [&](std::uint8_t n) { return run(this->store().entry(named("s"), ticket(n))).value(); };
  EXPECT_EQ(entry(1), std::nullopt);
  const Instant ends = this->clock.now() + minutes(10);
  EXPECT_TRUE(this->admit("s", ticket(1), cart_of(1)).has_value());
  EXPECT_EQ(entry(1), (sales::Entry{cart_of(1), ends}));
  EXPECT_EQ(entry(2), std::nullopt);
  this->clock.advance(minutes(11));
  EXPECT_EQ(entry(1), (sales::Entry{cart_of(1), ends})) << "also when its pass is over";
  EXPECT_TRUE(run(this->store().remove(named("s"))).has_value());
  EXPECT_EQ(entry(1), std::nullopt);
}

TYPED_TEST(SalesContract, OfManyCopiesOfATicketThatAreExchangedAtOnceOneIsAdmitted) {
  this->put(this->settings("s"));
  asio::io_context context;
  int granted = 0, used = 0;
  const auto exchange = [&](std::uint8_t n) -> Task<void> {
    SaleId id = named("s");
    auto outcome = co_await this->store().admit(std::move(id), 1, ticket(9), cart_of(n), minutes(10));
    EXPECT_TRUE(outcome.has_value()) << outcome.error().detail;
    if (outcome) ++(std::holds_alternative<PassGranted>(*outcome) ? granted : used);
  };
  for (std::uint8_t n = 0; n < 50; ++n)
    asio::co_spawn(context, exchange(n), [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
  context.run();
  EXPECT_EQ(granted, 1);
  EXPECT_EQ(used, 49);
}

TYPED_TEST(SalesContract, WhatIsPastIsForgottenAndNothingElse) {
  const Sale running = this->put(this->settings("running"));
  SaleSettings past = this->settings("past");
  past.ends_at = past.starts_at + minutes(1);
  const std::uint32_t of_past = this->put(past).queue().epoch;
  const std::uint32_t over = running.queue().epoch, now = over + 1;
  this->report(
      "p", {{named("running"), over, 0, 5}, {named("running"), now, 1, 6}, {named("past"), of_past, 0, 7}});
  ASSERT_TRUE(this->admit("past", ticket(1), cart_of(1), of_past).has_value());
  ASSERT_TRUE(this->admit("running", ticket(1), cart_of(1), over).has_value());
  ASSERT_TRUE(this->admit("running", ticket(2), cart_of(1), now).has_value());
  sales::QueueState next = running.queue();
  next.epoch = now;
  ASSERT_TRUE(this->change_queue(running.id(), next));
  this->clock.advance(minutes(90));
  this->forget(hours(24));  // nothing is that old, but for the epoch that is over
  EXPECT_THAT(this->arrivals("past", of_past), ElementsAre(BucketCount{0, 7}));
  EXPECT_THAT(this->arrivals("running", over), IsEmpty());
  this->forget(minutes(1));
  EXPECT_THAT(this->arrivals("past", of_past), IsEmpty());
  EXPECT_THAT(this->arrivals("running", now), ElementsAre(BucketCount{1, 6}));
  EXPECT_EQ(this->all().size(), 2u);
  // A ticket whose row is there is used up; one whose row was deleted would let another in.
  EXPECT_TRUE(std::holds_alternative<TicketUsed>(this->admit("running", ticket(2), cart_of(2), now).value()));
  EXPECT_TRUE(
      std::holds_alternative<PassGranted>(this->admit("past", ticket(1), cart_of(2), of_past).value()));
  EXPECT_THAT(run(this->store().processes(hours(48))).value(), IsEmpty());
}

}  // namespace
}  // namespace ff::storage
