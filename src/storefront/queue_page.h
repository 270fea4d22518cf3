// The waiting room as HTML: in the draw, in line, called, or told that the goods are gone. Complete without
// JavaScript: the answer's Refresh header asks again; web/assets/queue.js does so in place.
//
// Invariant: nothing is promised that is not known. Before the start there is no place, without a rate no
// estimate; nobody whose ticket was used is told that it's their turn; and the page says what the draw is
// checked by before anything is drawn.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/snapshot.h"
#include "catalog/stock_labels.h"
#include "http/message.h"
#include "sales/door.h"
#include "storefront/layout.h"

namespace ff::storefront {

/// Why the shopper has another ticket than it came with.
enum class NewTicket {
  kNone,
  kInvalid,  // what it brought is no ticket of this line (any more)
  kUsed,     // another cart has it, or its time at the checkout is over
};

struct QueueView {
  sales::Queued queued;
  NewTicket new_ticket = NewTicket::kNone;
  std::optional<sales::Spent> spent;  // its place was called, and somebody went in with it
  std::int32_t per_shopper_max = 0;   // units; 0: no limit
  std::string commitment;             // hex
  std::optional<std::string> seed;    // hex; from the start on
  std::uint64_t drawn = 0;            // tickets that the draw is among
  std::int64_t called = 0;            // places
  Duration pass_for{0};
  Duration left{0};                               // until the sale ends
  std::vector<const catalog::Product*> products;  // of the sale; a few
  std::vector<const catalog::Product*> others;    // what else there is, when it has sold out
  std::optional<catalog::StockLabel> stock;       // of the sale's products together
};

/// `piece`: only what stands inside <main>, for web/assets/queue.js. 429 for who was given no ticket, else
/// 200.
http::Response queue_page(const Layout& layout, const catalog::Snapshot& snapshot,
                          const catalog::StockLabels& labels, const QueueView& view, bool piece);

/// A page of few words: the sale is over.
http::Response sale_over_page(const Layout& layout, const catalog::Snapshot& snapshot,
                              const std::string& title);

}  // namespace ff::storefront
