#include "shop/waiting.h"

namespace ff::shop {

bool guards_anything(const Shop& shop) {
  return shop.door != nullptr && shop.door->board()->guards_anything(shop.clock.now());
}

std::vector<std::string_view> handles_of(const catalog::Snapshot& snapshot,
                                         std::span<const cart::Line> lines) {
  std::vector<std::string_view> handles;
  handles.reserve(lines.size());
  for (const cart::Line& line : lines) {
    if (const catalog::VariantRef sold = snapshot.variant(line.variant)) {
      handles.emplace_back(sold.product->handle);
    }
  }
  return handles;
}

Task<Result<std::vector<cart::Line>>> lines_of(Shop& shop, std::optional<CartId> cart) {
  std::vector<cart::Line> lines;
  if (!cart) co_return lines;
  const std::vector<CartId> ids{*cart};
  auto carts = co_await shop.carts.read(ids);
  if (!carts) co_return tl::unexpected<Error>(std::move(carts.error()));
  if (!carts->empty()) lines = std::move(carts->front().lines);
  co_return lines;
}

Task<Result<std::optional<sales::Queued>>> before_checkout(Shop& shop, sales::Visit visit) {
  std::optional<sales::Queued> queued;
  if (!guards_anything(shop)) co_return queued;
  auto lines = co_await lines_of(shop, visit.cart);
  if (!lines) co_return tl::unexpected<Error>(std::move(lines.error()));
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop.catalogue.load();
  const std::vector<std::string_view> handles = handles_of(*snapshot, *lines);
  sales::Answer answer = shop.door->ask(visit, handles, shop.clock.now());
  if (auto* waits = std::get_if<sales::Queued>(&answer)) queued = std::move(*waits);
  co_return queued;
}

}  // namespace ff::shop
