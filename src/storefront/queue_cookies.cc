#include "storefront/queue_cookies.h"

#include <algorithm>

#include "storefront/shopper_cookies.h"

namespace ff::storefront {
namespace {

constexpr Duration kAgeMin = std::chrono::minutes(1);  // a clock that is a little off must not lose a ticket

void keep(http::Response& response, const http::Request& request, const shop::Identity& identity,
          std::string_view name, std::string tokens, Duration age) {
  http::Cookie cookie;
  cookie.name = name;
  cookie.value = std::move(tokens);
  cookie.max_age = std::max(age, kAgeMin);
  cookie.secure = must_be_secure(request, identity);
  response.header("Set-Cookie", http::set_cookie(cookie));
}

}  // namespace

sales::Visit visit_of(const http::Request& request) {
  return {request.cookie(kTicketsCookie), request.cookie(kPassesCookie), cart_of(request),
          request.remote_address, request.method == http::Method::kHead};
}

void keep_ticket(http::Response& response, const http::Request& request, const shop::Identity& identity,
                 const sales::Queued& queued, Instant now) {
  if (!queued.ticket_is_new || queued.ticket.empty()) return;
  keep(response, request, identity, kTicketsCookie,
       sales::keep_token(request.cookie(kTicketsCookie), queued.ticket), queued.ends_at - now);
}

void keep_pass(http::Response& response, const http::Request& request, const shop::Identity& identity,
               const sales::Admitted& admitted, Instant now) {
  keep(response, request, identity, kPassesCookie,
       sales::keep_token(request.cookie(kPassesCookie), admitted.pass), admitted.expires_at - now);
}

std::string queue_url(const sales::SaleId& sale) { return "/queue/" + sale.text(); }

}  // namespace ff::storefront
