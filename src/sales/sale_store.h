// The port of sales, their queues, and who was let in. Adapters: storage/memory, storage/sqlite,
// storage/postgres; storage/sales_contract_test.cc holds them to it.
//
// Invariants: a queue's row changes only by compare-and-set, and never by a leader that another has followed
// (its token is lower). A ticket lets one cart in, whatever happens at once. A report sets counts and adds
// none, so one that is lost or comes twice harms nothing. No transaction here touches rows of orders, stock
// or carts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/async.h"
#include "base/ids.h"
#include "sales/line.h"
#include "sales/sale.h"
#include "sales/ticket.h"

namespace ff::sales {

/// What one process tells the others; the store notes when, by its own clock.
struct ProcessReport {
  std::string process;
  double capacity_per_second = 0;  // orders that its checkout can take; 0: not known
  Duration refusing_for{0};        // for how long its checkout had been refusing then; 0: it did not
  Duration age{0};                 // as read: how long ago it was told, by the store's clock
  bool operator==(const ProcessReport&) const = default;
};

/// Tickets that a process gave out.
struct Issued {
  SaleId sale;
  std::uint32_t epoch = 0;
  std::uint32_t bucket = 0;
  std::uint64_t tickets = 0;  // in all, not since the last report
  bool operator==(const Issued&) const = default;
};

struct PassGranted {
  Instant expires_at;  // the same for who asks again
  bool operator==(const PassGranted&) const = default;
};
struct TicketUsed {  // by another cart, or its pass is over
  bool operator==(const TicketUsed&) const = default;
};
using AdmitOutcome = std::variant<PassGranted, TicketUsed>;

/// That a ticket let a cart in.
struct Entry {
  CartId cart;
  Instant expires_at;  // of its pass
  bool operator==(const Entry&) const = default;
};

/// Places and rates are kept in millionths: a number that every store keeps exactly.
std::int64_t to_millionths(double value);
double from_millionths(std::int64_t stored);
/// A sale's products as one text.
std::string join_products(const std::vector<std::string>& products);
std::vector<std::string> split_products(std::string_view text);

/// What every adapter decides the same way, given all that are stored: the row to store. The store has its
/// lock meanwhile.
Result<Sale> edited(std::span<const Sale> stored, const SaleSettings& settings, const SaleSecrets& if_new,
                    Instant now);
/// Whether a queue's row may become `next`.
inline bool may_change(const QueueState& stored, const QueueState& next) {
  return stored.version == next.version && stored.token <= next.token;
}

/// Any thread; nothing blocks the caller's. Errors: kUnavailable, kUnknown, kInternal, and those named.
class SaleStore {
 public:
  virtual ~SaleStore() = default;

  /// All of them with their queues, by id.
  virtual Task<Result<std::vector<Sale>>> sales() = 0;
  /// Stores a new sale with these secrets (settings.version 0), or edits the one of that version and leaves
  /// its secrets. kConflict: another edit was quicker, the id is taken, there are kSalesMax, more than
  /// kTokensMax queues would stand at a time, or the edit would break the draw.
  virtual Task<Result<Sale>> put(SaleSettings settings, SaleSecrets if_new) = 0;
  /// With its line, its passes, and what shoppers had of it: set again, it begins anew. kNotFound.
  virtual Task<Result<void>> remove(SaleId sale) = 0;

  /// Moves, opens or closes a queue. False, and nothing is changed, unless the row's version is
  /// next.version and its token is at most next.token; then it has version + 1.
  virtual Task<Result<bool>> change_queue(SaleId sale, QueueState next) = 0;

  /// Tickets in each bucket of this epoch from `since` on, of all processes that ever ran, ascending.
  virtual Task<Result<std::vector<BucketCount>>> arrivals(SaleId sale, std::uint32_t epoch,
                                                          std::uint32_t since) = 0;
  /// Counts of sales that are gone are left out.
  virtual Task<Result<void>> report(ProcessReport process, std::vector<Issued> issued) = 0;
  /// Those that reported within the last `within`, by name.
  virtual Task<Result<std::vector<ProcessReport>>> processes(Duration within) = 0;

  /// Lets this cart in with this ticket, once; `valid_for` from now by the store's clock. The same cart
  /// asking again before it is over gets the same answer. kNotFound: the sale is gone.
  virtual Task<Result<AdmitOutcome>> admit(SaleId sale, std::uint32_t epoch, TicketId ticket, CartId cart,
                                           Duration valid_for) = 0;
  /// What admit() keeps of this ticket; nothing: it let nobody in. Writes nothing.
  virtual Task<Result<std::optional<Entry>>> entry(SaleId sale, TicketId ticket) = 0;

  /// Deletes lines and passes of sales that ended more than `kept_for` ago and of earlier epochs, what is
  /// kept of purchases in sales that ended so long ago or are gone, and processes not heard of for
  /// `kept_for`.
  virtual Task<Result<void>> forget(Duration kept_for) = 0;
};

}  // namespace ff::sales
