// What every serving thread knows of the sales: settings, queues, lines and whether the goods are gone.
//
// Invariant: a Board never changes. A new state is a new Board, built off the serving threads by the desk and
// swapped in by BoardHolder; whoever holds the old one keeps it alive. Nothing here reads a store or waits.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sales/line.h"
#include "sales/sale.h"

namespace ff::sales {

/// One sale on the board.
struct Posted {
  Sale sale;
  Line line;              // of the queue's present epoch
  bool sold_out = false;  // of all that the sale covers

  /// None before the queue's first moment for tickets that are drawn: it can't be known yet.
  std::optional<double> place(const Ticket& ticket, Instant now) const;
  /// Whether a ticket with this place may be exchanged.
  bool reached(double place) const { return place < sale.queue().frontier; }
};

enum class Phase {
  kScheduled,  // not started
  kRunning,    // started
  kOver,
};
std::string_view to_string(Phase phase);  // "scheduled", "running", "over"

/// What anybody may know of a sale, the same for everybody: for an answer that a CDN may keep.
struct PublicState {
  SaleId id;
  std::string title;
  Phase phase = Phase::kScheduled;
  bool queue_open = false;  // checkout of its products needs a pass
  Instant starts_at, ends_at;
  std::int64_t frontier = 0;      // places that were called so far
  std::uint64_t line_length = 0;  // tickets taken in this epoch
  double rate = 0;                // places called a second; 0: none yet
  std::int32_t per_shopper_max = 0;
  std::string commitment;           // hex of SHA-256(seed)
  std::optional<std::string> seed;  // hex; from the start on
  bool sold_out = false;
};

/// Of one product in one sale: what the order store enforces.
struct PurchaseLimit {
  SaleId sale;
  std::int32_t units_max = 0;
  Instant starts_at, ends_at;
  bool operator==(const PurchaseLimit&) const = default;
};

class Board {
 public:
  Board() = default;
  explicit Board(std::vector<Posted> posted);  // by id
  Board(const Board&) = delete;

  std::span<const Posted> sales() const { return posted_; }
  const Posted* find(std::string_view sale) const;
  /// Sales whose queue stands before one of these products now. Empty handles: none.
  std::vector<const Posted*> guarding(std::span<const std::string_view> handles, Instant now) const;
  /// Sales that limit what one shopper may buy of this product now (between start and end), with a limit.
  std::vector<PurchaseLimit> limits(std::string_view handle, Instant now) const;
  std::optional<PublicState> public_state(std::string_view sale, Instant now) const;
  /// False: no checkout needs a pass, whatever is in the cart.
  bool guards_anything(Instant now) const;

 private:
  std::vector<Posted> posted_;
};

/// The current board; never null. load() from any thread, store() from the desk only.
class BoardHolder {
 public:
  std::shared_ptr<const Board> load() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  /// Moves with each board: a key for what was made from one.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  void store(std::shared_ptr<const Board> next) {
    {
      const std::lock_guard lock(mutex_);
      current_.swap(next);
    }
    generation_.fetch_add(1, std::memory_order_release);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Board> current_ = std::make_shared<const Board>();
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace ff::sales
