// webhooks::WebhookStore on a SQLite store's threads: what reads, and what writes.
//
// A template over the store's Threads, which only sqlite_store.cc knows.
#pragma once

#include "storage/sqlite/webhook_rows.h"

namespace ff::storage {

template <typename Threads>
class SqliteWebhookPort : public webhooks::WebhookStore {
 public:
  explicit SqliteWebhookPort(Threads& threads_in) : threads(threads_in) {}

  Task<Result<webhooks::Subscription>> add(webhooks::Subscription wanted) override {
    auto work = [&, this](sqlite::Database& d) { return add_subscription(d, wanted, threads.clock.now()); };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<std::vector<webhooks::Listed>>> list() override {
    auto work = [](sqlite::Database& d) -> Result<std::vector<webhooks::Listed>> {
      return list_subscriptions(d);
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<void>> remove(webhooks::SubscriptionId id) override {
    auto work = [id](sqlite::Database& d) { return remove_subscription(d, id); };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<void>> enable(webhooks::SubscriptionId id) override {
    auto work = [id](sqlite::Database& d) { return enable_subscription(d, id); };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<webhooks::Claimed>> claim(std::string owner, Duration lease_for) override {
    auto look = [](sqlite::Database& d) -> Result<std::vector<webhooks::Subscription>> {
      return read_subscriptions(d);
    };
    auto there = co_await threads.reader.read(look);
    if (!there) co_return tl::unexpected<Error>(std::move(there.error()));
    if (there->empty()) co_return webhooks::Claimed{};
    auto work = [&, this](sqlite::Database& d) -> Result<webhooks::Claimed> {
      return claim_subscriptions(d, owner, lease_for, threads.clock.now());
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<void>> release(webhooks::SubscriptionId id, std::int64_t fence) override {
    auto work = [=](sqlite::Database& d) -> Result<void> {
      release_subscription(d, id, fence);
      return {};
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<void>> leave(std::string owner) override {
    auto work = [&](sqlite::Database& d) -> Result<void> {
      leave_subscriptions(d, owner);
      return {};
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<std::vector<webhooks::EventBatch>>> events_after(std::int64_t cursor,
                                                               std::int64_t batches_max) override {
    auto work = [=](sqlite::Database& d) -> Result<std::vector<webhooks::EventBatch>> {
      return storage::events_after(d, cursor, batches_max);
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<std::vector<webhooks::Delivery>>> pending(webhooks::SubscriptionId id) override {
    auto work = [id](sqlite::Database& d) -> Result<std::vector<webhooks::Delivery>> {
      return pending_deliveries(d, id);
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<void>> save(webhooks::Progress progress) override {
    auto work = [&progress](sqlite::Database& d) { return save_progress(d, progress); };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<std::vector<webhooks::Delivery>>> dead_letters(std::int64_t limit) override {
    auto work = [limit](sqlite::Database& d) -> Result<std::vector<webhooks::Delivery>> {
      return storage::dead_letters(d, limit);
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<void>> redeliver(webhooks::DeliveryId id) override {
    auto work = [id](sqlite::Database& d) { return storage::redeliver(d, id); };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<std::int64_t>> remove_dead_letters(Instant before, std::int64_t limit) override {
    auto work = [=](sqlite::Database& d) -> Result<std::int64_t> {
      return storage::remove_dead_letters(d, before, limit);
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }

 private:
  Threads& threads;
};

}  // namespace ff::storage
