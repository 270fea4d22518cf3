#include "sales/sale_store.h"

#include <fmt/format.h>

#include <cmath>

namespace ff::sales {

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

Result<Sale> edited(const Sale* found, const SaleSettings& settings, const SaleSecrets& if_new, Instant now) {
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
  next->version = settings.version + 1;
  next->rate_max = from_millionths(to_millionths(next->rate_max));
  if (found == nullptr) {
    QueueState queue = first_queue(*next);
    queue.version = 1;
    return Sale(std::move(*next), if_new, queue);
  }
  auto queue = edited_queue(found->settings(), found->queue(), *next, now);
  if (!queue) return tl::unexpected(std::move(queue.error()));
  ++queue->version;  // a leader that decided by what it was before is refused
  return Sale(std::move(*next), found->secrets_for_store(), *queue);
}

}  // namespace ff::sales
