// Where a page ended, as text that a client hands back and need not understand.
//
// Invariant: a cursor is accepted only with the query that it came from. It names a position in an order, not
// an offset: products that come or go meanwhile neither repeat nor hide others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ff::catalog {

/// Position after a product: orders ascend by key, then newest first, then by id.
struct CursorPosition {
  std::int64_t key = 0;  // what the sort compares
  std::int64_t created_at_us = 0;
  std::int64_t product_id = 0;
  bool operator==(const CursorPosition&) const = default;
};

std::string encode_cursor(const CursorPosition& position, std::uint64_t query_fingerprint);
/// Nothing when it is damaged or of another query.
std::optional<CursorPosition> decode_cursor(std::string_view text, std::uint64_t query_fingerprint);

}  // namespace ff::catalog
