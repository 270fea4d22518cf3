// The contract of webhooks::WebhookStore. Every adapter passes it.
#include "storage/contract_fixture.h"
#include "storage/postgres/event_horizon.h"

namespace ff::storage {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using webhooks::Delivery;
using webhooks::Progress;
using webhooks::Subscription;

constexpr Duration kLease = seconds(6);

template <typename Adapter>
class WebhookContract : public StoreContract<Adapter> {
 protected:
  webhooks::WebhookStore& port() { return this->shop.store().webhooks(); }
  Subscription added(std::string url = "https://example.org/hook") {
    Subscription wanted;
    wanted.url = std::move(url);
    wanted.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    wanted.events = {"order.placed", "order.paid"};
    return run(port().add(wanted)).value();
  }
  std::vector<webhooks::Lease> claim(const std::string& owner) {
    return run(port().claim(owner, kLease)).value().leases;
  }
  Delivery delivery(const OrderId& order, std::int32_t sequence) {
    Delivery made;
    made.order = order;
    made.sequence = sequence;
    made.type = "order.paid";
    made.body = "{\"type\":\"order.paid\"}";
    made.event_at = this->clock.now();
    made.attempts = 1;
    made.next_attempt_at = this->clock.now() + seconds(5);
    made.error = "HTTP 500";
    return made;
  }
  SeededRandom random{7};
};
TYPED_TEST_SUITE(WebhookContract, Adapters);

TYPED_TEST(WebhookContract, ASubscriptionComesBackAsItWasAdded) {
  const Subscription made = this->added();
  const auto listed = run(this->port().list()).value();
  ASSERT_THAT(listed, SizeIs(1));
  EXPECT_EQ(listed[0].subscription, made);
  EXPECT_TRUE(made.enabled);
  EXPECT_THAT(made.events, ElementsAre("order.placed", "order.paid"));
  EXPECT_TRUE(run(this->port().remove(made.id)).has_value());
  EXPECT_THAT(run(this->port().list()).value(), IsEmpty());
  EXPECT_EQ(run(this->port().remove(made.id)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(run(this->port().enable(made.id)).error().code, ErrorCode::kNotFound);
}

TYPED_TEST(WebhookContract, SubscriptionsAreBounded) {
  for (std::size_t i = 0; i < webhooks::kSubscriptionsMax; ++i)
    this->added();
  EXPECT_EQ(run(this->port().add({})).error().code, ErrorCode::kConflict);
}

TYPED_TEST(WebhookContract, EventsAreReadInOrderFromTheMomentOfSubscribing) {
  const VariantId shirt = this->shop.stocked("shirt", 10);
  this->shop.placed(this->shop.order({{shirt, 1}}, orders::State::kPlaced));
  const Subscription made = this->added();
  EXPECT_THAT(run(this->port().events_after(made.cursor, 10)).value(), IsEmpty());

  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 1}}));
  this->settled(this->move(order, orders::Settlement::Kind::kClaim));
  const auto batches = run(this->port().events_after(made.cursor, 10)).value();
  std::vector<webhooks::Event> events;
  std::int64_t last = made.cursor;
  for (const auto& batch : batches) {
    EXPECT_GT(batch.id, last);
    EXPECT_EQ(batch.at, this->clock.now());
    last = batch.id;
    events.insert(events.end(), batch.events.begin(), batch.events.end());
  }
  EXPECT_THAT(events, ElementsAre(webhooks::Event{order.id, 1, "pending_payment"},
                                  webhooks::Event{order.id, 2, "paid"}));
  EXPECT_THAT(run(this->port().events_after(made.cursor, 1)).value(), ElementsAre(batches[0]));
  EXPECT_THAT(run(this->port().events_after(last, 10)).value(), IsEmpty());
}

TYPED_TEST(WebhookContract, ALeaseHasOneOwnerAndIsTakenOverWhenItExpires) {
  this->added();
  const auto first = this->claim("a");
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_THAT(this->claim("b"), IsEmpty());
  this->clock.advance(kLease - seconds(1));
  const auto renewed = this->claim("a");
  ASSERT_THAT(renewed, SizeIs(1));
  EXPECT_EQ(renewed[0].subscription.fence, first[0].subscription.fence);
  this->clock.advance(seconds(1));
  EXPECT_THAT(this->claim("b"), IsEmpty());
  this->clock.advance(kLease);
  const auto taken = this->claim("b");
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_GT(taken[0].subscription.fence, first[0].subscription.fence);
  EXPECT_THAT(this->claim("a"), IsEmpty());
  EXPECT_TRUE(run(this->port().release(taken[0].subscription.id, first[0].subscription.fence)).has_value());
  EXPECT_THAT(this->claim("b"), SizeIs(1)) << "an old fence released it";
  EXPECT_TRUE(run(this->port().leave("b")).has_value());
  EXPECT_THAT(this->claim("a"), SizeIs(1));
}

TYPED_TEST(WebhookContract, OwnersShareTheSubscriptions) {
  for (int i = 0; i < 4; ++i)
    this->added();
  EXPECT_THAT(this->claim("a"), SizeIs(4));
  EXPECT_THAT(this->claim("b"), IsEmpty());
  int surplus = 0;
  for (const auto& lease : this->claim("a")) {
    if (!lease.surplus) continue;
    ++surplus;
    EXPECT_TRUE(run(this->port().release(lease.subscription.id, lease.subscription.fence)).has_value());
  }
  EXPECT_EQ(surplus, 2);
  EXPECT_THAT(this->claim("b"), SizeIs(2));
  EXPECT_THAT(this->claim("a"), SizeIs(2));
}

TYPED_TEST(WebhookContract, ProgressIsSavedTogetherAndOnlyByTheOwner) {
  const Subscription made = this->added();
  const auto lease = this->claim("a").at(0).subscription;
  const OrderId order{Uuid::v7(this->clock.now(), this->random)};
  Progress progress{made.id, lease.fence, 5, {this->delivery(order, 1), this->delivery(order, 2)}, {}, {}};
  progress.kept[1].dead = true;
  for (int i = 0; i < 2; ++i)  // the second time changes nothing
    ASSERT_TRUE(run(this->port().save(progress)).has_value());
  auto pending = run(this->port().pending(made.id)).value();
  ASSERT_THAT(pending, SizeIs(1));
  progress.kept[0].id = pending[0].id;
  progress.kept[0].subscription = made.id;
  EXPECT_EQ(pending[0], progress.kept[0]);
  const auto listed = run(this->port().list()).value();
  EXPECT_EQ(listed[0].subscription.cursor, 5);
  EXPECT_EQ(listed[0].pending, 1);
  EXPECT_EQ(listed[0].dead, 1);

  Progress stale{made.id, lease.fence - 1, 9, {}, {{order, 1}}, {}};
  EXPECT_EQ(run(this->port().save(stale)).error().code, ErrorCode::kConflict);
  EXPECT_THAT(run(this->port().pending(made.id)).value(), SizeIs(1));
  stale.fence = lease.fence;
  EXPECT_TRUE(run(this->port().save(stale)).has_value());
  EXPECT_THAT(run(this->port().pending(made.id)).value(), IsEmpty());
}

TYPED_TEST(WebhookContract, ADisabledSubscriptionIsServedAgainWhenEnabled) {
  const Subscription made = this->added();
  const auto lease = this->claim("a").at(0).subscription;
  ASSERT_TRUE(run(this->port().save({made.id, lease.fence, made.cursor, {}, {}, "410 Gone"})).has_value());
  EXPECT_THAT(this->claim("a"), IsEmpty());
  EXPECT_EQ(run(this->port().list()).value()[0].subscription.disabled_reason, "410 Gone");
  ASSERT_TRUE(run(this->port().enable(made.id)).has_value());
  EXPECT_THAT(this->claim("a"), SizeIs(1));
}

TYPED_TEST(WebhookContract, ADeadLetterIsListedAndMadePendingAgain) {
  const Subscription made = this->added();
  const auto lease = this->claim("a").at(0).subscription;
  const OrderId order{Uuid::v7(this->clock.now(), this->random)};
  Progress progress{made.id, lease.fence, 1, {this->delivery(order, 1)}, {}, {}};
  progress.kept[0].dead = true;
  ASSERT_TRUE(run(this->port().save(progress)).has_value());
  const auto letters = run(this->port().dead_letters(10)).value();
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(letters[0].error, "HTTP 500");
  ASSERT_TRUE(run(this->port().redeliver(letters[0].id)).has_value());
  EXPECT_THAT(run(this->port().dead_letters(10)).value(), IsEmpty());
  const auto pending = run(this->port().pending(made.id)).value();
  ASSERT_THAT(pending, SizeIs(1));
  EXPECT_EQ(pending[0].attempts, 0);
  EXPECT_GT(this->claim("a").at(0).subscription.revision, lease.revision);
  EXPECT_EQ(run(this->port().redeliver(letters[0].id)).error().code, ErrorCode::kNotFound);
}

TYPED_TEST(WebhookContract, DeadLettersAreRemovedByTheTimeSinceTheyWereGivenUp) {
  const Subscription made = this->added();
  const auto lease = this->claim("a").at(0).subscription;
  Progress progress{made.id, lease.fence, 1, {}, {}, {}};
  for (int i = 0; i < 3; ++i) {
    progress.kept.push_back(this->delivery(OrderId{Uuid::v7(this->clock.now(), this->random)}, 1));
    progress.kept[i].dead = i < 2;
    progress.kept[i].next_attempt_at = this->clock.now() + seconds(i);
  }
  ASSERT_TRUE(run(this->port().save(progress)).has_value());
  const Instant second = progress.kept[1].next_attempt_at;
  EXPECT_EQ(run(this->port().remove_dead_letters(second, 10)).value(), 1);
  const auto left = run(this->port().dead_letters(10)).value();
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].order, progress.kept[1].order);
  EXPECT_EQ(run(this->port().remove_dead_letters(second + seconds(9), 0)).value(), 0);
  EXPECT_EQ(run(this->port().remove_dead_letters(second + seconds(9), 10)).value(), 1);
  EXPECT_THAT(run(this->port().pending(made.id)).value(), SizeIs(1)) << "what is still tried went";
}

// What only PostgreSQL has to mind: ids commit out of order.

TEST(EventHorizon, RowsPassUpToTheFirstGap) {
  pg::EventHorizon horizon;
  const std::int64_t ids[] = {5, 6, 8};
  EXPECT_EQ(horizon.safe(4, ids, 100), 2u);
  EXPECT_EQ(horizon.safe(3, ids, 100), 0u);
}

TEST(EventHorizon, AGapPassesWhenAllWhoCouldFillItHaveEnded) {
  pg::EventHorizon horizon;
  const std::int64_t ids[] = {6};
  ASSERT_EQ(horizon.safe(4, ids, 100), 0u);
  horizon.set_fence(6, 103);
  EXPECT_EQ(horizon.safe(4, ids, 102), 0u);
  EXPECT_EQ(horizon.safe(4, ids, 103), 1u);
  const std::int64_t later[] = {6, 8};
  EXPECT_EQ(horizon.safe(4, later, 110), 1u) << "a new gap needs a new fence";
}

/// The case that a filter by xid alone gets wrong: the older transaction takes the later id.
TEST(PostgresOutbox, NoBatchIsReadWhileAnEarlierIdMayStillCommit) {
  StandingClock clock;
  postgres::TestServer& server = postgres::TestServer::shared();
  const std::string database = server.make_database();
  ASSERT_TRUE(PostgresStore::migrate(server.url(database)).has_value());
  PostgresOptions options;
  options.clock = &clock;
  const std::unique_ptr<Store> store = PostgresStore::open(server.url(database), options).value();
  const auto connect = [&] { return PQconnectdb(server.url(database).c_str()); };
  PGconn* const older = connect();
  PGconn* const younger = connect();
  const auto say = [](PGconn* connection, const char* sql) {
    PGresult* const result = PQexec(connection, sql);
    EXPECT_LE(PQresultStatus(result), PGRES_TUPLES_OK) << sql << ": " << PQerrorMessage(connection);
    PQclear(result);
  };
  constexpr const char* kInsert = "INSERT INTO event_batches (at, events) VALUES (1, '[]')";
  say(older, "BEGIN; SELECT pg_current_xact_id()");
  say(younger, "BEGIN; SELECT pg_current_xact_id()");
  say(younger, kInsert);  // id 1, not committed
  say(older, kInsert);    // id 2, by the older transaction
  say(older, "COMMIT");
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(run(store->webhooks().events_after(0, 10)).value(), IsEmpty());
  say(younger, "COMMIT");
  EXPECT_THAT(run(store->webhooks().events_after(0, 10)).value(), SizeIs(2));

  say(older, "BEGIN");
  say(older, kInsert);  // id 3 is rolled back: a gap for ever
  say(older, "ROLLBACK");
  say(younger, kInsert);
  EXPECT_THAT(run(store->webhooks().events_after(2, 10)).value(), IsEmpty());  // takes the fence
  say(younger, "SELECT pg_current_xact_id()");
  EXPECT_THAT(run(store->webhooks().events_after(2, 10)).value(), SizeIs(1));
  PQfinish(older);
  PQfinish(younger);
}

}  // namespace
}  // namespace ff::storage
