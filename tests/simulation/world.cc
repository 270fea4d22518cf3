#include "simulation/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <optional>

#include "base/text.h"
#include "checkout/audit_ledger.h"
#include "simulation/process.h"
#include "simulation/shopper.h"
#include "storage/memory/memory_store.h"

namespace ff::simulation {
namespace {

constexpr std::size_t kProcesses = 3;
constexpr int kStepsMax = 400'000;  // beyond it something turns in a circle
constexpr Duration kCalmMax = std::chrono::hours(4);
const Instant kStart{1'795'000'000'000'000};

constexpr const char* kCards[] = {"4242424242424242", "4242424242424242", "4242424242424242",
                                  "4000000000000002", "4000000000003220", "4000000000000119",
                                  "4000000000000341"};

catalog::Product product(std::string handle, std::int64_t price) {
  catalog::Product made;
  made.handle = std::move(handle);
  made.title = made.handle;
  made.variants.resize(1);
  made.variants[0].price = Money{price, {}};
  return made;
}

Task<void> after(Clock& clock, Duration delay, std::function<Task<void>()> act) {
  co_await clock.sleep_for(delay);
  Task<void> acting = act();
  co_await std::move(acting);
}

class World {
 public:
  World(std::uint64_t seed, Sabotage sabotage) : random_(seed), weather_(random_, sabotage) {
    open_shop();
    for (Slot& slot : processes_)
      slot.process = std::make_unique<Process>(outside_, now());
    const std::size_t shoppers = 4 + weather_.below(10);
    for (std::size_t i = 0; i < shoppers; ++i)
      shoppers_.push_back(make_shopper(i));
  }

  Outcome run() {
    while (shoppers_at_it() && within_steps())
      turn();
    audit(std::chrono::hours(24 * 365), "while it is at work: ");
    // The weather clears up; whatever is under way arrives, and the sweepers finish what is left.
    weather_.calm_down();
    const Instant calm_until = now() + kCalmMax;
    while (!settled() && now() < calm_until && within_steps())
      turn();
    check_end();
    return std::move(outcome_);
  }

 private:
  struct Slot {
    std::unique_ptr<Process> process;  // null: crashed
    Instant restarts_at;
    Instant stalled_until;  // the machine is busy with other things: it does not run, and does not know
    bool runs(Instant now) const { return process != nullptr && stalled_until <= now; }
  };

  Instant now() const { return clock_.now(); }
  bool within_steps() const { return outcome_.steps < kStepsMax; }
  void fault(std::string what) { outcome_.faults.push_back(std::move(what)); }

  void open_shop() {
    rules_.countries = {"DE"};
    rules_.delivery = {{"standard", "Standard", {"*"}, Money{490, {}}, std::nullopt}};
    catalog::CatalogueChange change;
    change.upserts = {product("hot", 2000), product("plain", 500), product("rare", 9900)};
    const auto stock = [&](const char* handle, std::uint64_t most) {
      change.stock.push_back({handle, 0, static_cast<std::int64_t>(weather_.below(most + 1))});
    };
    stock("hot", 6);
    stock("plain", 40);
    stock("rare", 2);
    finish(store_.catalog().apply(std::move(change), false));
    catalogue_.store(std::make_shared<const catalog::Snapshot>(*finish(store_.catalog().load())));
  }

  Shopper make_shopper(std::size_t index) {
    checkout::Request request;
    request.cart = CartId{Token::make(random_)};
    request.idempotency_key = fmt::format("key-{}", index);
    request.email = "shopper@example.com";
    request.address.country = "DE";
    request.delivery_method = "standard";
    if (weather_.chance(15)) {
      request.method = orders::PaymentMethod::kOnDelivery;
    } else {
      request.card = payments::Card{kCards[weather_.below(std::size(kCards))], 12, 2030, "123"};
    }
    const bool from_cart = weather_.chance(40);
    if (!from_cart) {
      request.lines.push_back({VariantId{1 + static_cast<std::int64_t>(weather_.below(3))},
                               1 + static_cast<inventory::Quantity>(weather_.below(3)),
                               {}});
    }
    const Duration starts_in = std::chrono::milliseconds(weather_.below(weather_.chance(50) ? 100 : 60'000));
    return Shopper(std::move(request), from_cart, now() + starts_in);
  }

  // Runs a task of the world's own, outside the story.
  template <typename T>
  T finish(Task<T> task) {
    std::optional<T> result;
    asio::io_context own;
    asio::co_spawn(own, std::move(task), [&](const std::exception_ptr& broken, T value) {
      if (broken) std::rethrow_exception(broken);
      result = std::move(value);
    });
    own.run();
    return std::move(*result);
  }

  bool shoppers_at_it() const {
    return std::any_of(shoppers_.begin(), shoppers_.end(),
                       [](const Shopper& shopper) { return shopper.next().has_value(); });
  }

  Process* somebody() { return processes_[weather_.below(kProcesses)].process.get(); }

  // One step of one process (or of the network), chosen by the seed; when none can move, time does.
  void turn() {
    ++outcome_.steps;
    if (weather_.crash()) crash();
    if (weather_.stall())
      processes_[weather_.below(kProcesses)].stalled_until = now() + weather_.stall_time();
    const std::size_t first = weather_.below(kProcesses + 1);
    for (std::size_t i = 0; i <= kProcesses; ++i) {
      const std::size_t chosen = (first + i) % (kProcesses + 1);
      if (chosen == kProcesses) {
        network_.restart();
        if (network_.poll_one() > 0) return;
      } else if (processes_[chosen].runs(now()) && processes_[chosen].process->step()) {
        return;
      }
    }
    for (Shopper& shopper : shoppers_) {
      if (!shopper.next() || *shopper.next() > now()) continue;
      Process* const chosen = somebody();
      shopper.act(chosen, somebody(), weather_, now());
      return;
    }
    pass_time();
  }

  void crash() {
    Slot& slot = processes_[weather_.below(kProcesses)];
    if (!slot.process) return;
    slot.process.reset();
    slot.restarts_at = now() + std::chrono::milliseconds(weather_.below(40'000));
    ++outcome_.crashes;
  }

  void pass_time() {
    std::optional<Instant> next = clock_.next();
    const auto consider = [&](std::optional<Instant> at) {
      if (at && (!next || *at < *next)) next = at;
    };
    for (const Slot& slot : processes_) {
      if (slot.process == nullptr) {
        consider(slot.restarts_at);
      } else if (slot.runs(now())) {
        consider(slot.process->next());
      } else {
        consider(slot.stalled_until);
      }
    }
    for (const Shopper& shopper : shoppers_)
      consider(shopper.next());
    clock_.advance_to(std::max(*next, now()));  // the sweepers always sleep, so there is one
    for (Slot& slot : processes_) {
      if (slot.runs(now())) {
        slot.process->advance_to(now());
      } else if (slot.process) {
        continue;
      } else if (slot.restarts_at <= now()) {
        slot.process = std::make_unique<Process>(outside_, now());
      }
    }
  }

  // Everything is where it ends. Asked rarely: it looks at every order.
  bool settled() {
    if (outcome_.steps % 64 != 0 || clock_.next()) return false;
    for (const orders::Order& order : store_.state().orders) {
      if (order.state == orders::State::kPendingPayment) return false;
      if (order.payment == orders::PaymentState::kAuthorised) return false;
    }
    return true;
  }

  void audit(Duration lag, std::string_view when) {
    orders::Auditor auditor(now(), lag);
    (void)finish(store_.orders().audit(auditor));
    for (const auto& [key, payment] : ledger_.payments)
      auditor.payment(checkout::ledger_payment(payment));
    for (const orders::Violation& each : auditor.report().violations)
      fault(fmt::format("{}{} {}: {}", when, each.invariant, each.row, each.what));
  }

  void check_end() {
    if (!within_steps()) fault("it does not come to an end");
    audit(Duration(-1), "");
    const storage::memory::State state = store_.state();
    std::string trace;
    for (const orders::Order& order : state.orders) {
      ++outcome_.orders;
      if (order.state == orders::State::kPaid) ++outcome_.paid;
      if (order.state == orders::State::kPendingPayment)
        fault("order " + order.id.text() + " is still pending");
      trace +=
          fmt::format("{} {} {} {};", order.id.text(), to_string(order.state), order.version, order.attempt);
    }
    for (const Shopper& shopper : shoppers_)
      check_shopper(shopper, state);
    trace += fmt::format("{} {}", now().us, outcome_.steps);
    outcome_.trace = fingerprint(trace);
  }

  void check_shopper(const Shopper& shopper, const storage::memory::State& state) {
    const checkout::Request& request = shopper.request();
    const Told& told = shopper.told();
    const auto row = state.order_by_key.find({request.cart, request.idempotency_key});
    const orders::Order* order = row == state.order_by_key.end() ? nullptr : &state.orders[row->second];
    const std::string& key = request.idempotency_key;
    for (const std::string& what : told.broken)
      fault(fmt::format("{}: answered {}", key, what));

    // I2 and I3: what was told is there, and it is one.
    const auto same = [&](const std::vector<OrderId>& ids, std::string_view answer) {
      for (const OrderId& id : ids) {
        if (order == nullptr || order->id != id)
          fault(fmt::format("{}: was told '{}' of order {}, which the store does not have", key, answer,
                            id.text()));
      }
    };
    same(told.paid, "paid");
    same(told.pending, "pending");
    same(told.declined, "declined");
    const bool sold =
        order != nullptr && (order->state == orders::State::kPaid || order->state == orders::State::kPlaced);
    if (!told.paid.empty() && !sold) fault(fmt::format("{}: was told 'paid', but the order is not", key));
    if (!told.declined.empty() && sold)
      fault(fmt::format("{}: was told 'declined', but the order is paid", key));
    if (told.asked > 0 && told.nothing_changed == told.asked && order != nullptr)
      fault(fmt::format("{}: was told each time that nothing was changed, but there is order {}", key,
                        order->id.text()));
    const auto cart = state.carts.find(request.cart);
    const bool left_over = cart != state.carts.end() && !cart->second.lines.empty();
    // Unless it was put there again, by a shopper who was told that the cart is empty, or by a late change.
    if (sold && shopper.from_cart() && left_over && !told.cart_doubtful && told.nothing_changed == 0)
      fault(fmt::format("{}: what was bought is still in the cart", key));
  }

  SeededRandom random_;
  Weather weather_;
  asio::io_context network_{1};  // what is under way, and never crashes
  SimulatedClock clock_{kStart};
  storage::MemoryStore store_{clock_};
  payments::MemoryLedger ledger_;
  catalog::SnapshotHolder catalogue_;
  pricing::Rules rules_;
  Outside outside_{store_,
                   ledger_,
                   catalogue_,
                   rules_,
                   random_,
                   weather_,
                   [this](Duration delay, std::function<Task<void>()> act) {
                     asio::co_spawn(network_, after(clock_, delay, std::move(act)), asio::detached);
                   }};
  Slot processes_[kProcesses];
  std::vector<Shopper> shoppers_;
  Outcome outcome_;
};

}  // namespace

Outcome simulate(std::uint64_t seed, Sabotage sabotage) { return World(seed, sabotage).run(); }

}  // namespace ff::simulation
