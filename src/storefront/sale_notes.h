// What the sales that a cart's pieces are in say of it, before its order is refused: how many one shopper may
// buy, and that a sale which has not started is waited for in line.
//
// Invariant: told from the board alone, with what the order store and the door will hold the cart to.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cart/cart.h"
#include "catalog/snapshot.h"
#include "sales/board.h"
#include "storefront/html.h"

namespace ff::storefront {

struct SaleNote {
  sales::SaleId sale;
  std::string title;
  std::int32_t units_max = 0;  // for one shopper; 0: no limit
  std::int64_t units = 0;      // that the cart holds of it
  bool to_come = false;        // until it starts its pieces can't be bought; there is a line
  Instant starts_at;
};

/// By sale id. Nothing of sales that are over, or that neither limit anything now nor keep anybody waiting.
std::vector<SaleNote> sale_notes(const sales::Board& board, const catalog::Snapshot& snapshot,
                                 std::span<const cart::Line> lines, Instant now);

void write_sale_notes(Html& html, std::span<const SaleNote> notes);

}  // namespace ff::storefront
