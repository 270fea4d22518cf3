// A sale: which products, from when to when, how many for one shopper, and whether a queue stands before
// checkout; and what the queue's place in time is.
//
// Invariants: settings that are stored passed check(). A sale's secrets are made once, when it is first
// stored, and no edit changes them: tickets stay good, and what was committed to is what is revealed. The
// seed leaves this type before the sale starts only by seed(), which asks for the time, and by
// secrets_for_store().
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"

namespace ff::sales {

inline constexpr std::size_t kSalesMax = 32;         // stored at a time
inline constexpr std::size_t kSaleIdBytesMax = 64;   // a word of URLs, cookies and metrics
inline constexpr std::size_t kTitleLengthMax = 120;  // code points
inline constexpr std::size_t kProductsMax = 500;     // that a sale names
inline constexpr std::int32_t kPerShopperMax = 1000;
inline constexpr Duration kSaleLastsMax =
    std::chrono::hours(24 * 10);               // bounds the length of its line's rows
inline constexpr double kRateMax = 1'000'000;  // admissions a second
inline constexpr Duration kPassForMin = std::chrono::seconds(30);
inline constexpr Duration kPassForMax = std::chrono::hours(24);
inline constexpr Duration kAutoAfterMin = std::chrono::seconds(1);
inline constexpr Duration kAutoAfterMax = std::chrono::minutes(10);

/// What a sale is called in URLs, cookies and metrics: [a-z0-9-], 1 to 64 bytes.
class SaleId {
 public:
  static std::optional<SaleId> parse(std::string_view text);
  SaleId() = default;  // names no sale
  const std::string& text() const { return text_; }
  auto operator<=>(const SaleId&) const = default;

 private:
  explicit SaleId(std::string_view text) : text_(text) {}
  std::string text_;
};

enum class Queue {
  kOff,   // the sale only limits what one shopper may buy
  kOn,    // from when it is stored until the sale ends; before the start everybody draws a place
  kAuto,  // while checkout can't keep up, between start and end
};
std::string_view to_string(Queue queue);  // "off", "on", "auto"
std::optional<Queue> parse_queue(std::string_view text);

/// What the merchant decides.
struct SaleSettings {
  SaleId id;
  std::string title;
  std::vector<std::string> products;  // handles, sorted, each once; empty: the whole shop
  Instant starts_at, ends_at;
  std::int32_t per_shopper_max = 0;  // units of the sale's products in one shopper's orders; 0: no limit
  Queue queue = Queue::kOff;
  Duration auto_after = std::chrono::seconds(5);  // for how long checkout refuses before the queue opens
  Duration pass_for = std::chrono::minutes(10);   // from the exchange of a ticket until its pass is over
  double rate_max = 0;                            // admissions a second; 0: what checkout can take
  std::int64_t version = 0;                       // of the row that this edits; 0: a new sale

  bool covers(std::string_view handle) const;  // logarithmic
  bool over(Instant now) const { return now >= ends_at; }
  bool operator==(const SaleSettings&) const = default;
};

/// Sorts the products and says which rule is broken, naming the field as `sale set` does. kInvalid.
Result<SaleSettings> check(SaleSettings settings);

using Bytes32 = std::array<std::uint8_t, 32>;
std::string to_hex(const Bytes32& bytes);
std::optional<Bytes32> parse_bytes32(std::string_view hex);
Bytes32 commitment_to(const Bytes32& seed);  // SHA-256

/// Never logged, never in a URL, never in an answer.
struct SaleSecrets {
  Bytes32 seed{};                           // of the draw; public from the start on
  Bytes32 signing_key{};                    // of tickets and passes; never public
  static SaleSecrets make(Random& random);  // `random` fit for secrets
  bool operator==(const SaleSecrets&) const = default;
};

/// Where the queue of a sale stands. One row; each change is a compare-and-set on `version`.
struct QueueState {
  bool open = false;
  std::uint32_t epoch = 0;  // each opening of an auto queue is another; tickets of others are void
  Instant opened_at;        // the first bucket of arrivals begins here; what came before is bucket 0
  double frontier = 0;      // whose place is below it may exchange its ticket; in places
  double rate = 0;          // admissions a second, as the leader moves the frontier; 0: not moved yet
  Instant moved_at;         // by the leader's clock
  std::int64_t token = 0;   // the lease's, of who changed it last
  std::int64_t version = 0;
  bool operator==(const QueueState&) const = default;
};

/// Of a sale that is stored the first time. Its epoch is of this moment: what a sale that was removed under
/// the same name leaves behind, processes that still tell of its tickets, does not count for it.
QueueState first_queue(const SaleSettings& settings, Instant now);
/// After an edit. Another kind of queue is another epoch. kConflict where the edit would break the draw: a
/// sale that has started keeps its start, since its seed is out.
Result<QueueState> edited_queue(const SaleSettings& before, const QueueState& queue,
                                const SaleSettings& after, Instant now);

class Sale;
/// Whether an edit would void the tickets of a line that stands.
bool drops_line(const Sale& before, const SaleSettings& after, Instant now);

/// A stored sale. Immutable; copies are cheap enough for a poll.
class Sale {
 public:
  Sale() = default;  // no sale
  Sale(SaleSettings settings, SaleSecrets secrets, QueueState queue);

  const SaleSettings& settings() const { return settings_; }
  const QueueState& queue() const { return queue_; }
  const SaleId& id() const { return settings_.id; }

  /// Whether checkout of its products needs a pass.
  bool guarded(Instant now) const {
    return settings_.queue != Queue::kOff && queue_.open && !settings_.over(now);
  }
  bool started(Instant now) const { return now >= settings_.starts_at; }

  /// SHA-256 of the seed: public from the beginning.
  const Bytes32& commitment() const { return commitment_; }
  /// The seed, from the start on; before it nothing.
  std::optional<Bytes32> seed(Instant now) const;
  /// For the store's adapters and for signing; for nothing that a client sees.
  const SaleSecrets& secrets_for_store() const { return secrets_; }

 private:
  SaleSettings settings_;
  SaleSecrets secrets_;
  QueueState queue_;
  Bytes32 commitment_{};
};

}  // namespace ff::sales
