#include "sales/sale.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace ff::sales {
namespace {

constexpr std::size_t kHandleBytesMax = 255;

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

double seconds_of(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Result<void> check_queue(const SaleSettings& settings) {
  if (settings.auto_after < kAutoAfterMin || settings.auto_after > kAutoAfterMax)
    return invalid("auto-after", fmt::format("must be between {} and {} seconds", seconds_of(kAutoAfterMin),
                                             seconds_of(kAutoAfterMax)));
  if (settings.pass_for < kPassForMin || settings.pass_for > kPassForMax)
    return invalid("pass-for", fmt::format("must be between {} and {} seconds", seconds_of(kPassForMin),
                                           seconds_of(kPassForMax)));
  if (!std::isfinite(settings.rate_max) || settings.rate_max < 0 || settings.rate_max > kRateMax)
    return invalid("rate", fmt::format("must be between 0 and {} admissions a second", kRateMax));
  return {};
}

}  // namespace

std::optional<SaleId> SaleId::parse(std::string_view text) {
  if (text.empty() || text.size() > kSaleIdBytesMax) return std::nullopt;
  const bool known = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (!known) return std::nullopt;
  return SaleId(text);
}

std::string_view to_string(Queue queue) {
  switch (queue) {
    case Queue::kOff:
      return "off";
    case Queue::kOn:
      return "on";
    case Queue::kAuto:
      return "auto";
  }
  return "off";
}

std::optional<Queue> parse_queue(std::string_view text) {
  for (const Queue queue : {Queue::kOff, Queue::kOn, Queue::kAuto}) {
    if (text == to_string(queue)) return queue;
  }
  return std::nullopt;
}

bool SaleSettings::covers(std::string_view handle) const {
  return products.empty() || std::binary_search(products.begin(), products.end(), handle);
}

Result<SaleSettings> check(SaleSettings settings) {
  if (settings.id.text().empty()) return invalid("id", "must be 1 to 64 of a-z, 0-9 and -");
  const std::size_t title = utf8_length(settings.title);
  if (title == 0 || title > kTitleLengthMax || !is_utf8(settings.title) || has_control(settings.title))
    return invalid("title", fmt::format("must be one line of 1 to {} characters", kTitleLengthMax));
  if (settings.ends_at <= settings.starts_at) return invalid("ends", "must be after the start");
  if (settings.ends_at - settings.starts_at > kSaleLastsMax)
    return invalid("ends", "must be at most 10 days after the start");
  if (settings.per_shopper_max < 0 || settings.per_shopper_max > kPerShopperMax)
    return invalid("limit", fmt::format("must be between 0 (no limit) and {} units", kPerShopperMax));
  std::sort(settings.products.begin(), settings.products.end());
  settings.products.erase(std::unique(settings.products.begin(), settings.products.end()),
                          settings.products.end());
  if (settings.products.size() > kProductsMax)
    return invalid("products", fmt::format("must be at most {} handles; or the whole shop", kProductsMax));
  for (const std::string& handle : settings.products) {
    if (handle.empty() || handle.size() > kHandleBytesMax || has_control(handle) || !is_utf8(handle))
      return invalid("products", fmt::format("'{}' is no handle of a product", handle));
  }
  if (auto ok = check_queue(settings); !ok) return tl::unexpected(std::move(ok.error()));
  return settings;
}

std::string to_hex(const Bytes32& bytes) {
  return fmt::format("{:02x}", fmt::join(bytes.begin(), bytes.end(), ""));
}

std::optional<Bytes32> parse_bytes32(std::string_view hex) {
  Bytes32 bytes{};
  if (hex.size() != 2 * bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return bytes;
}

Bytes32 commitment_to(const Bytes32& seed) {
  Bytes32 hash{};
  static_assert(sizeof hash == crypto_hash_sha256_BYTES);
  crypto_hash_sha256(hash.data(), seed.data(), seed.size());
  return hash;
}

SaleSecrets SaleSecrets::make(Random& random) {
  SaleSecrets made;
  random.fill(std::as_writable_bytes(std::span(made.seed)));
  random.fill(std::as_writable_bytes(std::span(made.signing_key)));
  return made;
}

QueueState first_queue(const SaleSettings& settings, Instant now) {
  QueueState queue;
  queue.epoch = static_cast<std::uint32_t>(now.us / 1'000'000);
  queue.open = settings.queue == Queue::kOn;
  if (queue.open) queue.opened_at = settings.starts_at;
  return queue;
}

Result<QueueState> edited_queue(const SaleSettings& before, const QueueState& queue,
                                const SaleSettings& after, Instant now) {
  if (after.starts_at != before.starts_at && now >= before.starts_at)
    return fail(ErrorCode::kConflict, "the sale " + before.id.text() +
                                          " has started and keeps its start: the seed of its draw is out");
  if (after.queue == before.queue) {
    QueueState same = queue;
    if (after.queue == Queue::kOn && queue.opened_at == before.starts_at) same.opened_at = after.starts_at;
    return same;
  }
  QueueState next;
  next.epoch = queue.epoch + 1;
  next.token = queue.token;
  next.version = queue.version;
  next.open = after.queue == Queue::kOn;
  // A queue that begins in mid-sale has nobody who came before its first moment: the seed is known.
  if (next.open) next.opened_at = std::max(after.starts_at, now);
  return next;
}

bool drops_line(const Sale& before, const SaleSettings& after, Instant now) {
  return before.guarded(now) && after.queue != before.settings().queue;
}

Sale::Sale(SaleSettings settings, SaleSecrets secrets, QueueState queue)
    : settings_(std::move(settings)),
      secrets_(secrets),
      queue_(queue),
      commitment_(commitment_to(secrets_.seed)) {}

std::optional<Bytes32> Sale::seed(Instant now) const {
  if (!started(now)) return std::nullopt;
  return secrets_.seed;
}

}  // namespace ff::sales
