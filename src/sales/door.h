// The door before checkout, as a serving thread asks it: may this shopper buy these products now, and if not,
// where does it stand?
//
// Invariants: ask() reads one board and the shopper's own texts; it waits for nothing. Who is let through
// holds a pass that this shop signed, for this cart and not over. A ticket is exchanged only when its place
// was called, and for one cart only: the store's unique row decides. When to ask again is told by what is
// ahead alone, so the page, the API and the problem of a checkout tell it alike.
//
// How a page or an endpoint uses it:
//   1 ask(visit, handles, now). Open: go on. Queued: keep its ticket (keep_token) when it is new.
//   2 Queued and reached: exchange(its ticket, cart, now); Admitted: keep the pass (keep_token), go on.
//     Used: drop_token() the ticket, and ask again: that is a new ticket, at the end of the line.
//   3 Queued and not reached: show it; ask again after retry_after.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/async.h"
#include "base/ids.h"
#include "base/random.h"
#include "sales/board.h"
#include "sales/sale_store.h"
#include "sales/ticket.h"
#include "sales/ticket_counts.h"
#include "telemetry/metrics.h"

namespace ff::sales {

/// Who asks. Views live as long as the call.
struct Visit {
  std::string_view tickets;    // of a cookie or header: tokens with "~" between, as keep_token() makes them
  std::string_view passes;     // likewise
  std::optional<CartId> cart;  // none: no pass can be valid
  std::string_view client;     // its address, for the limit of new tickets
  bool looks_only = false;     // takes no ticket: where it would get one, it is told as if it had
};

/// Nothing stands before these products, or the shopper has a pass for all that does.
struct Open {};

struct Queued {
  SaleId sale;
  std::string title;
  Instant starts_at, ends_at;
  bool started = false;                    // else the place is drawn at starts_at
  std::optional<std::int64_t> place;       // from 1; none before the start
  std::optional<std::int64_t> ahead;       // places that are called before this one
  std::uint64_t line_length = 0;           // tickets taken so far
  std::optional<std::int64_t> estimate_s;  // until its place is called; none: not known
  std::int64_t retry_after_s = 0;          // when to ask again; jittered, so that not all ask at once
  std::string ticket;                      // empty: its client takes too many; ask again after retry_after
  bool ticket_is_new = false;              // the shopper does not have it yet, and is to get it
  bool reached = false;                    // its turn has come: exchange it
  bool sold_out = false;                   // of all that the sale covers
};

using Answer = std::variant<Open, Queued>;

struct Admitted {
  SaleId sale;
  std::string pass;
  Instant expires_at;
};
struct NotYet {
  Queued queued;
};
struct Used {};     // another cart has it, or its pass is over
struct Invalid {};  // no ticket of a queue that is open: take another
using Exchange = std::variant<Admitted, NotYet, Used, Invalid>;

/// Why exchange() would say Used.
struct Spent {
  bool by_another = false;  // cart; else the pass of this one is over
  Instant ends_at;          // of the pass, which may be to come where another cart has it
};

/// Whether this client may have one more ticket now. Any thread.
using TicketLimit = std::function<bool(std::string_view client, Instant now)>;

/// Any thread. Everything passed in outlives it; `random` fit for secrets and for any thread.
class Door {
 public:
  Door(const BoardHolder& boards, SaleStore& store, TicketCounts& counts, Random& random, TicketLimit limit,
       telemetry::Registry& metrics);

  /// For the products of a cart (their handles). Of several queues the first without a pass, by sale id.
  Answer ask(const Visit& visit, std::span<const std::string_view> handles, Instant now);
  /// For one sale's own page. Nothing: there is no such sale, or it is over. Open when no queue stands
  /// before it, or the pass is valid.
  std::optional<Answer> ask(const Visit& visit, const SaleId& sale, Instant now);
  /// Whether ask() would answer Open; takes no ticket. For checkout's own guard.
  bool open(const Visit& visit, std::span<const std::string_view> handles, Instant now) const;

  /// `ticket` is one ticket's text. One write, and only for a ticket whose place was called. Errors are the
  /// store's: try again.
  Task<Result<Exchange>> exchange(std::string ticket, CartId cart, Instant now);

  /// Whether exchange() would say Used, for a ticket whose place was called: one read of the store, and
  /// nothing is exchanged. Nothing: it would not, or the store can't be asked now.
  Task<std::optional<Spent>> spent(std::string ticket, std::optional<CartId> cart, Instant now);

  /// Where this ticket of one sale stands; takes none. Nothing: no ticket of its queue, or that is not open.
  std::optional<Queued> look(const SaleId& sale, std::string_view ticket, Instant now);

  std::optional<PublicState> public_state(std::string_view sale, Instant now) const;
  /// What all of the above is told from; never null.
  std::shared_ptr<const Board> board() const { return boards_.load(); }

 private:
  Answer answer(const Posted& posted, const Visit& visit, Instant now);
  Queued describe(const Posted& posted, const std::optional<Ticket>& ticket, Instant now);

  const BoardHolder& boards_;
  SaleStore& store_;
  TicketCounts& counts_;
  Random& random_;
  const TicketLimit limit_;
  telemetry::Counter &admitted_, &not_yet_, &used_, &invalid_, &failed_, &issued_, &limited_;
};

}  // namespace ff::sales
