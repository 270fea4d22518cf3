// GET /queue/{sale}, the waiting room, and POST /queue/{sale}/enter, the way in: a ticket whose place was
// called becomes a pass for this browser's cart.
//
// Invariant: waiting reads no store and writes none: the board and the shopper's own cookies tell all of it.
// Whose place was called costs one read, which tells whether it was used; going in is one write
// (sales/door.h). A request with "X-Piece: queue" is answered with that piece, and with
// 201 and Location where another gets 303.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "http/router.h"
#include "shop/shop.h"
#include "storefront/error_pages.h"
#include "storefront/queue_page.h"

namespace ff::storefront {

/// Stock of a sale's products together, looked up once for each state of labels and catalogue. Any thread.
class SaleStock {
 public:
  std::optional<catalog::StockLabel> of(const shop::Shop& shop, const sales::SaleSettings& sale);

 private:
  struct Known {
    std::uint64_t labels = 0, catalogue = 0;
    std::int64_t version = 0;
    std::optional<catalog::StockLabel> label;
  };
  std::mutex mutex_;
  std::map<std::string, Known> known_;  // by sale; at most kKnownMax
};

class QueueRoutes {
 public:
  QueueRoutes(shop::Shop& shop, const Layout& layout);  // both must outlive it

  Task<http::Response> show(const http::Request& request);   // GET /queue/{sale} ?again
  Task<http::Response> enter(const http::Request& request);  // POST /queue/{sale}/enter ?anew

 private:
  http::Response page(const http::Request& request, const sales::Posted& posted, sales::Queued queued,
                      NewTicket new_ticket, std::optional<sales::Spent> spent);
  http::Response used(const http::Request& request, const sales::SaleId& sale, std::string_view why);

  shop::Shop& shop_;
  const Layout& layout_;
  ErrorPages errors_;
  SaleStock stock_;
};

}  // namespace ff::storefront
