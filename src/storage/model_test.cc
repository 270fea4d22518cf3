// Storms of random operations on all adapters at once: every outcome and every row must be the same. A seed
// that fails is printed and replays.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "storage/contract_fixture.h"

namespace ff::storage {

// For comparison and for gtest's messages.
static std::string describe(const orders::Order& order) {
  // Without its number: stores may leave gaps.
  return fmt::format("{} {} {} v{} a{} {} u{} h{} l{} {} {} {}", order.id.text(), to_string(order.state),
                     to_string(order.payment), order.version, order.attempt, order.holding ? "holding" : "-",
                     order.updated_at.us, order.hold_expires_at.us, order.lease_expires_at.us,
                     order.payment_reference, order.reason,
                     std::count_if(order.lines.begin(), order.lines.end(),
                                   [](const orders::Line& line) { return line.counted; }));
}
static std::string describe(const std::vector<orders::Shortage>& shortages) {
  std::string text;
  for (const auto& s : shortages)
    text += fmt::format(" {}:{}/{}", s.variant.value, s.wanted, s.available);
  return text;
}
static std::string describe(const orders::PlaceOutcome& outcome) {
  if (const auto* placed = std::get_if<orders::Placed>(&outcome)) return "placed " + describe(placed->order);
  if (const auto* sold_out = std::get_if<orders::SoldOut>(&outcome))
    return "sold out" + describe(sold_out->shortages);
  const auto& existing = std::get<orders::Existing>(outcome);
  return fmt::format("existing {} {} {}", describe(existing.order), existing.fresh, existing.lease_expired);
}
static std::string describe(const orders::SettleOutcome& outcome) {
  if (const auto* settled = std::get_if<orders::Settled>(&outcome))
    return "settled " + describe(settled->order);
  if (const auto* stands = std::get_if<orders::NotApplied>(&outcome))
    return "not applied " + describe(stands->order);
  if (const auto* lost = std::get_if<orders::HoldLost>(&outcome)) {
    return "hold lost " + describe(lost->order) + describe(lost->shortages);
  }
  return "no such order";
}
static std::string describe(const cart::Cart& cart) {
  std::string text = fmt::format("{} v{} u{}", cart.id.text(), cart.version, cart.updated_at.us);
  for (const auto& line : cart.lines) {
    text += fmt::format(" {}x{}@{}", line.variant.value, line.quantity, line.price_seen.minor);
  }
  return text;
}
static std::string describe(const Error& error) { return fmt::format("error {}", to_string(error.code)); }
template <typename T>
static std::string describe(const Result<T>& result) {
  return result ? describe(*result) : describe(result.error());
}
template <typename T>
static std::vector<std::string> describe_all(const std::vector<T>& values) {
  std::vector<std::string> texts;
  for (const T& value : values)
    texts.push_back(describe(value));
  return texts;
}

namespace {

class Storm {
 public:
  explicit Storm(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 12; ++i)
      carts_.push_back(CartId{Token::make(random_)});
    change_catalogue();
  }

  void step() {
    switch (random_.below(10)) {
      case 0:
      case 1:
      case 2:
        place();
        break;
      case 3:
      case 4:
        settle();
        break;
      case 5:
        change_carts();
        break;
      case 6:
      case 7:
        sweep();
        break;
      case 8:
        clock_.advance(std::chrono::seconds(random_.below(30)));
        break;
      default:
        if (random_.below(3) == 0) change_catalogue();
    }
  }

  void compare_rows() {
    const catalog::Catalogue expected = memory_.load();
    for (Shop* other : others()) {
      const catalog::Catalogue stored = other->load();
      EXPECT_EQ(stored.version, expected.version);
      EXPECT_EQ(stored.products, expected.products);
      EXPECT_EQ(run(other->store().stock().read_all()).value(),
                run(memory_.store().stock().read_all()).value());
      EXPECT_EQ(orders_in(*other), orders_in(memory_));
      EXPECT_THAT(other->violations(), testing::IsEmpty());
    }
    all([&](Shop& shop) { return describe_all(run(shop.store().carts().read(carts_)).value()); });
    EXPECT_THAT(memory_.violations(), testing::IsEmpty());
  }
  std::map<std::string, int> seen;  // how often each kind of outcome came

 private:
  std::vector<Shop*> others() { return {&sqlite_, &postgres_}; }

  std::vector<std::optional<orders::Order>> orders_in(Shop& shop) {
    auto found = run(shop.store().orders().read(orders_)).value();
    for (auto& order : found) {
      if (order) order->number = 0;  // stores may leave gaps
    }
    return found;
  }

  template <typename Operation>
  std::vector<std::string> all(Operation operation) {
    std::vector<std::string> expected = operation(memory_);
    for (Shop* other : others())
      EXPECT_EQ(operation(*other), expected);
    for (const std::string& outcome : expected)
      ++seen[outcome.substr(0, outcome.find(' '))];
    return expected;
  }

  VariantId any_variant() {
    if (variants_.empty() || random_.below(30) == 0)
      return {static_cast<std::int64_t>(1 + random_.below(14))};
    return variants_[random_.below(variants_.size())];
  }
  OrderId any_order() {
    if (orders_.empty() || random_.below(50) == 0) return OrderId{Uuid::v7(clock_.now(), random_)};
    const std::size_t recent = std::min<std::size_t>(orders_.size(), 20);
    return orders_[orders_.size() - 1 - random_.below(recent)];
  }

  void change_catalogue() {
    static constexpr catalog::StockPolicy kPolicies[] = {
        catalog::StockPolicy::kDeny, catalog::StockPolicy::kDeny, catalog::StockPolicy::kBackorder,
        catalog::StockPolicy::kUntracked};
    static constexpr const char* kSizes[] = {"S", "M", "L"};
    catalog::CatalogueChange change;
    for (const char* handle : {"shirt", "socks", "hat"}) {
      if (random_.below(12) == 0) {
        change.removed_handles.push_back(handle);
        continue;
      }
      std::vector<catalog::Variant> variants;
      for (const char* size : kSizes) {
        if (random_.below(5) > 0 || variants.empty()) {
          variants.push_back(variant(variants.empty() ? "S" : size, kPolicies[random_.below(4)]));
          if (variants.size() > 1 && variants.back().options == variants.front().options) variants.pop_back();
        }
      }
      for (std::size_t i = 0; i < variants.size(); ++i) {
        if (random_.below(2) == 0) {
          change.stock.push_back({handle, i, static_cast<std::int64_t>(random_.below(12)) - 2});
        }
      }
      change.upserts.push_back(product(handle, std::move(variants)));
    }
    const bool dry_run = random_.below(4) == 0;
    all([&](Shop& shop) -> std::vector<std::string> {
      const auto counts = shop.apply(change, dry_run);
      if (!counts) return {describe(counts.error())};
      return {fmt::format("catalogue {} {} {} {} {} {} {} {}", counts->created, counts->changed,
                          counts->removed, counts->unchanged, counts->variants_created,
                          counts->variants_changed, counts->variants_removed, counts->stock_adjusted)};
    });
  }

  void place() {
    std::vector<orders::NewOrder> wanted;
    for (std::uint64_t n = 1 + random_.below(4); n > 0; --n) {
      std::vector<std::pair<VariantId, inventory::Quantity>> lines;
      for (std::uint64_t i = 1 + random_.below(3); i > 0; --i)
        lines.emplace_back(any_variant(), 1 + random_.below(3));
      const bool instant = random_.below(3) == 0;
      orders::NewOrder one =
          maker_.order(lines, instant ? orders::State::kPlaced : orders::State::kPendingPayment);
      one.order->cart = carts_[random_.below(carts_.size())];
      one.order->idempotency_key = fmt::format("key-{}", random_.below(40));
      one.hold_for = std::chrono::seconds(random_.below(40));
      one.empty_cart = instant && random_.below(2) == 0;
      wanted.push_back(one);
      if (random_.below(8) == 0) wanted.push_back(one);  // replayed within the batch
    }
    const auto outcomes = all([&](Shop& shop) { return describe_all(shop.place(wanted)); });
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      if (outcomes[i].starts_with("placed")) orders_.push_back(wanted[i].order->id);
    }
  }

  void settle() {
    std::vector<orders::Settlement> moves;
    for (std::uint64_t n = 1 + random_.below(3); n > 0; --n) {
      orders::Settlement move;
      move.order = any_order();
      move.kind = static_cast<orders::Settlement::Kind>(random_.below(5));
      move.attempt = static_cast<std::int32_t>(random_.below(3));
      if (move.kind == orders::Settlement::Kind::kClaim) move.payment = orders::PaymentState::kAuthorised;
      if (move.kind == orders::Settlement::Kind::kCapture) move.payment = orders::PaymentState::kCaptured;
      if (random_.below(8) == 0) move.reason = "because";
      move.payment_reference = fmt::format("pay_{}", random_.below(100));
      move.empty_cart = move.kind == orders::Settlement::Kind::kClaim && random_.below(2) == 0;
      moves.push_back(std::move(move));
    }
    all([&](Shop& shop) { return describe_all(run(shop.store().orders().settle(moves)).value()); });
  }

  void change_carts() {
    std::vector<cart::Change> changes;
    for (std::uint64_t n = 1 + random_.below(6); n > 0; --n) {
      changes.push_back({carts_[random_.below(carts_.size())],
                         static_cast<cart::Change::Kind>(random_.below(4)), any_variant(),
                         static_cast<inventory::Quantity>(random_.below(60)),
                         euros(static_cast<std::int64_t>(random_.below(3)) * 100), random_.below(12)});
    }
    all([&](Shop& shop) { return describe_all(shop.change(changes).value()); });
  }

  void sweep() {
    const auto limit = static_cast<std::int64_t>(1 + random_.below(5));
    all([&](Shop& shop) { return describe_all(shop.overdue(limit)); });
    all([&](Shop& shop) { return describe_all(shop.captures_due(limit)); });
    const OrderId adopted = any_order();
    const auto attempt = static_cast<std::int32_t>(1 + random_.below(3));
    all([&](Shop& shop) -> std::vector<std::string> { return {describe(shop.take_over(adopted, attempt))}; });
    std::vector<OrderId> ids;
    for (std::uint64_t n = random_.below(25); n > 0; --n) {
      ids.push_back(any_order());
    }
    memory_.release_holds(ids);
    for (Shop* other : others())
      other->release_holds(ids);
  }

  SeededRandom random_;
  StandingClock clock_;
  MemoryAdapter memory_adapter_;
  SqliteAdapter sqlite_adapter_;
  Shop memory_{memory_adapter_.open(clock_), clock_};
  Shop sqlite_{sqlite_adapter_.open(clock_), clock_};
  PostgresAdapter postgres_adapter_;
  Shop postgres_{postgres_adapter_.open(clock_), clock_};
  Shop maker_{std::make_unique<MemoryStore>(clock_), clock_};
  std::vector<CartId> carts_;
  std::vector<OrderId> orders_;      // that were placed
  std::vector<VariantId> variants_;  // of the catalogue as it is
};

TEST(StoreModel, AllStoresAnswerTheSameThroughAnyStorm) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Storm storm(seed);
    for (int i = 0; i < 250; ++i) {
      storm.step();
      if (i % 50 == 49) storm.compare_rows();
      if (HasFailure()) return;
    }
    for (const auto& [outcome, times] : storm.seen)
      seen[outcome] += times;
  }
  // The storms reached every ending, or they would show nothing.
  for (const char* outcome :
       {"placed", "sold", "existing", "settled", "not", "hold", "no", "error", "catalogue"}) {
    EXPECT_GT(seen[outcome], 2) << outcome;
  }
}

}  // namespace
}  // namespace ff::storage
