#include "sales/sale_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ff::sales {
namespace {

/// When a sale's queue may stand, as far as its settings say; empty: never again.
struct Standing {
  Instant from, until;
};

Standing standing(const SaleSettings& settings, Instant now) {
  if (settings.queue == Queue::kOff) return {now, now};
  return {settings.queue == Queue::kOn ? now : std::max(now, settings.starts_at), settings.ends_at};
}

/// How many queues stand at once where the most do.
std::size_t most_at_once(const std::vector<Standing>& queues) {
  std::size_t most = 0;
  for (const Standing& one : queues) {
    // The most stand at some queue's first moment.
    const auto at_once = std::count_if(queues.begin(), queues.end(), [&](const Standing& other) {
      return other.from <= one.from && one.from < other.until;
    });
    most = std::max(most, static_cast<std::size_t>(at_once));
  }
  return most;
}

/// A cart that all queues guard must be able to hold a token of each. An edit that makes it no worse goes
/// through: a sale can always be ended.
Result<void> check_queues(std::span<const Sale> stored, const SaleSettings& next, Instant now) {
  std::vector<Standing> before, after{standing(next, now)};
  for (const Sale& sale : stored) {
    before.push_back(standing(sale.settings(), now));
    if (sale.id() != next.id) after.push_back(before.back());
  }
  const std::size_t most = most_at_once(after);
  if (most <= kTokensMax || most <= most_at_once(before)) return {};
  return fail(ErrorCode::kConflict,
              fmt::format("{} queues would stand at a time, and a shopper can hold places in {}: end a sale, "
                          "or let this one have no queue",
                          most, kTokensMax));
}

}  // namespace

std::int64_t to_millionths(double value) { return std::llround(value * 1e6); }
double from_millionths(std::int64_t stored) { return static_cast<double>(stored) / 1e6; }

std::string join_products(const std::vector<std::string>& products) {
  return fmt::format("{}", fmt::join(products, "\n"));
}

std::vector<std::string> split_products(std::string_view text) {
  std::vector<std::string> products;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    products.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return products;
}

Result<Sale> edited(std::span<const Sale> stored, const SaleSettings& settings, const SaleSecrets& if_new,
                    Instant now) {
  const auto of_id =
      std::find_if(stored.begin(), stored.end(), [&](const Sale& sale) { return sale.id() == settings.id; });
  const Sale* const found = of_id == stored.end() ? nullptr : &*of_id;
  auto next = check(settings);
  if (!next) return tl::unexpected(std::move(next.error()));
  const std::string& id = settings.id.text();
  if (found == nullptr && settings.version != 0)
    return fail(ErrorCode::kConflict, fmt::format("the sale {} was removed meanwhile", id));
  if (found != nullptr && settings.version != found->settings().version) {
    return fail(ErrorCode::kConflict, settings.version == 0
                                          ? fmt::format("there is a sale {} already", id)
                                          : fmt::format("the sale {} was changed meanwhile", id));
  }
  if (found == nullptr && stored.size() >= kSalesMax)
    return fail(ErrorCode::kConflict, "there are as many sales as there may be: remove one that is over");
  if (auto fits = check_queues(stored, *next, now); !fits)
    return tl::unexpected<Error>(std::move(fits.error()));
  next->version = settings.version + 1;
  next->rate_max = from_millionths(to_millionths(next->rate_max));
  if (found == nullptr) {
    QueueState queue = first_queue(*next, now);
    queue.version = 1;
    return Sale(std::move(*next), if_new, queue);
  }
  auto queue = edited_queue(found->settings(), found->queue(), *next, now);
  if (!queue) return tl::unexpected(std::move(queue.error()));
  ++queue->version;  // a leader that decided by what it was before is refused
  return Sale(std::move(*next), found->secrets_for_store(), *queue);
}

}  // namespace ff::sales
