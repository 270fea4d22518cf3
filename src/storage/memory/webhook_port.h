// webhooks::WebhookStore on a memory store's rows.
//
// A template over the store's Rows, which only memory_store.cc knows.
#pragma once

#include "storage/memory/state.h"
#include "storage/memory/webhook_rows.h"

namespace ff::storage::memory {

template <typename Rows>
class WebhookPort : public webhooks::WebhookStore {
 public:
  explicit WebhookPort(Rows& rows_in) : rows(rows_in) {}

  Task<Result<webhooks::Subscription>> add(webhooks::Subscription wanted) override {
    auto work = [&](State& s, Instant now) { return memory::add(s, wanted, now); };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::vector<webhooks::Listed>>> list() override {
    auto work = [](State& s, Instant) -> Result<std::vector<webhooks::Listed>> { return memory::list(s); };
    co_return co_await rows.transact(work);
  }
  Task<Result<void>> remove(webhooks::SubscriptionId id) override {
    auto work = [id](State& s, Instant) { return memory::remove(s, id); };
    co_return co_await rows.transact(work);
  }
  Task<Result<void>> enable(webhooks::SubscriptionId id) override {
    auto work = [id](State& s, Instant) { return memory::enable(s, id); };
    co_return co_await rows.transact(work);
  }
  Task<Result<webhooks::Claimed>> claim(std::string owner, Duration lease_for) override {
    auto work = [&](State& s, Instant now) -> Result<webhooks::Claimed> {
      return memory::claim(s, owner, lease_for, now);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<void>> release(webhooks::SubscriptionId id, std::int64_t fence) override {
    auto work = [=](State& s, Instant) -> Result<void> {
      memory::release(s, id, fence);
      return {};
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<void>> leave(std::string owner) override {
    auto work = [&](State& s, Instant) -> Result<void> {
      memory::leave(s, owner);
      return {};
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::vector<webhooks::EventBatch>>> events_after(std::int64_t cursor,
                                                               std::int64_t batches_max) override {
    auto work = [=](State& s, Instant) -> Result<std::vector<webhooks::EventBatch>> {
      return memory::events_after(s, cursor, batches_max);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::vector<webhooks::Delivery>>> pending(webhooks::SubscriptionId id) override {
    auto work = [id](State& s, Instant) -> Result<std::vector<webhooks::Delivery>> {
      return memory::pending(s, id);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<void>> save(webhooks::Progress progress) override {
    auto work = [&](State& s, Instant) { return memory::save(s, progress); };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::vector<webhooks::Delivery>>> dead_letters(std::int64_t limit) override {
    auto work = [limit](State& s, Instant) -> Result<std::vector<webhooks::Delivery>> {
      return memory::dead_letters(s, limit);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<void>> redeliver(webhooks::DeliveryId id) override {
    auto work = [id](State& s, Instant) { return memory::redeliver(s, id); };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::int64_t>> remove_dead_letters(Instant before, std::int64_t limit) override {
    auto work = [=](State& s, Instant) -> Result<std::int64_t> {
      return memory::remove_dead_letters(s, before, limit);
    };
    co_return co_await rows.transact(work);
  }

 private:
  Rows& rows;
};

}  // namespace ff::storage::memory
