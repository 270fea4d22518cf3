#include "sales/board.h"

#include <algorithm>
#include <cmath>

namespace ff::sales {
namespace {

Phase phase_of(const Sale& sale, Instant now) {
  if (sale.settings().over(now)) return Phase::kOver;
  return sale.started(now) ? Phase::kRunning : Phase::kScheduled;
}

}  // namespace

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::kScheduled:
      return "scheduled";
    case Phase::kRunning:
      return "running";
    case Phase::kOver:
      return "over";
  }
  return "over";
}

std::optional<double> Posted::place(const Ticket& ticket, Instant now) const {
  if (now < sale.queue().opened_at) return std::nullopt;
  return line.place(ticket.bucket, drawn_part(sale.secrets_for_store().seed, ticket.id));
}

Board::Board(std::vector<Posted> posted) : posted_(std::move(posted)) {
  std::sort(posted_.begin(), posted_.end(),
            [](const Posted& a, const Posted& b) { return a.sale.id() < b.sale.id(); });
}

const Posted* Board::find(std::string_view sale) const {
  const auto found = std::lower_bound(
      posted_.begin(), posted_.end(), sale,
      [](const Posted& p, std::string_view wanted) { return std::string_view(p.sale.id().text()) < wanted; });
  return found != posted_.end() && found->sale.id().text() == sale ? &*found : nullptr;
}

std::vector<const Posted*> Board::guarding(std::span<const std::string_view> handles, Instant now) const {
  std::vector<const Posted*> found;
  for (const Posted& posted : posted_) {
    if (!posted.sale.guarded(now)) continue;
    const SaleSettings& settings = posted.sale.settings();
    if (std::any_of(handles.begin(), handles.end(), [&](auto handle) { return settings.covers(handle); }))
      found.push_back(&posted);
  }
  return found;
}

std::vector<PurchaseLimit> Board::limits(std::string_view handle, Instant now) const {
  std::vector<PurchaseLimit> found;
  for (const Posted& posted : posted_) {
    const SaleSettings& s = posted.sale.settings();
    if (s.per_shopper_max > 0 && phase_of(posted.sale, now) == Phase::kRunning && s.covers(handle))
      found.push_back({s.id, s.per_shopper_max, s.starts_at, s.ends_at});
  }
  return found;
}

std::optional<PublicState> Board::public_state(std::string_view id, Instant now) const {
  const Posted* const posted = find(id);
  if (!posted) return std::nullopt;
  const Sale& sale = posted->sale;
  const SaleSettings& settings = sale.settings();
  PublicState state;
  state.id = settings.id;
  state.title = settings.title;
  state.phase = phase_of(sale, now);
  state.queue_open = sale.guarded(now);
  state.starts_at = settings.starts_at;
  state.ends_at = settings.ends_at;
  state.frontier = static_cast<std::int64_t>(std::floor(sale.queue().frontier));
  state.line_length = posted->line.length();
  state.rate = sale.queue().rate;
  state.per_shopper_max = settings.per_shopper_max;
  state.commitment = to_hex(sale.commitment());
  if (const auto seed = sale.seed(now)) state.seed = to_hex(*seed);
  state.sold_out = posted->sold_out;
  return state;
}

bool Board::guards_anything(Instant now) const {
  return std::any_of(posted_.begin(), posted_.end(), [&](const Posted& p) { return p.sale.guarded(now); });
}

}  // namespace ff::sales
