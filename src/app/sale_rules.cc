#include "app/sale_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "base/nearest.h"
#include "sales/line.h"

namespace ff::app {

namespace {

/// "; did you mean satin-dress?", or nothing.
Task<std::string> guess(catalog::CatalogStore& catalogue, std::string_view unknown) {
  auto stored = co_await catalogue.load();
  if (!stored) co_return std::string();
  std::vector<std::string_view> handles;
  for (const catalog::Product& product : stored->products)
    handles.push_back(product.handle);
  const auto meant = nearest(unknown, handles);
  co_return meant ? fmt::format("; did you mean {}?", *meant) : std::string();
}

}  // namespace

Task<Result<void>> check_products(catalog::CatalogStore& catalogue, const std::optional<sales::Sale>& before,
                                  const sales::SaleSettings& after, const SaleWords& words) {
  std::vector<std::string> added;
  std::ranges::copy_if(after.products, std::back_inserter(added), [&](const std::string& handle) {
    return !before || !std::ranges::binary_search(before->settings().products, handle);  // they are sorted
  });
  if (added.empty()) co_return Result<void>{};
  auto unknown = co_await catalogue.unknown_handles(std::move(added));
  if (!unknown) co_return tl::unexpected<Error>(std::move(unknown.error()));
  if (unknown->empty()) co_return Result<void>{};
  const std::string& first = unknown->front();
  std::string said = fmt::format("must be handles of products of this shop, and '{}' is none", first);
  if (words.guess) {
    const std::string meant = co_await guess(catalogue, first);
    said += meant;
  }
  co_return invalid(std::string(words.products), std::move(said));
}

Task<Result<std::uint64_t>> tickets_taken(sales::SaleStore& store, const sales::Sale& sale) {
  sales::SaleId id = sale.id();
  const std::uint32_t epoch = sale.queue().epoch;
  auto counts = co_await store.arrivals(std::move(id), epoch, 0);
  if (!counts) co_return tl::unexpected<Error>(std::move(counts.error()));
  co_return sales::Line(*counts).length();
}

Task<Result<void>> check_line_is_kept(sales::SaleStore& store, const std::optional<sales::Sale>& before,
                                      const sales::SaleSettings& after, Instant now, const SaleWords& words) {
  if (!before || !sales::drops_line(*before, after, now)) co_return Result<void>{};
  auto tickets = co_await tickets_taken(store, *before);
  if (!tickets) co_return tl::unexpected<Error>(std::move(tickets.error()));
  if (*tickets == 0) co_return Result<void>{};
  co_return fail(
      ErrorCode::kConflict,
      fmt::format("the queue of {} is open, and with another kind of queue its {} ticket{} would be "
                  "void: leave it, or end the sale; with {} they are dropped",
                  before->id().text(), *tickets, *tickets == 1 ? "" : "s", words.drop_line));
}

Task<Result<void>> check_line_is_over(sales::SaleStore& store, const std::optional<sales::Sale>& before,
                                      Instant now, const SaleWords& words) {
  if (!before || !before->guarded(now)) co_return Result<void>{};
  auto tickets = co_await tickets_taken(store, *before);
  if (!tickets) co_return tl::unexpected<Error>(std::move(tickets.error()));
  if (*tickets == 0) co_return Result<void>{};
  co_return fail(ErrorCode::kConflict,
                 fmt::format("the queue of {} is open, and without the sale its {} ticket{} would be void: "
                             "leave it{}; with {} they are dropped",
                             before->id().text(), *tickets, *tickets == 1 ? "" : "s",
                             before->started(now) ? ", or end the sale" : "", words.drop_line_and_remove));
}

}  // namespace ff::app
