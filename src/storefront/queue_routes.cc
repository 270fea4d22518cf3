#include "storefront/queue_routes.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "storefront/cart_page.h"
#include "storefront/piece.h"
#include "storefront/queue_cookies.h"
#include "storefront/shopper_cookies.h"

namespace ff::storefront {
namespace {

constexpr std::string_view kPiece = "queue";
constexpr std::size_t kProductsShown = 4;
constexpr std::size_t kProductsLookedAt = 400;  // for what else there is
constexpr std::size_t kKnownMax = 2 * sales::kSalesMax;

/// Where who may buy goes: to the checkout with what is in the cart, else to what the sale sells.
std::string way_on(const http::Request& request, const sales::SaleSettings& sale) {
  if (cart_of(request) && parse_int(request.cookie(kCartCountCookie)).value_or(0) > 0) return "/checkout";
  if (sale.products.size() == 1) return "/products/" + sale.products.front();
  return "/collections";
}

std::vector<const catalog::Product*> some_of(const catalog::Snapshot& snapshot,
                                             const sales::SaleSettings& sale) {
  std::vector<const catalog::Product*> found;
  for (const std::string& handle : sale.products) {
    const catalog::Product* product = snapshot.product(handle);
    if (product != nullptr) found.push_back(product);
    if (found.size() == kProductsShown) break;
  }
  return found;
}

/// Newest first, as far as one looks without being asked to.
std::vector<const catalog::Product*> what_else(const catalog::Snapshot& snapshot,
                                               const catalog::StockLabels& labels,
                                               const sales::SaleSettings& sale) {
  std::vector<const catalog::Product*> found;
  const auto products = snapshot.products();
  for (const catalog::Product& product : products.first(std::min(products.size(), kProductsLookedAt))) {
    if (sale.covers(product.handle) || !labels.available(product)) continue;
    found.push_back(&product);
    if (found.size() == kProductsShown) break;
  }
  return found;
}

catalog::StockLabel better(catalog::StockLabel a, catalog::StockLabel b) { return std::min(a, b); }

}  // namespace

std::optional<catalog::StockLabel> SaleStock::of(const shop::Shop& shop, const sales::SaleSettings& sale) {
  if (sale.products.empty()) return std::nullopt;  // of a whole shop it says nothing
  const std::lock_guard lock(mutex_);
  if (known_.size() > kKnownMax) known_.clear();
  Known& known = known_[sale.id.text()];
  const std::uint64_t labels_now = shop.labels.generation() + 1,
                      catalogue_now = shop.catalogue.generation() + 1;
  if (known.labels == labels_now && known.catalogue == catalogue_now && known.version == sale.version)
    return known.label;
  known = {labels_now, catalogue_now, sale.version, std::nullopt};
  const auto snapshot = shop.catalogue.load();
  const auto labels = shop.labels.load();
  for (const std::string& handle : sale.products) {
    const catalog::Product* product = snapshot->product(handle);
    if (product == nullptr) continue;
    for (const catalog::Variant& variant : product->variants)
      known.label = better(known.label.value_or(catalog::StockLabel::kSoldOut), labels->of(variant.id));
  }
  return known.label;
}

QueueRoutes::QueueRoutes(shop::Shop& shop, const Layout& layout)
    : shop_(shop), layout_(layout), errors_(layout, shop.catalogue) {}

http::Response QueueRoutes::page(const http::Request& request, const sales::Posted& posted,
                                 sales::Queued queued, NewTicket new_ticket,
                                 std::optional<sales::Spent> spent) {
  const sales::SaleSettings& settings = posted.sale.settings();
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop_.catalogue.load();
  const auto labels = shop_.labels.load();
  QueueView view;
  view.new_ticket = new_ticket;
  view.spent = spent;
  view.per_shopper_max = settings.per_shopper_max;
  view.commitment = sales::to_hex(posted.sale.commitment());
  if (const auto seed = posted.sale.seed(shop_.clock.now())) view.seed = sales::to_hex(*seed);
  view.drawn = static_cast<std::uint64_t>(posted.line.place(1, 0));
  view.called = static_cast<std::int64_t>(posted.sale.queue().frontier);
  view.pass_for = settings.pass_for;
  view.left = settings.ends_at - shop_.clock.now();
  view.products = some_of(*snapshot, settings);
  if (queued.sold_out) view.others = what_else(*snapshot, *labels, settings);
  view.stock = stock_.of(shop_, settings);
  view.queued = std::move(queued);
  http::Response response = queue_page(layout_, *snapshot, *labels, view, wants_piece(request, kPiece));
  keep_ticket(response, request, shop_.identity, view.queued, shop_.clock.now());
  if (view.queued.reached && !cart_of(request)) {
    // A ticket lets one cart in: who has none gets it before going in, so that going in may be tried again.
    cart::Cart cart;
    cart.id = CartId{Token::make(shop_.random)};
    remember_cart(response, request, shop_.identity, cart);
  }
  return response;
}

Task<http::Response> QueueRoutes::show(const http::Request& request) {
  const auto sale = sales::SaleId::parse(request.param("sale"));
  const auto board = shop_.door == nullptr ? nullptr : shop_.door->board();
  const sales::Posted* posted = sale && board ? board->find(sale->text()) : nullptr;
  const sales::Visit visit = visit_of(request);
  if (posted == nullptr) {
    // It was removed while people waited for it.
    if (sale && !sales::token_of(visit.tickets, *sale).empty())
      co_return sale_over_page(layout_, *shop_.catalogue.load(), sale->text());
    co_return errors_.page(request, 404, "Not Found");
  }
  const sales::SaleSettings& settings = posted->sale.settings();
  auto answer = shop_.door->ask(visit, *sale, shop_.clock.now());
  if (!answer) {
    if (wants_piece(request, kPiece)) co_return go_to(request, kPiece, queue_url(*sale));
    co_return sale_over_page(layout_, *shop_.catalogue.load(), settings.title);
  }
  auto* queued = std::get_if<sales::Queued>(&*answer);
  if (queued == nullptr) co_return go_to(request, kPiece, way_on(request, settings));
  NewTicket why = NewTicket::kNone;
  if (const Result<http::Form> query = http::Form::parse(request.query, 8); query) {
    if (query->get("again") == "used") why = NewTicket::kUsed;
    if (query->get("again") == "invalid") why = NewTicket::kInvalid;
  }
  if (queued->ticket_is_new && !sales::token_of(visit.tickets, *sale).empty()) why = NewTicket::kInvalid;
  std::optional<sales::Spent> spent;
  if (queued->reached) {
    std::string ticket = queued->ticket;
    const std::optional<CartId> cart = visit.cart;
    const Instant now = shop_.clock.now();
    spent = co_await shop_.door->spent(std::move(ticket), cart, now);
  }
  co_return page(request, *posted, std::move(*queued), why, spent);
}

/// Its ticket is worth nothing any more: another one, at the end of the line, and a sentence why (empty: the
/// shopper asked for it).
http::Response QueueRoutes::used(const http::Request& request, const sales::SaleId& sale,
                                 std::string_view why) {
  const Instant now = shop_.clock.now();
  sales::Visit visit = visit_of(request);
  const std::string others = sales::drop_token(visit.tickets, sale);
  visit.tickets = others;
  const auto answer = shop_.door->ask(visit, sale, now);
  http::Response response = go_to(
      request, kPiece, why.empty() ? queue_url(sale) : fmt::format("{}?again={}", queue_url(sale), why));
  const auto* queued = answer ? std::get_if<sales::Queued>(&*answer) : nullptr;
  if (queued != nullptr) keep_ticket(response, request, shop_.identity, *queued, now);
  return response;
}

Task<http::Response> QueueRoutes::enter(const http::Request& request) {
  const auto sale = sales::SaleId::parse(request.param("sale"));
  const auto board = shop_.door == nullptr ? nullptr : shop_.door->board();
  const sales::Posted* posted = sale && board ? board->find(sale->text()) : nullptr;
  if (posted == nullptr) co_return errors_.page(request, 404, "Not Found");
  const Instant now = shop_.clock.now();
  const sales::Visit visit = visit_of(request);
  std::string ticket(sales::token_of(visit.tickets, *sale));
  // No ticket, no queue any more, or in already: the page says what there is to do.
  if (ticket.empty() || !posted->sale.guarded(now)) co_return go_to(request, kPiece, queue_url(*sale));
  cart::Cart cart;
  cart.id = visit.cart ? *visit.cart : CartId{Token::make(shop_.random)};
  const CartId id = cart.id;
  auto exchanged = co_await shop_.door->exchange(std::move(ticket), id, now);
  if (!exchanged) {
    http::Response response = errors_.of(request, exchanged.error());
    for (auto& [name, value] : response.headers) {
      if (name == "Refresh") value = fmt::format("{}; url={}", retry_after_s(request), queue_url(*sale));
    }
    co_return response;
  }
  if (std::holds_alternative<sales::Used>(*exchanged))
    co_return used(request, *sale, request.query == "anew" ? "" : "used");
  if (std::holds_alternative<sales::Invalid>(*exchanged)) co_return used(request, *sale, "invalid");
  const auto* admitted = std::get_if<sales::Admitted>(&*exchanged);
  if (admitted == nullptr) co_return go_to(request, kPiece, queue_url(*sale));
  http::Response response = go_to(request, kPiece, way_on(request, posted->sale.settings()));
  keep_pass(response, request, shop_.identity, *admitted, now);
  if (!visit.cart) remember_cart(response, request, shop_.identity, cart);
  co_return response;
}

}  // namespace ff::storefront
