// webhooks::WebhookStore on a PostgreSQL session: which connection each of its transactions takes.
//
// A template over the store's Session, which only postgres_store.cc knows.
#pragma once

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "postgres/pool.h"
#include "postgres/transact.h"
#include "storage/postgres/webhook_rows.h"

namespace ff::storage::pg {

template <typename Session>
class WebhookPort : public webhooks::WebhookStore {
 public:
  using Batches = std::vector<webhooks::EventBatch>;

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
  Task<Result<Batches>> events_after(std::int64_t cursor, std::int64_t batches_max) override {
    auto look = [=, this](Connection& c) { return pg::events_after(c, horizon, cursor, batches_max); };
    auto seen = co_await session.template run<Batches>(Use::kRead, look);
    if (!seen || seen->empty()) co_return seen;
    Task<Result<Batches>> there = confirmed_events_after(cursor, batches_max);
    auto outcome = co_await session.thread.run(std::move(there));
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

  /// On the store's thread. None when others confirm for so long that it is better to ask again later.
  ///
  /// A confirmation waits for the synchronous standby as every commit does, so it may not hold one of the few
  /// connections of readers: carts and pages would wait with it while the standby is away. Of the committers
  /// it takes one at a time for all subscriptions, so that placing and settling keep theirs. The events are
  /// read again on that connection, because what one server has seen can't be confirmed by another.
  Task<Result<Batches>> confirmed_events_after(std::int64_t cursor, std::int64_t batches_max) {
    while (confirming) {
      boost::system::error_code ended;
      co_await confirm_over.async_wait(asio::redirect_error(asio::use_awaitable, ended));
      if (!ended && confirming) co_return Batches{};
    }
    confirming = true;
    confirm_over.expires_after(kConfirmWaitMax);
    auto work = [=, this](Connection& c) {
      return pg::confirmed_events_after(c, horizon, cursor, batches_max);
    };
    const asio::any_io_executor executor = session.thread.context().get_executor();
    auto outcome = co_await postgres::transact<Batches>(session.pool, executor, Use::kCommit, work);
    confirming = false;
    confirm_over.cancel();
    co_return outcome;
  }

  static Result<void> done(const Result<bool>& outcome) {
    if (!outcome) return tl::unexpected(outcome.error());
    return {};
  }

  static constexpr Duration kConfirmWaitMax = std::chrono::seconds(1);  // for another's

  Session& session;
  // On the store's thread.
  EventHorizon horizon;
  bool confirming = false;
  asio::steady_timer confirm_over{session.thread.context()};
};

}  // namespace ff::storage::pg
