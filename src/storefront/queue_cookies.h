// The two cookies of the waiting room: `ff_tickets` holds a shopper's places in line, `ff_passes` its ways
// in; each up to sales::kTokensMax signed tokens, of as many sales.
//
// Invariant: both are hidden from scripts and prove themselves (sales/ticket.h): what a browser changes in
// them is worth nothing. They end with the sale, or with the pass.
#pragma once

#include "http/message.h"
#include "sales/door.h"
#include "shop/shop.h"

namespace ff::storefront {

inline constexpr std::string_view kTicketsCookie = "ff_tickets";
inline constexpr std::string_view kPassesCookie = "ff_passes";

/// Who asks, for the door: views into `request`.
sales::Visit visit_of(const http::Request& request);

/// Keeps the ticket where the shopper does not have it yet.
void keep_ticket(http::Response& response, const http::Request& request, const shop::Identity& identity,
                 const sales::Queued& queued, Instant now);
void keep_pass(http::Response& response, const http::Request& request, const shop::Identity& identity,
               const sales::Admitted& admitted, Instant now);

/// Where a shopper waits: "/queue/drop".
std::string queue_url(const sales::SaleId& sale);

}  // namespace ff::storefront
