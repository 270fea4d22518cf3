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
#include "simulation/promises.h"
#include "simulation/shopper.h"
#include "storage/memory/memory_store.h"

namespace ff::simulation {
namespace {

constexpr std::size_t kProcesses = 3;
constexpr int kStepsMax = 400'000;  // beyond it something turns in a circle
constexpr Duration kCalmMax = std::chrono::hours(4);
const Instant kStart{1'795'000'000'000'000};

constexpr const char* kCards[] = {"4242424242424242", "4242424242424242", "4242424242424242",
                                  "4242424242424242", "4000000000000002", "4000000000009995",
                                  "4000000000003220", "4000000000000119", "4000000000000341"};
constexpr std::size_t kVariants = std::size(History::kHandles);

// The store's clock: the true one, unless that safeguard is taken out.
class StoreClock final : public Clock {
 public:
  StoreClock(Clock& truth, Sabotage sabotage)
      : truth_(truth), callers_(sabotage == Sabotage::kExpiryByCallersClock) {}
  Instant now() const override { return truth_.now() + (callers_ ? error_ : Duration(0)); }
  Task<void> sleep_until(Instant at) override { return truth_.sleep_until(at); }
  void asked_by_one_whose_clock_errs_by(Duration error) { error_ = error; }

 private:
  Clock& truth_;
  const bool callers_;
  Duration error_{0};
};

catalog::Product product(std::string handle, std::int64_t price, bool checked) {
  catalog::Product made;
  made.handle = std::move(handle);
  made.title = made.handle;
  made.variants.resize(1);
  made.variants[0].price = Money{price, {}};
  if (!checked) made.variants[0].policy = inventory::Policy::kBackorder;
  return made;
}

Task<void> after(Clock& clock, Duration delay, std::function<Task<void>()> act) {
  co_await clock.sleep_for(delay);
  Task<void> acting = act();
  co_await std::move(acting);
}

class World {
 public:
  World(std::uint64_t seed, Sabotage sabotage, Telling telling)
      : telling_(telling), random_(seed), weather_(random_, sabotage) {
    open_shop();
    for (std::size_t i = 0; i < kProcesses; ++i)
      start(i);
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
    Duration clock_error{0};  // of the machine's clock; a new process finds it as it is
    Instant stalled_until;    // the machine is busy with other things: it does not run, and does not know
    bool runs(Instant now) const { return process != nullptr && stalled_until <= now; }
  };

  Instant now() const { return clock_.now(); }
  bool within_steps() const { return outcome_.steps < kStepsMax; }
  void fault(std::string what) {
    story_.line("FAULT", "{}", what);
    outcome_.faults.push_back(std::move(what));
  }

  void start(std::size_t number) {
    Slot& slot = processes_[number];
    slot.process = std::make_unique<Process>(outside_, number, now(), slot.clock_error);
  }

  void open_shop() {
    rules_.countries = {"DE"};
    rules_.delivery = {{"standard", "Standard", {"*"}, Money{490, {}}, std::nullopt}};
    constexpr std::int64_t kPrices[] = {2000, 500, 9900};
    constexpr std::uint64_t kUnitsMax[] = {6, 40, 2};
    const bool checked = weather_.sabotage != Sabotage::kStockNotChecked;
    catalog::CatalogueChange change;
    for (std::size_t i = 0; i < kVariants; ++i) {
      const char* const handle = History::kHandles[i];
      const auto units = static_cast<inventory::Quantity>(weather_.below(kUnitsMax[i] + 1));
      change.upserts.push_back(product(handle, kPrices[i], checked));
      change.stock.push_back({handle, 0, units});
      history_.stocked(i, units);
      story_.line("stock", "{} of {}", units, handle);
    }
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
    const VariantId wants{1 + static_cast<std::int64_t>(weather_.below(kVariants))};
    const auto quantity = 1 + static_cast<inventory::Quantity>(weather_.below(3));
    if (!weather_.chance(40)) request.lines.push_back({wants, quantity, {}});
    const Duration starts_in = std::chrono::milliseconds(weather_.below(weather_.chance(50) ? 100 : 60'000));
    return Shopper(std::move(request), wants, now() + starts_in);
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
    if (weather_.stall()) stall(weather_.below(kProcesses), weather_.stall_time());
    if (weather_.jump()) jump(weather_.below(kProcesses), weather_.jump_by());
    const std::size_t first = weather_.below(kProcesses + 1);
    for (std::size_t i = 0; i <= kProcesses; ++i) {
      const std::size_t chosen = (first + i) % (kProcesses + 1);
      if (chosen == kProcesses) {
        store_clock_.asked_by_one_whose_clock_errs_by(Duration(0));
        network_.restart();
        if (network_.poll_one() > 0) return;
      } else if (Slot& slot = processes_[chosen]; slot.runs(now())) {
        store_clock_.asked_by_one_whose_clock_errs_by(slot.clock_error);
        if (slot.process->step()) return;
      }
    }
    for (Shopper& shopper : shoppers_) {
      if (!shopper.next() || *shopper.next() > now()) continue;
      Process* const chosen = somebody();
      shopper.act(chosen, somebody(), street_, now());
      return;
    }
    pass_time();
  }

  void stall(std::size_t number, Duration time) {
    story_.line("machine", "process {} stands still for {} ms", number, time.count() / 1000);
    processes_[number].stalled_until = now() + time;
  }

  void jump(std::size_t number, Duration by) {
    story_.line("machine", "the clock of process {} jumps by {} ms", number, by.count() / 1000);
    processes_[number].clock_error += by;
    ++outcome_.jumps;
  }

  void crash() {
    const std::size_t number = weather_.below(kProcesses);
    Slot& slot = processes_[number];
    if (!slot.process) return;
    story_.line("machine", "process {} dies", number);
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
    for (std::size_t i = 0; i < kProcesses; ++i) {
      Slot& slot = processes_[i];
      if (slot.runs(now())) {
        slot.process->advance_to(now());
      } else if (!slot.process && slot.restarts_at <= now()) {
        story_.line("machine", "process {} starts again", i);
        start(i);
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
    for (const std::string& each : promises_.broken())
      fault(each);
    const storage::memory::State state = store_.state();
    std::string trace;
    for (const orders::Order& order : state.orders) {
      ++outcome_.orders;
      if (order.state == orders::State::kPaid) ++outcome_.paid;
      if (order.state == orders::State::kPendingPayment)
        fault("order " + order.id.text() + " is still pending");
      story_.line("at the end", "order {} is {}{}{}", order.id.text(), to_string(order.state),
                  order.reason.empty() ? "" : ": ", order.reason);
      trace +=
          fmt::format("{} {} {} {};", order.id.text(), to_string(order.state), order.version, order.attempt);
    }
    for (std::size_t i = 0; i < kVariants; ++i) {
      const auto available = state.stocks.at(VariantId{static_cast<std::int64_t>(i) + 1}).available;
      if (available < 0)
        fault(fmt::format("{} more of {} were granted than there were", -available, History::kHandles[i]));
      history_.left(i, available);
    }
    for (const Shopper& shopper : shoppers_)
      check_shopper(shopper, state);
    trace += fmt::format("{} {}", now().us, outcome_.steps);
    outcome_.trace = fingerprint(trace);
    if (telling_.history) outcome_.history = history_.json_lines(checkout::Settings{}.hold_for);
  }

  static bool is_sold(const orders::Order& order) {
    return order.state == orders::State::kPaid || order.state == orders::State::kPlaced;
  }

  void check_shopper(const Shopper& shopper, const storage::memory::State& state) {
    const checkout::Request& request = shopper.request();
    const Told& told = shopper.told();
    const std::string& key = request.idempotency_key;
    // Each shopper has one cart and one key, so all orders of its cart have that key.
    std::vector<const orders::Order*> theirs;
    for (const orders::Order& each : state.orders) {
      if (each.cart == request.cart) theirs.push_back(&each);
    }
    if (theirs.size() > 1) fault(fmt::format("I3 {}: has {} orders", key, theirs.size()));
    const orders::Order* const order = theirs.empty() ? nullptr : theirs.front();
    const bool sold = order != nullptr && is_sold(*order);
    history_.ended(key, sold);
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
    if (!told.paid.empty() && !sold) fault(fmt::format("{}: was told 'paid', but the order is not", key));
    if (!told.declined.empty() && sold)
      fault(fmt::format("{}: was told 'declined', but the order is paid", key));
    // Of the calls that were told that nothing was changed, none made the order; by the store's true clock.
    const Told::Call* maker = nullptr;
    for (const Told::Call& call : told.calls) {
      if (!call.nothing_changed && (maker == nullptr || call.asked_at < maker->asked_at)) maker = &call;
    }
    const bool true_time = weather_.sabotage != Sabotage::kExpiryByCallersClock;
    if (order != nullptr && true_time && (maker == nullptr || order->created_at < maker->asked_at))
      fault(
          fmt::format("{}: was told that nothing was changed, but there is order {}", key, order->id.text()));
    if (shopper.from_cart()) check_cart(shopper, order, state);
  }

  // One unit was put into the cart, however often it was tried; it stays there until it is sold.
  void check_cart(const Shopper& shopper, const orders::Order* order, const storage::memory::State& state) {
    const std::string& key = shopper.request().idempotency_key;
    inventory::Quantity in_cart = 0;
    const auto cart = state.carts.find(shopper.request().cart);
    if (cart != state.carts.end()) {
      for (const cart::Line& line : cart->second.lines)
        in_cart += line.quantity;
    }
    if (order != nullptr && order->lines.front().quantity != 1)
      fault(fmt::format("{}: put 1 into the cart, ordered {}", key, order->lines.front().quantity));
    const bool sold = order != nullptr && is_sold(*order);
    if (sold && in_cart != 0) fault(fmt::format("{}: what was bought is still in the cart", key));
    if (in_cart > 1) fault(fmt::format("{}: put 1 into the cart, there are {}", key, in_cart));
    if (shopper.put_in_cart() && !sold && in_cart == 0)
      fault(fmt::format("{}: what was put into the cart is not there", key));
  }

  const Telling telling_;
  SeededRandom random_;
  Weather weather_;
  asio::io_context network_{1};  // what is under way, and never crashes
  SimulatedClock clock_{kStart};
  StoreClock store_clock_{clock_, weather_.sabotage};
  storage::MemoryStore store_{store_clock_};
  Promises promises_{store_.orders(), clock_, weather_.sabotage};
  Story story_{clock_, telling_.trace};
  History history_{clock_};
  Street street_{weather_, history_, story_};
  payments::MemoryLedger ledger_;
  catalog::SnapshotHolder catalogue_;
  pricing::Rules rules_;
  payments::MemoryGateway bank_{ledger_, clock_,
                                [](payments::Operation, const std::string&) { return payments::Fate{}; },
                                [](Duration, const std::function<void()>&) {}};
  Outside outside_{promises_,
                   store_.carts(),
                   ledger_,
                   catalogue_,
                   rules_,
                   random_,
                   weather_,
                   bank_,
                   story_,
                   [this](Duration delay, std::function<Task<void>()> act) {
                     asio::co_spawn(network_, after(clock_, delay, std::move(act)), asio::detached);
                   }};
  Slot processes_[kProcesses];
  std::vector<Shopper> shoppers_;
  Outcome outcome_;
};

}  // namespace

Outcome simulate(std::uint64_t seed, Sabotage sabotage, Telling telling) {
  return World(seed, sabotage, telling).run();
}

}  // namespace ff::simulation
