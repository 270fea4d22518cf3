#include "postgres/pool.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "telemetry/log.h"

namespace ff::postgres {

namespace {

constexpr std::array<std::string_view, 3> kUses = {"commit", "read", "listen"};

std::size_t index(Use use) { return static_cast<std::size_t>(use); }

}  // namespace

Pool::Pool(asio::io_context& context, ConnectOptions options, PoolLimits limits, telemetry::Registry* metrics)
    : context_(context), options_(std::move(options)), limits_(limits), backoff_(context) {
  const std::array<int, 3> counts = {limits.committers, limits.readers, 1};
  for (std::size_t use = 0; use < counts.size(); ++use) {
    for (int i = 0; i < counts[use]; ++i)
      slots_.push_back({static_cast<Use>(use), nullptr, false});
    if (!metrics) continue;
    const telemetry::Labels labels{{"use", std::string(kUses[use])}};
    gauges_[use].open = &metrics->gauge("ff_postgres_connections", "Connections to the database", labels);
    gauges_[use].busy = &metrics->gauge("ff_postgres_connections_busy",
                                        "Connections to the database that are in use", labels);
    gauges_[use].waiting = &metrics->gauge("ff_postgres_waiting",
                                           "Operations that wait for a connection to the database", labels);
    metrics->gauge("ff_postgres_connections_max", "Connections that this process may have", labels)
        .set(counts[use]);
  }
  if (!metrics) return;
  available_ = &metrics->gauge("ff_postgres_available", "1 while the database answers, 0 while it is away");
  available_->set(1);
  connects_ = &metrics->counter("ff_postgres_connects_total", "Connections that were opened");
}

tl::unexpected<Error> Pool::refused() const {
  return fail(ErrorCode::kUnavailable,
              closed_ ? "the store is closing" : "the database is away: " + why_away_);
}

/// One with a connection rather than one without.
int Pool::free_slot(Use use) const {
  int found = -1;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].use != use || slots_[i].busy) continue;
    if (slots_[i].connection) return static_cast<int>(i);
    found = static_cast<int>(i);
  }
  return found;
}

Task<Result<Pool::Lease>> Pool::acquire(Use use, bool fresh) {
  if (away_ || closed_) co_return refused();
  int slot = free_slot(use);
  if (slot < 0) {
    auto& line = waiting_[index(use)];
    if (line.size() >= limits_.waiting_max) {
      co_return fail(ErrorCode::kOverloaded, "too many wait for a connection to the database");
    }
    const auto waiter = std::make_shared<Waiter>(context_);
    line.push_back(waiter);
    show();
    waiter->served.expires_after(limits_.wait_max);
    boost::system::error_code ignored;
    co_await waiter->served.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    slot = waiter->slot;
    if (slot < 0) {
      std::erase(line, waiter);
      show();
      if (away_ || closed_) co_return refused();
      co_return fail(ErrorCode::kOverloaded, "no connection to the database was free in time");
    }
  }
  const auto taken = static_cast<std::size_t>(slot);
  slots_[taken].busy = true;
  show();
  Lease lease(*this, taken);
  if (slots_[taken].connection && (fresh || !slots_[taken].connection->usable()))
    slots_[taken].connection.reset();
  if (!slots_[taken].connection) {
    const asio::any_io_executor executor = context_.get_executor();
    auto opened = co_await Connection::open(executor, options_);
    if (!opened) {
      const Error error = to_error(opened.error());
      if (error.code == ErrorCode::kUnavailable) went_away(error.detail);
      co_return tl::unexpected<Error>(error);
    }
    slots_[taken].connection = std::move(*opened);
    if (connects_) connects_->add();
    show();
  }
  co_return std::move(lease);
}

void Pool::release(std::size_t slot) {
  Slot& freed = slots_[slot];
  if (freed.connection && (closed_ || !freed.connection->usable() || freed.connection->in_transaction())) {
    freed.connection.reset();
  }
  auto& line = waiting_[index(freed.use)];
  if (line.empty() || away_ || closed_) {
    freed.busy = false;
    show();
    return;
  }
  const std::shared_ptr<Waiter> next = std::move(line.front());
  line.pop_front();
  next->slot = static_cast<int>(slot);  // stays busy: nobody may slip in between
  next->served.cancel();
  show();
}

void Pool::show() const {
  if (!gauges_[0].open) return;
  std::array<int, 3> open{}, busy{};
  for (const Slot& slot : slots_) {
    open[index(slot.use)] += slot.connection ? 1 : 0;
    busy[index(slot.use)] += slot.busy ? 1 : 0;
  }
  for (std::size_t use = 0; use < gauges_.size(); ++use) {
    gauges_[use].open->set(open[use]);
    gauges_[use].busy->set(busy[use]);
    gauges_[use].waiting->set(static_cast<std::int64_t>(waiting_[use].size()));
  }
}

void Pool::went_away(const std::string& why) {
  why_away_ = why;
  if (away_ || closed_) return;
  away_ = true;
  if (available_) available_->set(0);
  log::warning("postgres", "the database is away: reading goes on from memory, buying is refused",
               {{"why", why}});
  for (auto& line : waiting_) {
    for (const auto& waiter : line)
      waiter->served.cancel();
    line.clear();
  }
  // Nobody else would ever end `away_`, so an exception may not be dropped.
  asio::co_spawn(context_, reach_again(), [](const std::exception_ptr& broken) {
    if (broken) std::rethrow_exception(broken);  // our own mistake ends the program
  });
}

Task<void> Pool::reach_again() {
  const asio::any_io_executor executor = context_.get_executor();
  Duration delay = limits_.backoff_first;
  while (!closed_) {
    // From half the delay to all of it, so that a hundred processes don't come back as one.
    const auto half = delay.count() / 2;
    const auto jitter = static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(half) + 1));
    backoff_.expires_after(Duration(half + jitter));
    boost::system::error_code ignored;
    co_await backoff_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (closed_) break;
    delay = std::min(delay * 2, limits_.backoff_max);
    auto opened = co_await Connection::open(executor, options_);
    if (!opened) {
      why_away_ = to_error(opened.error()).detail;
      continue;
    }
    if (connects_) connects_->add();
    away_ = false;
    if (available_) available_->set(1);
    log::info("postgres", "the database is back", {});
    for (Slot& slot : slots_) {
      if (slot.busy || slot.use != Use::kCommit || closed_) continue;
      slot.connection = std::move(*opened);
      break;
    }
    show();
    break;
  }
}

void Pool::close() {
  closed_ = true;
  backoff_.cancel();
  for (auto& line : waiting_) {
    for (const auto& waiter : line)
      waiter->served.cancel();
    line.clear();
  }
  for (Slot& slot : slots_) {
    if (!slot.busy) {
      slot.connection.reset();
    } else if (slot.use == Use::kListen && slot.connection) {
      slot.connection->close();  // it waits for what may never come
    }
  }
  show();
}

}  // namespace ff::postgres
