#include "app/sale_commands.h"

#include <fmt/format.h>

#include <cstdio>

#include "app/moments.h"
#include "app/open_store.h"
#include "app/run_task.h"
#include "app/sale_rules.h"
#include "sales/sale_store.h"
#include "sales/ticket.h"

namespace ff::app {
namespace {

using sales::Sale;
using sales::SaleSettings;

void say(const std::string& line) { std::printf("%s\n", line.c_str()); }

// Opens the store and runs `work(Store&)`, which returns a Result<void>.
template <typename Work>
Result<void> with_store(const config::Options& options, Work&& work) {
  SystemClock clock;
  auto store = open_store(options, clock);
  if (!store) return tl::unexpected(store.error());
  return work(**store);
}

Result<sales::SaleId> id_of(const std::string& text) {
  const auto id = sales::SaleId::parse(text);
  if (!id) return invalid("ID", "must be 1 to 64 of a-z, 0-9 and -, like black-friday");
  return *id;
}

Result<std::optional<Sale>> find_sale(sales::SaleStore& store, const sales::SaleId& id) {
  auto listed = run_task(store.sales());
  if (!listed) return tl::unexpected(std::move(listed.error()));
  for (Sale& sale : *listed) {
    if (sale.id() == id) return std::optional(std::move(sale));
  }
  return std::optional<Sale>();
}

Result<Sale> need_sale(sales::SaleStore& store, const std::string& text) {
  const auto id = id_of(text);
  if (!id) return tl::unexpected(id.error());
  auto found = find_sale(store, *id);
  if (!found) return tl::unexpected(std::move(found.error()));
  if (!*found) return fail(ErrorCode::kNotFound, "there is no sale " + text + "; fashionforward sale list");
  return std::move(**found);
}

Result<void> read_instant(const char* option, const std::optional<std::string>& text, Instant now,
                          Instant& into) {
  if (!text) return {};
  const auto at = parse_instant(*text, now);
  if (!at) return invalid(option, "must be like 2026-11-27T09:00:00Z, +10m or now, not '" + *text + "'");
  into = *at;
  return {};
}

Result<void> read_duration(const char* option, const std::optional<std::string>& text, Duration& into) {
  if (!text) return {};
  const auto duration = parse_duration(*text);
  if (!duration) return invalid(option, "must be like 5s, 10m or 2h, not '" + *text + "'");
  into = *duration;
  return {};
}

Result<SaleSettings> edited(SaleSettings settings, const SaleEdit& edit, Instant now) {
  if (edit.title) settings.title = *edit.title;
  if (!edit.products.empty()) settings.products = edit.products;
  if (edit.whole_shop) settings.products.clear();
  if (edit.limit) settings.per_shopper_max = *edit.limit;
  if (edit.rate) settings.rate_max = *edit.rate;
  if (edit.queue) {
    const auto queue = sales::parse_queue(*edit.queue);
    if (!queue) return invalid("--queue", "must be on, off or auto, not '" + *edit.queue + "'");
    settings.queue = *queue;
  }
  for (auto&& ok : {read_instant("--starts", edit.starts, now, settings.starts_at),
                    read_instant("--ends", edit.ends, now, settings.ends_at),
                    read_duration("--auto-after", edit.auto_after, settings.auto_after),
                    read_duration("--pass-for", edit.pass_for, settings.pass_for)}) {
    if (!ok) return tl::unexpected(ok.error());
  }
  return sales::check(std::move(settings));
}

Result<SaleSettings> settings_to_edit(const std::optional<Sale>& found, const sales::SaleId& id,
                                      const SaleEdit& edit) {
  if (found) return found->settings();
  if (edit.products.empty() && !edit.whole_shop)
    return invalid("--products", "or --whole-shop must say what a new sale is of");
  if (!edit.starts || !edit.ends)
    return invalid(edit.starts ? "--ends" : "--starts", "must be given for a new sale");
  SaleSettings fresh;
  fresh.id = id;
  fresh.title = id.text();
  return fresh;
}

Result<void> check_edit(storage::Store& store, const std::optional<Sale>& before, const SaleSettings& after,
                        const SaleEdit& edit, Instant now) {
  if (auto ok = run_task(check_products(store.catalog(), before, after, kSaleOptions)); !ok) return ok;
  if (edit.drop_line) return {};
  return run_task(check_line_is_kept(store.sales(), before, after, now, kSaleOptions));
}

std::string products_text(const SaleSettings& settings) {
  if (settings.products.empty()) return "the whole shop";
  return fmt::format("{}", fmt::join(settings.products, ", "));
}

std::string_view phase_of(const Sale& sale, Instant now) {
  if (sale.settings().over(now)) return "over";
  return sale.started(now) ? "running" : "scheduled";
}

std::string queue_text(const SaleSettings& settings) {
  std::string text(to_string(settings.queue));
  if (settings.queue == sales::Queue::kAuto)
    text += fmt::format(", opens when checkout has refused for {}", duration_text(settings.auto_after));
  if (settings.queue == sales::Queue::kOff) return text;
  text += fmt::format(", a pass lasts {}", duration_text(settings.pass_for));
  if (settings.rate_max > 0) text += fmt::format(", at most {} admissions a second", settings.rate_max);
  return text;
}

void show(const Sale& sale, std::uint64_t line_length, Instant now) {
  const SaleSettings& s = sale.settings();
  const sales::QueueState& q = sale.queue();
  say(fmt::format("sale        {}  {}", s.id.text(), phase_of(sale, now)));
  say(fmt::format("title       {}", s.title));
  say(fmt::format("products    {}", products_text(s)));
  say(fmt::format("starts      {}", rfc3339(s.starts_at)));
  say(fmt::format("ends        {}", rfc3339(s.ends_at)));
  say(s.per_shopper_max > 0 ? fmt::format("limit       {} units for one shopper", s.per_shopper_max)
                            : std::string("limit       none"));
  say(fmt::format("queue       {}", queue_text(s)));
  if (s.queue != sales::Queue::kOff) {
    say(fmt::format("line        {}; {} tickets taken, {:.0f} places called, {:.1f} a second",
                    sale.guarded(now) ? "open" : "closed", line_length, q.frontier, q.rate));
  }
  say(fmt::format("commitment  {}", sales::to_hex(sale.commitment())));
  const auto seed = sale.seed(now);
  say(fmt::format("seed        {}", seed ? sales::to_hex(*seed) : "kept until the start"));
}

/// A ticket, or its number alone: then of the draw.
Result<sales::Ticket> ticket_of(const std::string& text) {
  if (const auto ticket = sales::parse_ticket_unverified(text)) return *ticket;
  if (const auto number = Token::parse(text)) return sales::Ticket{{}, 0, 0, number->bytes};
  return invalid("TICKET",
                 "'" + text + "' is none: it looks like black-friday.AQAA..., its number is 32 hex digits");
}

void tell_draw(const DrawCheck& check, const sales::Bytes32& seed, const sales::Ticket& ticket) {
  const double part = sales::drawn_part(seed, ticket.id);
  say("");
  say(fmt::format("number   {}", Token{ticket.id}.text()));
  if (!ticket.sale.text().empty())
    say(fmt::format("sale     {}, epoch {}", ticket.sale.text(), ticket.epoch));
  say(ticket.bucket == 0
          ? std::string("taken    before the start: its place was drawn")
          : fmt::format("taken    {} to {} s after the queue opened: drawn among those of the same "
                        "five seconds",
                        (ticket.bucket - 1) * 5, ticket.bucket * 5));
  say(fmt::format("draw     {:016x}", sales::draw(seed, ticket.id)));
  say(fmt::format("part     {:.9f}", part));
  if (!check.drawn) {
    say("place    give --tickets, how many were drawn (drawn_tickets of GET /api/v1/sales/ID)");
  } else if (ticket.bucket != 0 && !check.before) {
    say("place    behind the draw: give --before, how many came earlier, and --tickets, how many in its five "
        "seconds");
  } else {
    const std::uint64_t before = check.before.value_or(0);
    const double place = static_cast<double>(before) + part * static_cast<double>(*check.drawn);
    say(fmt::format("place    {} of {}", static_cast<std::int64_t>(place) + 1, before + *check.drawn));
  }
}

}  // namespace

Result<void> set_sale(const config::Options& options, const SaleEdit& edit) {
  const auto id = id_of(edit.id);
  if (!id) return tl::unexpected(id.error());
  return with_store(options, [&](storage::Store& store) -> Result<void> {
    SystemClock clock;
    auto found = find_sale(store.sales(), *id);
    if (!found) return tl::unexpected(std::move(found.error()));
    auto base = settings_to_edit(*found, *id, edit);
    if (!base) return tl::unexpected(std::move(base.error()));
    auto wanted = edited(std::move(*base), edit, clock.now());
    if (!wanted) return tl::unexpected(std::move(wanted.error()));
    if (auto ok = check_edit(store, *found, *wanted, edit, clock.now()); !ok) return ok;
    SecureRandom random;
    const auto stored = run_task(store.sales().put(*wanted, sales::SaleSecrets::make(random)));
    if (!stored) return tl::unexpected(stored.error());
    say(*found ? "changed; running servers know within a second"
               : "added; running servers know within a second");
    const auto line_length = run_task(tickets_taken(store.sales(), *stored));
    if (!line_length) return tl::unexpected(line_length.error());
    show(*stored, *line_length, clock.now());
    return {};
  });
}

Result<void> list_sales(const config::Options& options) {
  return with_store(options, [](storage::Store& store) -> Result<void> {
    const auto listed = run_task(store.sales().sales());
    if (!listed) return tl::unexpected(listed.error());
    const Instant now = SystemClock().now();
    for (const Sale& sale : *listed) {
      const SaleSettings& s = sale.settings();
      say(fmt::format("{}  {}  {} to {}  queue {}{}  {}", s.id.text(), phase_of(sale, now),
                      rfc3339(s.starts_at), rfc3339(s.ends_at), to_string(s.queue),
                      sale.guarded(now) ? " (open)" : "",
                      s.products.empty() ? "the whole shop" : fmt::format("{} products", s.products.size())));
    }
    if (listed->empty())
      say("no sales; add one: fashionforward sale set black-friday --whole-shop --starts ... --ends ...");
    return {};
  });
}

Result<void> show_sale(const config::Options& options, const std::string& id) {
  return with_store(options, [&](storage::Store& store) -> Result<void> {
    const auto sale = need_sale(store.sales(), id);
    if (!sale) return tl::unexpected(sale.error());
    const auto line_length = run_task(tickets_taken(store.sales(), *sale));
    if (!line_length) return tl::unexpected(line_length.error());
    show(*sale, *line_length, SystemClock().now());
    return {};
  });
}

Result<void> end_sale(const config::Options& options, const std::string& id) {
  return with_store(options, [&](storage::Store& store) -> Result<void> {
    const auto sale = need_sale(store.sales(), id);
    if (!sale) return tl::unexpected(sale.error());
    const Instant now = SystemClock().now();
    if (sale->settings().over(now)) return fail(ErrorCode::kConflict, "the sale " + id + " is over already");
    if (!sale->started(now))
      return fail(ErrorCode::kConflict,
                  "the sale " + id + " has not started; remove it: fashionforward sale remove " + id);
    SaleSettings settings = sale->settings();
    settings.ends_at = now;
    const auto stored = run_task(store.sales().put(settings, sale->secrets_for_store()));
    if (!stored) return tl::unexpected(stored.error());
    say("ended; its products are open within a second");
    return {};
  });
}

Result<void> remove_sale(const config::Options& options, const std::string& id, bool drop_line) {
  return with_store(options, [&](storage::Store& store) -> Result<void> {
    const auto checked = id_of(id);
    if (!checked) return tl::unexpected(checked.error());
    const auto found = find_sale(store.sales(), *checked);
    if (!found) return tl::unexpected(found.error());
    if (!drop_line) {
      auto over = run_task(check_line_is_over(store.sales(), *found, SystemClock().now(), kSaleOptions));
      if (!over) return over;
    }
    if (auto removed = run_task(store.sales().remove(*checked)); !removed) return removed;
    say("removed; every ticket and pass of it is void");
    return {};
  });
}

Result<void> check_draw(const DrawCheck& check) {
  const auto seed = sales::parse_bytes32(check.seed);
  if (!seed)
    return invalid("--seed", "must be 64 hex digits, as the shop shows it once the sale has started");
  const auto commitment = sales::parse_bytes32(check.commitment);
  if (!commitment) return invalid("--commitment", "must be 64 hex digits, as the shop showed it before");
  std::vector<sales::Ticket> tickets;
  for (const std::string& text : check.tickets) {
    const auto ticket = ticket_of(text);
    if (!ticket) return tl::unexpected(ticket.error());
    tickets.push_back(*ticket);
  }
  const std::string computed = sales::to_hex(sales::commitment_to(*seed));
  if (computed != sales::to_hex(*commitment)) {
    return fail(ErrorCode::kConflict,
                "this seed is not the one that was committed to: its SHA-256 is " + computed);
  }
  say("the seed is the one that was committed to");
  for (const sales::Ticket& ticket : tickets)
    tell_draw(check, *seed, ticket);
  return {};
}

}  // namespace ff::app
