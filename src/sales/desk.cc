#include "sales/desk.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "sales/pacing.h"
#include "telemetry/log.h"

namespace ff::sales {
namespace {

/// Whether rows are written and read for it: its queue may be open now or soon.
bool active(const SaleSettings& settings, Instant now) {
  if (settings.queue == Queue::kOff || settings.over(now)) return false;
  return settings.queue == Queue::kOn || now >= settings.starts_at;
}

/// The counts of one queue, and which of them are still read.
struct KnownLine {
  Bytes32 commitment{};  // an id that was removed and set again is another line
  std::uint32_t epoch = 0;
  std::vector<BucketCount> counts;  // ascending
  std::uint32_t read_from = 0;      // those before it are final
  Instant reread_at;
};

constexpr const char* kOther = "other";  // the label of sales beyond the bound
struct SaleGauges {
  telemetry::Gauge &length, &frontier, &rate, &waiting, &wait;
};

void show_wait(SaleGauges& gauge, const QueueState& queue, std::uint64_t length) {
  const double waiting = std::max(0.0, static_cast<double>(length) - queue.frontier);
  gauge.rate.set(std::lround(queue.rate));
  gauge.waiting.set(static_cast<std::int64_t>(waiting));
  gauge.wait.set(queue.rate > 0 ? static_cast<std::int64_t>(std::ceil(waiting / queue.rate)) : 0);
}

}  // namespace

struct Desk::Parts {
  SaleStore& store;
  leadership::Leader& leader;
  BoardHolder& boards;
  TicketCounts& counts;
  Clock& clock;
  const DeskSettings settings;
  const std::string process;
  const LoadProbe load;
  const SoldOutProbe sold_out;
  telemetry::Registry& metrics;
  telemetry::Gauge &stored, &armed, &running;
  telemetry::Counter& failures;

  std::map<SaleId, KnownLine> lines{};
  std::map<std::string, SaleGauges> gauges{};  // by label; at most kSalesMax and "other"
  // When what is done less often was done last; 0: never.
  Instant asked_lease_at{}, reported_at{}, stepped_at{}, forgot_at{};
  bool led = false;
  bool spoke = false;  // reported, or tried to
  Instant quiet_since{};
  bool away = false;  // what the log said last

  Task<Result<void>> tell(Instant now, std::span<const Sale> sales, const CheckoutLoad& seen);
  Task<Result<void>> read_line(const Sale& sale, Instant now);
  Task<Result<void>> lead_if_ours(std::span<const Sale> sales, bool any_active, Instant now);
  bool forgetting_is_due(Instant now) const {
    return forgot_at == Instant{} || now - forgot_at >= settings.forget_every;
  }
  Task<Result<void>> lead(std::span<const Sale> sales, Instant now);
  Task<Result<void>> move(const Sale& sale, Moment moment);
  void publish(std::vector<Sale> sales, Instant now);
  Task<Result<void>> forget_if_due(Instant now);
  Task<Result<void>> rest(bool any_stored, Instant now);
  SaleGauges& gauges_of(std::string label);
  Line line_of(const Sale& sale) const;
  std::uint64_t length_of(const Sale& sale) const { return line_of(sale).length(); }
  void note(const Result<void>& round);
};

Desk::Desk(SaleStore& store, leadership::Leader& leader, BoardHolder& boards, TicketCounts& counts,
           Clock& clock, DeskSettings settings, std::string process, LoadProbe load, SoldOutProbe sold_out,
           telemetry::Registry& metrics)
    : parts_(new Parts{store, leader, boards, counts, clock, settings, std::move(process), std::move(load),
                       std::move(sold_out), metrics, metrics.gauge("ff_sales", "Sales that are stored"),
                       metrics.gauge("ff_sales_armed", "Sales with a queue that have not ended"),
                       metrics.gauge("ff_sales_active",
                                     "Sales whose queue is open or may open now: one process leads them"),
                       metrics.counter("ff_sale_poll_failures_total",
                                       "Rounds of the waiting room that the store did not answer")}) {
  // Before there is any sale: which metrics there are is known from the first moment.
  parts_->gauges_of(kOther);
}
Desk::~Desk() = default;

Task<Result<void>> Desk::Parts::tell(Instant now, std::span<const Sale> sales, const CheckoutLoad& seen) {
  ProcessReport mine{process, seen.capacity_per_second, Duration(0)};
  // Each refusal is told once, in the first report after it: the leader halves the rate for each.
  if (seen.refusing_since && seen.refused_at >= reported_at)
    mine.refusing_for = std::max(now - *seen.refusing_since, Duration(1));
  std::vector<Issued> issued = counts.all();
  spoke = true;
  auto told = co_await store.report(std::move(mine), issued);
  if (!told) co_return told;
  reported_at = now;
  for (const Issued& one : issued) {
    const auto sale =
        std::find_if(sales.begin(), sales.end(), [&](const Sale& s) { return s.id() == one.sale; });
    const bool open = sale != sales.end() && sale->queue().epoch == one.epoch &&
                      one.bucket >= first_open_bucket(sale->queue().opened_at, now);
    if (!open) counts.settle(one);
  }
  co_return Result<void>{};
}

Task<Result<void>> Desk::Parts::read_line(const Sale& sale, Instant now) {
  KnownLine& known = lines[sale.id()];
  if (known.epoch != sale.queue().epoch || known.commitment != sale.commitment()) {
    known = {sale.commitment(), sale.queue().epoch, {}, 0, now + settings.reread_every};
  } else if (now >= known.reread_at) {
    known.read_from =
        std::min(known.read_from, first_open_bucket(sale.queue().opened_at, now - settings.reread_back));
    known.reread_at = now + settings.reread_every;
  }
  SaleId id = sale.id();
  auto rows = co_await store.arrivals(std::move(id), known.epoch, known.read_from);
  if (!rows) {
    known.reread_at = now;
    co_return tl::unexpected<Error>(std::move(rows.error()));
  }
  std::erase_if(known.counts, [&](const BucketCount& c) { return c.bucket >= known.read_from; });
  known.counts.insert(known.counts.end(), rows->begin(), rows->end());
  known.read_from = first_open_bucket(sale.queue().opened_at, now);
  co_return Result<void>{};
}

Line Desk::Parts::line_of(const Sale& sale) const {
  const auto known = lines.find(sale.id());
  if (known == lines.end() || known->second.epoch != sale.queue().epoch) return {};
  return Line(known->second.counts);
}

Task<Result<void>> Desk::Parts::lead(std::span<const Sale> sales, Instant now) {
  if (!std::exchange(led, true)) {
    stepped_at = {};
    quiet_since = now;
  }
  const Duration elapsed = stepped_at == Instant{} ? Duration(0) : now - stepped_at;
  if (stepped_at != Instant{} && elapsed < settings.step_every) co_return Result<void>{};
  auto processes = co_await store.processes(settings.process_lives_for);
  if (!processes) co_return tl::unexpected<Error>(std::move(processes.error()));
  stepped_at = now;
  Moment moment;
  moment.now = now;
  moment.elapsed = elapsed;
  moment.token = leader.token();
  double capacity = 0, largest = 0;
  for (const ProcessReport& one : *processes) {
    capacity += one.capacity_per_second;
    largest = std::max(largest, one.capacity_per_second);
    // Of one that fell silent nobody knows whether it still refuses, or whether it still is.
    if (one.age > 2 * settings.step_every) continue;
    moment.refusing_for = std::max(moment.refusing_for, one.refusing_for);
  }
  if (moment.refusing_for > Duration(0)) quiet_since = now;
  moment.quiet_for = now - quiet_since;
  const auto waiting = std::count_if(sales.begin(), sales.end(), [&](const Sale& sale) {
    return sale.guarded(now) && sale.queue().frontier < static_cast<double>(length_of(sale));
  });
  const auto queues = static_cast<double>(std::max<std::ptrdiff_t>(waiting, 1));
  moment.capacity_per_second = capacity / queues;
  moment.capacity_of_one = largest / queues;
  for (const Sale& sale : sales) {
    auto moved = co_await move(sale, moment);
    if (!moved) co_return moved;
  }
  auto forgot = co_await forget_if_due(now);
  co_return forgot;
}

Task<Result<void>> Desk::Parts::forget_if_due(Instant now) {
  if (!forgetting_is_due(now)) co_return Result<void>{};
  forgot_at = now;  // also when it fails: it is not urgent, and may be long
  auto forgot = co_await store.forget(settings.keep_for);
  co_return forgot;
}

/// No queue may be open: there is nothing to lead, but what is past is still to be forgotten.
Task<Result<void>> Desk::Parts::rest(bool any_stored, Instant now) {
  Result<void> done;
  if (any_stored && forgetting_is_due(now)) {
    co_await leader.ask();
    if (leader.leading()) {
      led = true;
      done = co_await forget_if_due(now);
    } else {
      forgot_at = now;  // whoever has the lease does it
    }
  }
  if (!std::exchange(led, false)) co_return done;
  asked_lease_at = {};
  auto resigned = co_await leader.resign();
  if (!done) co_return done;
  co_return resigned;
}

Task<Result<void>> Desk::Parts::lead_if_ours(std::span<const Sale> sales, bool any_active, Instant now) {
  if (!any_active) {
    auto rested = co_await rest(!sales.empty(), now);
    co_return rested;
  }
  if (asked_lease_at == Instant{} || now - asked_lease_at >= settings.ask_lease_every) {
    asked_lease_at = now;
    co_await leader.ask();
  }
  if (!leader.leading()) {
    led = false;
    co_return Result<void>{};
  }
  auto stepped = co_await lead(sales, now);
  co_return stepped;
}

Task<Result<void>> Desk::Parts::move(const Sale& sale, Moment moment) {
  moment.line_length = length_of(sale);
  auto next = step(sale.settings(), sale.queue(), moment);
  if (!next) co_return Result<void>{};
  SaleId id = sale.id();
  const QueueState wanted = *next;
  auto changed = co_await store.change_queue(std::move(id), wanted);
  if (!changed) co_return tl::unexpected<Error>(std::move(changed.error()));
  if (*changed && wanted.open != sale.queue().open) {
    log::info("sales", wanted.open ? "a queue opened: checkout refuses" : "a queue closed: nobody waits",
              {{"sale", sale.id().text()}, {"epoch", wanted.epoch}, {"tickets", moment.line_length}});
  }
  co_return Result<void>{};
}

SaleGauges& Desk::Parts::gauges_of(std::string label) {
  // Those of sales that went stay: a registry forgets nothing, so the number of labels has a bound of its
  // own.
  if (!gauges.contains(label) && gauges.size() > kSalesMax) label = kOther;
  const auto found = gauges.find(label);
  if (found != gauges.end()) return found->second;
  const telemetry::Labels labels{{"sale", label}};
  return gauges
      .emplace(label,
               SaleGauges{
                   metrics.gauge("ff_sale_line_length", "Tickets taken in the queue's present epoch", labels),
                   metrics.gauge("ff_sale_frontier", "Places of the line that were called", labels),
                   metrics.gauge("ff_sale_admission_rate", "Places called a second, rounded", labels),
                   metrics.gauge("ff_sale_waiting", "Tickets of the line that were not called yet", labels),
                   metrics.gauge("ff_sale_wait_seconds",
                                 "How long the last in the line waits at the present rate; 0: nobody waits, "
                                 "or nobody is called",
                                 labels)})
      .first->second;
}

void Desk::Parts::publish(std::vector<Sale> sales, Instant now) {
  stored.set(static_cast<std::int64_t>(sales.size()));
  armed.set(std::count_if(sales.begin(), sales.end(), [&](const Sale& sale) {
    return sale.settings().queue != Queue::kOff && !sale.settings().over(now);
  }));
  running.set(std::count_if(sales.begin(), sales.end(),
                            [&](const Sale& sale) { return active(sale.settings(), now); }));
  std::set<SaleId> present;
  std::vector<Posted> posted;
  for (auto& [label, gauge] : gauges)
    for (telemetry::Gauge* one : {&gauge.length, &gauge.frontier, &gauge.rate, &gauge.waiting, &gauge.wait})
      one->set(0);
  for (Sale& sale : sales) {
    present.insert(sale.id());
    Line line = line_of(sale);
    if (sale.settings().queue != Queue::kOff) {
      SaleGauges& gauge = gauges_of(sale.id().text());
      gauge.length.set(static_cast<std::int64_t>(line.length()));
      gauge.frontier.set(static_cast<std::int64_t>(sale.queue().frontier));
      if (sale.guarded(now)) show_wait(gauge, sale.queue(), line.length());
    }
    const bool gone = sale.guarded(now) && sold_out && sold_out(sale.settings().products);
    posted.push_back({std::move(sale), std::move(line), gone});
  }
  std::erase_if(lines, [&](const auto& known) { return !present.contains(known.first); });
  boards.store(std::make_shared<const Board>(std::move(posted)));
}

void Desk::Parts::note(const Result<void>& round) {
  if (!round) failures.add();
  if (away == !round) return;
  away = !round;
  if (away) {
    log::warning("sales", "the store does not answer: the waiting room stands as it was",
                 {{"why", round.error().detail}});
  } else {
    log::info("sales", "the store answers again");
  }
}

Task<Result<void>> Desk::poll() {
  Parts& p = *parts_;
  const Instant now = p.clock.now();
  const CheckoutLoad seen = p.load ? p.load() : CheckoutLoad{};
  auto sales = co_await p.store.sales();
  if (!sales) co_return tl::unexpected<Error>(std::move(sales.error()));
  const bool any_active = std::any_of(sales->begin(), sales->end(),
                                      [&](const Sale& sale) { return active(sale.settings(), now); });
  // A part that fails stops no other: what could be read is shown, what could be told is told.
  Result<void> round;
  const auto keep_first = [&round](Result<void> part) {
    if (round && !part) round = std::move(part);
  };
  if (any_active && now - p.reported_at >= p.settings.step_every) {
    auto told = co_await p.tell(now, *sales, seen);
    keep_first(std::move(told));
  }
  for (const Sale& sale : *sales) {
    if (!active(sale.settings(), now) || !sale.queue().open) continue;
    auto read = co_await p.read_line(sale, now);
    keep_first(std::move(read));
  }
  auto led = co_await p.lead_if_ours(*sales, any_active, now);
  keep_first(std::move(led));
  p.publish(std::move(*sales), now);
  co_return round;
}

Task<void> Desk::run() {
  Parts& p = *parts_;
  while (!stopping_.load(std::memory_order_relaxed)) {
    auto round = co_await poll();
    p.note(round);
    co_await p.clock.sleep_for(p.settings.poll_every);
  }
  // What was given out since the last report, so that it counts without this process.
  // And what it said of refusals is no longer so.
  std::vector<Sale> none;
  const std::vector<Issued> left = p.counts.all();
  if (p.spoke || !left.empty()) {
    auto told = co_await p.tell(p.clock.now(), none, CheckoutLoad{});
    if (!told) log::warning("sales", "the last report was not taken", {{"why", told.error().detail}});
  }
  if (std::exchange(p.led, false)) {
    auto resigned = co_await p.leader.resign();
    if (!resigned)
      log::info("sales", "another process has to wait for the lease", {{"why", resigned.error().detail}});
  }
}

}  // namespace ff::sales
