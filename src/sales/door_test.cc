#include "sales/door.h"

#include <algorithm>
#include <functional>
#include <set>

#include "sales/test_process.h"

namespace ff::sales {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// One process with one sale, which starts in ten minutes.
class DoorTest : public testing::Test {
 protected:
  DoorTest() { put(settings_of("s", clock.now())); }
  void put(const SaleSettings& settings) {
    const auto stored = run(store.sales().put(settings, SaleSecrets::make(random)));
    ASSERT_TRUE(stored.has_value()) << stored.error().detail;
    poll();
  }
  void poll() { ASSERT_TRUE(process.poll().has_value()); }
  void pass(Duration time) {
    for (const Instant until = clock.now() + time; clock.now() < until;) {
      clock.advance(std::chrono::milliseconds(500));
      poll();
    }
  }
  Queued ask(std::string_view tickets = "") {
    return process.queued({tickets, "", cart_of(1), ""}, clock.now());
  }
  Exchange exchange(const std::string& ticket, std::uint8_t cart = 1) {
    return process.exchange(ticket, cart_of(cart), clock.now());
  }

  StandingClock clock;
  storage::MemoryStore store{clock};
  SeededRandom random{5};
  Process process{store, clock, "one"};
};

TEST_F(DoorTest, StandsOpenForProductsOfNoSaleAndForAnEmptyCart) {
  EXPECT_TRUE(process.open({}, clock.now(), "hat"));
  EXPECT_TRUE(
      std::holds_alternative<Open>(process.door.ask({}, std::span<const std::string_view>(), clock.now())));
  EXPECT_FALSE(process.door.ask({}, named("another"), clock.now()));
}

TEST_F(DoorTest, GivesATicketOnceAndShowsNoPlaceBeforeTheStart) {
  const Queued first = ask();
  EXPECT_TRUE(first.ticket_is_new);
  EXPECT_FALSE(first.started);
  EXPECT_FALSE(first.place);
  EXPECT_FALSE(first.estimate_s);
  EXPECT_FALSE(first.reached);
  const Queued again = ask(first.ticket);
  EXPECT_EQ(again.ticket, first.ticket);
  EXPECT_FALSE(again.ticket_is_new);
  const std::uint32_t epoch = run(store.sales().sales()).value().at(0).queue().epoch;
  EXPECT_EQ(process.counts.all(), (std::vector<Issued>{{named("s"), epoch, 0, 1}}));
}

TEST_F(DoorTest, WhoAsksBeforeTheStartIsToldToComeBackAfterIt) {
  clock.advance(minutes(10) - seconds(20));
  std::set<std::int64_t> told;
  for (int i = 0; i < 100; ++i)
    told.insert(ask().retry_after_s);
  EXPECT_GT(*told.begin(), 20);
  EXPECT_LE(*told.rbegin(), 60);
  EXPECT_GT(told.size(), 5u) << "not all at once";
}

TEST_F(DoorTest, AfterTheStartPlacesAreTheDrawAndAreCalledInTheirOrder) {
  std::vector<std::string> tickets;
  for (int i = 0; i < 400; ++i)
    tickets.push_back(ask().ticket);
  pass(minutes(10));
  EXPECT_EQ(ask(tickets[0]).line_length, 400u);
  EXPECT_EQ(ask(tickets[0]).ahead, ask(tickets[0]).place.value() - 1);
  pass(seconds(3));  // about 50 a second
  const auto state = process.door.public_state("s", clock.now()).value();
  const auto seed = parse_bytes32(state.seed.value()).value();
  EXPECT_GT(state.frontier, 50);
  EXPECT_LT(state.frontier, 250);
  int reached = 0;
  for (const std::string& ticket : tickets) {
    const Queued queued = ask(ticket);
    // What anybody can recompute from what is public:
    const double place = drawn_part(seed, parse_ticket_unverified(ticket)->id) * 400;
    EXPECT_EQ(queued.place, static_cast<std::int64_t>(place) + 1);
    EXPECT_EQ(queued.reached, place < process.boards.load()->find("s")->sale.queue().frontier);
    reached += queued.reached;
    if (!queued.reached) {
      EXPECT_GT(queued.estimate_s.value(), 0);
      EXPECT_LE(queued.estimate_s.value(), 8);
      EXPECT_GE(queued.retry_after_s, 2);
      EXPECT_LE(queued.retry_after_s, 8) << "near the front, sooner";
    }
  }
  EXPECT_NEAR(reached, static_cast<double>(state.frontier), 40);
  pass(seconds(10));
  for (const std::string& ticket : tickets)
    EXPECT_TRUE(ask(ticket).reached);
}

/// The least and the most that somebody is told to wait, of many times asked.
std::pair<std::int64_t, std::int64_t> told(const std::function<Queued()>& ask) {
  std::set<std::int64_t> all;
  for (int i = 0; i < 200; ++i)
    all.insert(ask().retry_after_s);
  return {*all.begin(), *all.rbegin()};
}

TEST_F(DoorTest, WhoIsAloneIsToldToComeBackInAMoment) {
  pass(minutes(10) + seconds(3));
  const std::string ticket = ask().ticket;
  EXPECT_EQ(told([&] { return ask(ticket); }), std::pair(std::int64_t{2}, std::int64_t{4}));
  pass(seconds(2));
  EXPECT_TRUE(ask(ticket).reached) << "and by then the place was called";
}

TEST_F(DoorTest, WhoIsFarBackIsToldToComeBackLater) {
  std::vector<std::string> tickets;
  for (int i = 0; i < 1000; ++i)
    tickets.push_back(ask().ticket);
  pass(minutes(10) + seconds(2));  // some 50 places are called a second
  for (const std::string& ticket : tickets) {
    const Queued queued = ask(ticket);
    EXPECT_GE(queued.retry_after_s, std::max<std::int64_t>(2, *queued.estimate_s / 2));
    EXPECT_LE(queued.retry_after_s, std::max<std::int64_t>(4, *queued.estimate_s + 1));
  }
  SaleSettings settings = run(store.sales().sales()).value().front().settings();
  settings.rate_max = 0.001;
  put(settings);
  pass(seconds(2));
  const auto last = std::ranges::max_element(tickets, {}, [&](const auto& t) { return *ask(t).place; });
  EXPECT_EQ(told([&] { return ask(*last); }), std::pair(std::int64_t{50}, std::int64_t{60})) << "bounded";
}

TEST_F(DoorTest, NobodyIsHurriedTowardsEmptyShelves) {
  pass(minutes(10) + seconds(3));
  const std::string ticket = ask().ticket;
  process.sold_out = true;
  poll();
  EXPECT_EQ(told([&] { return ask(ticket); }), std::pair(std::int64_t{5}, std::int64_t{10}));
}

TEST_F(DoorTest, TellsThatATicketWasUsedWithoutUsingIt) {
  const auto spent = [&](std::string ticket, std::optional<CartId> cart) {
    return run(process.door.spent(std::move(ticket), cart, clock.now()));
  };
  const std::string ticket = ask().ticket;
  pass(minutes(10) + seconds(3));
  EXPECT_FALSE(spent(ticket, cart_of(1)));
  EXPECT_FALSE(spent(ticket, std::nullopt)) << "looking is not going in";
  const Instant ends_at = std::get<Admitted>(exchange(ticket, 1)).expires_at;
  EXPECT_FALSE(spent(ticket, cart_of(1))) << "the same cart gets the same pass";
  for (const std::optional<CartId>& other : {std::optional(cart_of(2)), std::optional<CartId>()}) {
    const auto by_another = spent(ticket, other);
    ASSERT_TRUE(by_another);
    EXPECT_TRUE(by_another->by_another);
  }
  clock.advance(minutes(10));
  const auto over = spent(ticket, cart_of(1));
  ASSERT_TRUE(over);
  EXPECT_FALSE(over->by_another);
  EXPECT_EQ(over->ends_at, ends_at);
  process.sales.reads = false;
  EXPECT_FALSE(spent(ticket, cart_of(1))) << "it can't be known: the exchange tells";
}

TEST_F(DoorTest, WhoComesAfterTheStartStandsBehindThoseOfEarlierIntervals) {
  std::vector<std::string> tickets;
  for (int i = 0; i < 1000; ++i)
    tickets.push_back(ask().ticket);
  pass(minutes(10) + seconds(2));
  std::int64_t last_of_earlier = 1000;
  for (int interval = 0; interval < 3; ++interval) {
    std::vector<std::string> late;
    for (int i = 0; i < 20; ++i)
      late.push_back(ask().ticket);
    pass(seconds(2));
    std::int64_t last = 0;
    for (const std::string& ticket : late) {
      EXPECT_GT(ask(ticket).place.value(), last_of_earlier);
      last = std::max(last, ask(ticket).place.value());
    }
    EXPECT_LE(last, last_of_earlier + 20);
    last_of_earlier += 20;
    pass(seconds(3));
  }
}

TEST_F(DoorTest, WhoseTurnHasComeExchangesTheTicketForAPass) {
  const std::string ticket = ask().ticket;
  EXPECT_TRUE(std::holds_alternative<NotYet>(exchange(ticket)));
  pass(minutes(10) + seconds(3));
  ASSERT_TRUE(ask(ticket).reached);
  const Exchange exchanged = exchange(ticket);
  ASSERT_TRUE(std::holds_alternative<Admitted>(exchanged));
  const auto& admitted = std::get<Admitted>(exchanged);
  EXPECT_EQ(admitted.expires_at, clock.now() + minutes(10));
  const std::string_view handles[] = {"hat", "shirt"};
  EXPECT_TRUE(process.open({"", admitted.pass, cart_of(1), ""}, clock.now()));
  EXPECT_TRUE(process.door.open({"", admitted.pass, cart_of(1), ""}, handles, clock.now()));
  EXPECT_FALSE(process.open({"", admitted.pass, cart_of(2), ""}, clock.now())) << "another's pass";
  EXPECT_FALSE(process.open({"", admitted.pass, std::nullopt, ""}, clock.now()));
  EXPECT_FALSE(process.open({"", ticket, cart_of(1), ""}, clock.now())) << "a ticket is no pass";
  EXPECT_FALSE(process.open({"", admitted.pass, cart_of(1), ""}, admitted.expires_at)) << "over";
}

TEST_F(DoorTest, ATicketLetsOneCartInAndTheSameCartTwice) {
  const std::string ticket = ask().ticket;
  pass(minutes(10) + seconds(3));
  const auto first = std::get<Admitted>(exchange(ticket, 1));
  EXPECT_EQ(std::get<Admitted>(exchange(ticket, 1)).pass, first.pass);
  EXPECT_TRUE(std::holds_alternative<Used>(exchange(ticket, 2)));
  clock.advance(minutes(10));
  EXPECT_TRUE(std::holds_alternative<Used>(exchange(ticket, 1))) << "its pass is over";
}

TEST_F(DoorTest, ForgedTicketsAreWorthNothing) {
  const std::string ticket = ask().ticket;
  pass(minutes(10) + seconds(3));
  std::string forged = ticket;
  forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(std::holds_alternative<Invalid>(exchange(forged)));
  EXPECT_TRUE(ask(forged).ticket_is_new);
  EXPECT_TRUE(std::holds_alternative<Invalid>(exchange("")));
  EXPECT_TRUE(std::holds_alternative<Invalid>(exchange("nothing.like-it")));
}

TEST_F(DoorTest, TicketsOfAnotherEpochAreVoid) {
  const std::string ticket = ask().ticket;
  SaleSettings settings = run(store.sales().sales()).value().front().settings();
  settings.queue = Queue::kAuto;
  put(settings);
  settings.version = 2;
  settings.queue = Queue::kOn;
  put(settings);
  const Queued queued = ask(ticket);
  EXPECT_TRUE(queued.ticket_is_new);
  pass(minutes(10) + seconds(3));
  EXPECT_TRUE(std::holds_alternative<Invalid>(exchange(ticket)));
  EXPECT_TRUE(std::holds_alternative<Admitted>(exchange(queued.ticket)));
}

TEST_F(DoorTest, AClientThatTakesTooManyGetsNone) {
  process.gives_tickets = false;
  const Queued queued = ask();
  EXPECT_EQ(queued.ticket, "");
  EXPECT_GT(queued.retry_after_s, 0);
  EXPECT_TRUE(process.counts.all().empty());
}

TEST_F(DoorTest, SaysWhenTheGoodsAreGone) {
  EXPECT_FALSE(ask().sold_out);
  process.sold_out = true;
  poll();
  EXPECT_TRUE(ask().sold_out);
  EXPECT_TRUE(process.door.public_state("s", clock.now())->sold_out);
}

TEST_F(DoorTest, StandsOpenOnceTheSaleIsOver) {
  EXPECT_FALSE(process.open({}, clock.now()));
  clock.advance(hours(3));
  EXPECT_TRUE(process.open({}, clock.now()));
  EXPECT_FALSE(process.door.ask({}, named("s"), clock.now()));
}

TEST_F(DoorTest, OfTwoQueuesBothWantAPass) {
  SaleSettings whole = settings_of("whole", clock.now());
  whole.products.clear();
  put(whole);
  const Queued first = ask();
  EXPECT_EQ(first.sale, named("s"));
  const Queued second = process.queued({first.ticket, "", cart_of(1), ""}, clock.now(), "hat");
  EXPECT_EQ(second.sale, named("whole"));
  pass(minutes(10) + seconds(3));
  const std::string pass = std::get<Admitted>(exchange(first.ticket)).pass;
  EXPECT_EQ(process.queued({"", pass, cart_of(1), ""}, clock.now()).sale, named("whole"));
  const std::string both = keep_token(pass, std::get<Admitted>(exchange(second.ticket)).pass);
  EXPECT_TRUE(process.open({"", both, cart_of(1), ""}, clock.now()));
}

TEST_F(DoorTest, ACartPassesAsManyQueuesAsMayStandAtATime) {
  for (std::size_t i = 1; i < kTokensMax; ++i)
    put(settings_of(std::string(kSaleIdBytesMax - 1, 's') + std::to_string(i), clock.now()));
  const auto more = run(store.sales().put(settings_of("more", clock.now()), SaleSecrets::make(random)));
  ASSERT_FALSE(more.has_value());
  EXPECT_EQ(more.error().code, ErrorCode::kConflict);
  std::string tickets, passes;
  for (const Posted& posted : process.boards.load()->sales()) {
    const auto answer = process.door.ask({tickets, "", cart_of(1), ""}, posted.sale.id(), clock.now());
    tickets = keep_token(tickets, std::get<Queued>(answer.value()).ticket);
  }
  EXPECT_LT(tickets.size(), 2048u) << "browsers keep 4096 of a cookie, and servers read 8192 of all";
  pass(minutes(10) + seconds(3));
  for (std::size_t i = 0; i < kTokensMax; ++i) {
    const Queued queued = process.queued({tickets, passes, cart_of(1), ""}, clock.now());
    ASSERT_FALSE(queued.ticket_is_new);
    passes = keep_token(passes, std::get<Admitted>(exchange(queued.ticket)).pass);
  }
  EXPECT_TRUE(process.open({tickets, passes, cart_of(1), ""}, clock.now()));
}

}  // namespace
}  // namespace ff::sales
