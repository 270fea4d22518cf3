// webhooks::WebhookStore on a PostgreSQL session: which connection each of its transactions takes.
//
// A template over the store's Session, which only postgres_store.cc knows.
#pragma once

#include "postgres/pool.h"
#include "storage/postgres/webhook_rows.h"

namespace ff::storage::pg {

template <typename Session>
class WebhookPort : public webhooks::WebhookStore {
 public:
  explicit WebhookPort(Session& session_in) : session(session_in) {}

  Task<Result<Subscription>> add(Subscription wanted) override {
    auto work = [&, this](Connection& c) { return add_subscription(c, wanted, session.time); };
    auto outcome = co_await session.template run<Subscription>(Use::kCommit, work);
    co_return outcome;
  }
  Task<Result<std::vector<webhooks::Listed>>> list() override {
    auto work = [](Connection& c) { return list_subscriptions(c); };
    auto outcome = co_await session.template run<std::vector<webhooks::Listed>>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<void>> remove(SubscriptionId id) override {
    auto work = [id](Connection& c) { return remove_subscription(c, id); };
    auto outcome = co_await session.template run<bool>(Use::kCommit, work);
    co_return done(outcome);
  }
  Task<Result<void>> enable(SubscriptionId id) override {
    auto work = [id](Connection& c) { return enable_subscription(c, id); };
    auto outcome = co_await session.template run<bool>(Use::kCommit, work);
    co_return done(outcome);
  }
  Task<Result<webhooks::Claimed>> claim(std::string owner, Duration lease_for) override {
    auto look = [](Connection& c) { return read_subscriptions(c); };
    auto there = co_await session.template run<std::vector<Subscription>>(Use::kRead, look);
    if (!there) co_return tl::unexpected<Error>(std::move(there.error()));
    if (there->empty()) co_return webhooks::Claimed{};
    auto work = [&, this](Connection& c) { return claim_subscriptions(c, owner, lease_for, session.time); };
    auto outcome = co_await session.template run<webhooks::Claimed>(Use::kCommit, work);
    co_return outcome;
  }
  Task<Result<void>> release(SubscriptionId id, std::int64_t fence) override {
    auto work = [=](Connection& c) { return release_subscription(c, id, fence); };
    auto outcome = co_await session.template run<bool>(Use::kCommit, work);
    co_return done(outcome);
  }
  Task<Result<void>> leave(std::string owner) override {
    auto work = [&](Connection& c) { return leave_subscriptions(c, owner); };
    auto outcome = co_await session.template run<bool>(Use::kCommit, work);
    co_return done(outcome);
  }
  Task<Result<std::vector<webhooks::EventBatch>>> events_after(std::int64_t cursor,
                                                               std::int64_t batches_max) override {
    auto work = [=, this](Connection& c) { return pg::events_after(c, horizon, cursor, batches_max); };
    auto outcome = co_await session.template run<std::vector<webhooks::EventBatch>>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<std::vector<Delivery>>> pending(SubscriptionId id) override {
    auto work = [id](Connection& c) { return pending_deliveries(c, id); };
    auto outcome = co_await session.template run<std::vector<Delivery>>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<void>> save(webhooks::Progress progress) override {
    auto work = [&progress](Connection& c) { return save_progress(c, progress); };
    auto outcome = co_await session.template run<bool>(Use::kCommit, work);
    co_return done(outcome);
  }
  Task<Result<std::vector<Delivery>>> dead_letters(std::int64_t limit) override {
    auto work = [limit](Connection& c) { return pg::dead_letters(c, limit); };
    auto outcome = co_await session.template run<std::vector<Delivery>>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<void>> redeliver(DeliveryId id) override {
    auto work = [id](Connection& c) { return pg::redeliver(c, id); };
    auto outcome = co_await session.template run<bool>(Use::kCommit, work);
    co_return done(outcome);
  }
  Task<Result<std::int64_t>> remove_dead_letters(Instant before, std::int64_t limit) override {
    auto work = [=](Connection& c) { return pg::remove_dead_letters(c, before, limit); };
    auto outcome = co_await session.template run<std::int64_t>(Use::kCommit, work);
    co_return outcome;
  }

 private:
  using Connection = postgres::Connection;
  using Use = postgres::Use;
  static Result<void> done(const Result<bool>& outcome) {
    if (!outcome) return tl::unexpected(outcome.error());
    return {};
  }

  Session& session;
  EventHorizon horizon;  // on the store's thread
};

}  // namespace ff::storage::pg
