#include "app/sale_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/nearest.h"
#include "sales/line.h"

namespace ff::app {

Result<void> check_products(const sales::SaleSettings& after, const std::optional<sales::Sale>& before,
                            const catalog::Snapshot& shop, const SaleWords& words) {
  const auto unknown = std::ranges::find_if(after.products, [&](const std::string& handle) {
    const bool named_before =
        before && std::ranges::binary_search(before->settings().products, handle);  // they are sorted
    return !named_before && shop.product(handle) == nullptr;
  });
  if (unknown == after.products.end()) return {};
  std::vector<std::string_view> handles;
  for (const catalog::Product& product : shop.products())
    handles.push_back(product.handle);
  const auto meant = nearest(*unknown, handles);
  return invalid(std::string(words.products),
                 fmt::format("must be handles of products of this shop, and '{}' is none{}", *unknown,
                             meant ? fmt::format("; did you mean {}?", *meant) : std::string()));
}

Task<Result<void>> check_line_is_kept(sales::SaleStore& store, const std::optional<sales::Sale>& before,
                                      const sales::SaleSettings& after, Instant now, const SaleWords& words) {
  if (!before || !sales::drops_line(*before, after, now)) co_return Result<void>{};
  sales::SaleId id = before->id();
  const std::uint32_t epoch = before->queue().epoch;
  auto counts = co_await store.arrivals(std::move(id), epoch, 0);
  if (!counts) co_return tl::unexpected<Error>(std::move(counts.error()));
  const std::uint64_t tickets = sales::Line(*counts).length();
  if (tickets == 0) co_return Result<void>{};
  co_return fail(
      ErrorCode::kConflict,
      fmt::format("the queue of {} is open, and with another kind of queue its {} ticket{} would be "
                  "void: leave it, or end the sale; with {} they are dropped",
                  before->id().text(), tickets, tickets == 1 ? "" : "s", words.drop_line));
}

}  // namespace ff::app
