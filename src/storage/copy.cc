#include "storage/copy.h"

#include <fmt/format.h>
#include <sodium.h>

#include <cstring>

#include "storage/documents.h"

namespace ff::storage {

namespace {

enum Kind : std::size_t { kProducts, kCollections, kStock, kLedger, kCarts, kOrders, kEvents };

/// One row as bytes that no other row has: every field with its length.
class RowBytes {
 public:
  RowBytes& number(std::int64_t value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  RowBytes& text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    bytes_.append(value);
    return *this;
  }
  template <typename Id>
  RowBytes& id(const Id& value) {
    bytes_.append(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
    return *this;
  }
  void add_to(Tally& tally) const {
    std::array<std::uint8_t, 32> digest{};
    crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const std::uint8_t*>(bytes_.data()),
                       bytes_.size(), nullptr, 0);
    for (std::size_t lane = 0; lane < tally.sum.size(); ++lane) {
      std::uint64_t part = 0;
      std::memcpy(&part, digest.data() + lane * sizeof part, sizeof part);
      tally.sum[lane] += part;
    }
    ++tally.count;
  }

 private:
  std::string bytes_;
};

void add(Tally& tally, const OrderRow& row) {
  const orders::Order& order = row.order;
  RowBytes()
      .id(order.id)
      .id(order.cart)
      .number(order.number)
      .number(static_cast<int>(order.state))
      .number(static_cast<int>(order.payment))
      .number(order.version)
      .number(order.attempt)
      .number(order.holding ? 1 : 0)
      .number(order.created_at.us)
      .number(order.updated_at.us)
      .number(order.hold_expires_at.us)
      .number(order.lease_expires_at.us)
      .text(order.idempotency_key)
      .text(order.payment_reference)
      .text(order.card_hint)
      .text(order.reason)
      .text(row.document)
      .add_to(tally);
}

Task<Result<Tallies>> read_all(Store& store) {
  auto reading = co_await store.transfer().read();
  if (!reading) co_return tl::unexpected<Error>(std::move(reading.error()));
  Tallies tallies;
  for (;;) {
    auto chunk = co_await (*reading)->next();
    if (!chunk) co_return tl::unexpected<Error>(std::move(chunk.error()));
    if (chunk->rows() == 0) break;
    if (auto added = tallies.add(*chunk); !added) co_return tl::unexpected<Error>(std::move(added.error()));
  }
  co_return tallies;
}

}  // namespace

Tallies::Tallies() {
  constexpr std::array<std::string_view, 7> kNames{"products", "collections", "stock", "stock ledger",
                                                   "carts",    "orders",      "events"};
  for (std::size_t kind = 0; kind < kNames.size(); ++kind)
    tallies_[kind].kind = kNames[kind];
}

Result<void> Tallies::add(const Chunk& chunk) {
  for (const CatalogueDocument& row : chunk.products)
    RowBytes().number(row.id).text(row.handle).text(row.document).add_to(tallies_[kProducts]);
  for (const CatalogueDocument& row : chunk.collections)
    RowBytes().number(row.id).text(row.handle).text(row.document).add_to(tallies_[kCollections]);
  for (const inventory::Stock& row : chunk.stock) {
    RowBytes()
        .number(row.variant.value)
        .number(static_cast<int>(row.policy))
        .number(row.received)
        .number(row.available)
        .number(row.held)
        .number(row.sold)
        .add_to(tallies_[kStock]);
  }
  for (const StockChange& row : chunk.ledger) {
    RowBytes()
        .number(row.variant.value)
        .number(row.delta)
        .number(row.at.us)
        .text(row.reason)
        .add_to(tallies_[kLedger]);
  }
  for (const CartRow& row : chunk.carts) {
    RowBytes()
        .id(row.id)
        .number(static_cast<std::int64_t>(row.version))
        .number(row.updated_at.us)
        .text(row.lines)
        .add_to(tallies_[kCarts]);
  }
  for (const OrderRow& row : chunk.orders)
    storage::add(tallies_[kOrders], row);
  DocumentReader documents;
  for (const EventBatch& row : chunk.events) {
    const bool read =
        documents.events(row.events, [&](const OrderId& id, std::int32_t sequence, std::string_view type) {
          RowBytes().id(id).number(sequence).number(row.at.us).text(type).add_to(tallies_[kEvents]);
        });
    if (!read) return fail(ErrorCode::kInternal, fmt::format("event batch {} can't be read", row.id));
  }
  return {};
}

Task<Result<Tallies>> copy(Store& from, Store& to, CopyProgress progress) {
  auto writing = co_await to.transfer().write();
  if (!writing) co_return tl::unexpected<Error>(std::move(writing.error()));
  auto reading = co_await from.transfer().read();
  if (!reading) co_return tl::unexpected<Error>(std::move(reading.error()));
  auto total = co_await (*reading)->count();
  if (!total) co_return tl::unexpected<Error>(std::move(total.error()));
  auto counters = co_await (*reading)->counters();
  if (!counters) co_return tl::unexpected<Error>(std::move(counters.error()));
  Tallies source;
  std::int64_t done = 0;
  for (;;) {
    auto chunk = co_await (*reading)->next();
    if (!chunk) co_return tl::unexpected<Error>(std::move(chunk.error()));
    if (chunk->rows() == 0) break;
    if (auto added = source.add(*chunk); !added) co_return tl::unexpected<Error>(std::move(added.error()));
    done += static_cast<std::int64_t>(chunk->rows());
    auto written = co_await (*writing)->write(std::move(*chunk));
    if (!written) co_return tl::unexpected<Error>(std::move(written.error()));
    if (progress) progress(done, *total);
  }
  auto finished = co_await (*writing)->finish(*counters);
  if (!finished) co_return tl::unexpected<Error>(std::move(finished.error()));
  writing->reset();
  auto target = co_await read_all(to);  // while the source is still kept from being written
  if (!target) co_return tl::unexpected<Error>(std::move(target.error()));
  for (std::size_t kind = 0; kind < source.all().size(); ++kind) {
    const Tally& want = source.all()[kind];
    const Tally& have = target->all()[kind];
    if (want == have) continue;
    co_return fail(
        ErrorCode::kInternal,
        fmt::format("the copy differs in {}: {} in the source, {} in the target{}; don't use it", want.kind,
                    want.count, have.count, want.count == have.count ? " with other contents" : ""));
  }
  co_return source;
}

}  // namespace ff::storage
