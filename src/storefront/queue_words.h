// How the waiting room says numbers, waits and moments: as people do, and never more exactly than they are
// known. web/assets/queue.js says waits likewise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "catalog/stock_labels.h"

namespace ff::storefront {

/// "About 3 minutes"; none: that it can't be known yet. `left`: seconds until the sale ends, which may be
/// less.
std::string wait_words(std::optional<std::int64_t> seconds, std::int64_t left);
/// "5,320"
std::string grouped(std::int64_t number);
/// "Friday 27 November 2026, 09:00 UTC"
std::string moment_words(Instant at);
/// "10 minutes", "an hour", "2 hours": a time that somebody has.
std::string span_words(Duration span);
/// "In stock", "Few left", "Sold out"
std::string_view stock_words(catalog::StockLabel label);

}  // namespace ff::storefront
