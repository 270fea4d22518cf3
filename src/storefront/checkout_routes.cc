#include "storefront/checkout_routes.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "checkout/request.h"
#include "http/failure_log.h"
#include "shop/waiting.h"
#include "storefront/cart_page.h"
#include "storefront/order_page.h"
#include "storefront/piece.h"
#include "storefront/queue_cookies.h"
#include "storefront/shopper_cookies.h"

namespace ff::storefront {
namespace {

constexpr std::size_t kFieldsMax = 64;
constexpr std::string_view kPiece = "checkout";

checkout::RawRequest raw_request(const http::Form& form) {
  checkout::RawRequest raw;
  raw.idempotency_key = form.get("idempotency_key");
  raw.email = form.get("email");
  raw.name = form.get("name");
  raw.line1 = form.get("line1");
  raw.line2 = form.get("line2");
  raw.city = form.get("city");
  raw.region = form.get("region");
  raw.postcode = form.get("postcode");
  raw.country = form.get("country");
  raw.phone = form.get("phone");
  raw.delivery_method = form.get("delivery_method");
  raw.payment_method = form.get("payment_method");
  raw.card_number = form.get("card_number");
  raw.card_expiry = form.get("card_expiry");
  raw.card_cvc = form.get("card_cvc");
  raw.expected_total = form.get("expected_total");
  return raw;
}

CheckoutNotice told(std::string title, std::string text) {
  CheckoutNotice notice;
  notice.title = std::move(title);
  notice.text = std::move(text);
  return notice;
}

http::Response to_cart(const http::Request& request) { return go_to(request, kPiece, "/cart"); }

http::Response to_order(const http::Request& request, const orders::Order& order) {
  return go_to(request, kPiece, order_url(order));
}

/// To the waiting room, with a place in it.
http::Response to_queue(const http::Request& request, const shop::Shop& shop, const sales::Queued& queued) {
  http::Response response = go_to(request, kPiece, queue_url(queued.sale));
  keep_ticket(response, request, shop.identity, queued, shop.clock.now());
  return response;
}

/// In whole minutes, never less than what is meant.
std::string in_minutes(Duration wait) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(wait).count();
  return minutes == 1 ? std::string("a minute") : fmt::format("{} minutes", minutes);
}

/// What is short, told by the order that was refused, put over what the cart's view read earlier.
void apply_shortages(CartView& cart, const std::vector<checkout::SoldOutLine>& lines) {
  for (const checkout::SoldOutLine& shortage : lines) {
    for (CartLine& line : cart.lines) {
      if (line.variant != shortage.variant) continue;
      line.trouble = shortage.available > 0 ? Trouble::kTooMany : Trouble::kSoldOut;
      line.left = std::max<inventory::Quantity>(shortage.available, 0);
      line.few_left = false;
      cart.troubled = true;
    }
  }
}

}  // namespace

CheckoutRoutes::CheckoutRoutes(shop::Shop& shop, const Layout& layout)
    : shop_(shop), layout_(layout), errors_(layout, shop.catalogue) {}

std::string CheckoutRoutes::new_key() const { return Token::make(shop_.random).text(); }

http::Response CheckoutRoutes::page(const http::Request& request, const CheckoutView& view,
                                    int status) const {
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop_.catalogue.load();
  return checkout_page(layout_, *snapshot, shop_.rules, view, status, wants_piece(request, kPiece));
}

/// The cart, the offers for the country chosen, and the total; values get their defaults.
Task<Result<CheckoutView>> CheckoutRoutes::view_of(const http::Request& request, CheckoutValues values) {
  CheckoutView view;
  std::string country(values.get("country"));
  auto cart = co_await load_cart(shop_, cart_of(request), country);
  if (!cart) co_return tl::unexpected(cart.error());
  view.cart = std::move(*cart);
  view.values = std::move(values);
  view.values.set("country", view.cart.country);
  const std::vector<pricing::DeliveryOffer>& offers = view.cart.offers;
  const auto chosen = [&](const pricing::DeliveryOffer& offer) {
    return offer.method->id == view.values.get("delivery_method");
  };
  // The cheapest is the default, also where the one chosen earlier doesn't go to this country.
  if (std::none_of(offers.begin(), offers.end(), chosen)) {
    view.values.set("delivery_method", offers.empty() ? std::string() : offers.front().method->id);
  }
  std::vector<pricing::PricedLine> priced;
  for (const CartLine& line : view.cart.lines) {
    if (line.trouble == Trouble::kSoldOut || line.trouble == Trouble::kGone) continue;
    priced.push_back({line.unit_price, line.quantity, line.taxable});
  }
  auto totals = pricing::totals(shop_.rules, priced, view.cart.country, view.values.get("delivery_method"));
  if (totals) view.totals = *totals;
  view.idempotency_key = new_key();
  co_return view;
}

Task<http::Response> CheckoutRoutes::show(const http::Request& request) {
  const sales::Visit visit = visit_of(request);
  auto queued = co_await shop::before_checkout(shop_, visit);
  if (!queued) co_return errors_.of(request, queued.error());
  if (*queued) co_return to_queue(request, shop_, **queued);
  CheckoutValues values;
  if (const Result<http::Form> query = http::Form::parse(request.query, kFieldsMax); query) {
    values.set("country", std::string(query->get("country")));
  }
  auto view = co_await view_of(request, std::move(values));
  if (!view) co_return errors_.of(request, view.error());
  // Nothing to buy, or something in it can't be had: the cart says which and what to do.
  if (view->cart.lines.empty() || view->cart.troubled) {
    co_return to_cart(request);
  }
  co_return page(request, *view, 200);
}

/// A form that arrives while its twin is at work waits for the twin's answer, which then is its own.
Task<Result<shop::Outcome>> CheckoutRoutes::place_patiently(const http::Request& request,
                                                            checkout::Request order) {
  for (int waited = 0;; ++waited) {
    checkout::Request copy = order;
    const sales::Visit visit = visit_of(request);
    auto placed = co_await shop::place(shop_, request, std::move(copy), visit);
    const bool at_work = !placed && placed.error().code == ErrorCode::kInProgress;
    if (!at_work || waited == kInProgressWaitsMax) co_return placed;
    if (order.deadline.us != 0 && shop_.clock.now() + kInProgressWait >= order.deadline) co_return placed;
    co_await shop_.clock.sleep_for(kInProgressWait);
  }
}

Task<http::Response> CheckoutRoutes::place(const http::Request& request) {
  const Result<http::Form> form = http::Form::parse(request.body, kFieldsMax);
  if (!form) co_return errors_.page(request, 400, "Bad Request");
  const std::optional<CartId> cart = cart_of(request);
  if (!cart) {
    co_return to_cart(request);
  }
  CheckoutValues values = CheckoutValues::from(*form);
  auto view = co_await view_of(request, values);
  if (!view) co_return errors_.of(request, view.error());
  const std::string key(form->get("idempotency_key"));
  if (checkout::is_idempotency_key(key)) view->idempotency_key = key;

  if (form->has("reconcile")) {
    auto reconciled = co_await keep_what_is_left(shop_, *cart, view->cart);
    if (!reconciled) co_return errors_.of(request, reconciled.error());
    view = co_await view_of(request, values);
    if (!view) {
      Error error = std::move(view.error());
      if (*reconciled) error.code = ErrorCode::kUnknown;  // the cart was changed, and can't be shown
      co_return errors_.of(request, error);
    }
    if (checkout::is_idempotency_key(key)) view->idempotency_key = key;
    CheckoutNotice notice =
        told("Your cart was changed.", "It now holds what is available. Look it over and pay.");
    notice.wrong = false;
    view->notice = std::move(notice);
    http::Response response = page(request, *view, 200);
    remember_count(response, request, shop_.identity, view->cart.pieces);
    co_return response;
  }
  if (form->has("update")) co_return page(request, *view, 200);

  checkout::RawRequest raw = raw_request(*form);
  raw.idempotency_key = view->idempotency_key;
  auto order = checkout::parse(raw, shop_.rules, shop_.clock.now());
  if (!order) {
    if (view->cart.lines.empty()) co_return to_cart(request);
    view->errors = order.error().fields;
    co_return page(request, *view, 422);
  }
  order->cart = *cart;
  order->deadline = request.deadline;
  auto placed = co_await place_patiently(request, std::move(*order));
  if (!placed) co_return co_await refused(request, std::move(*view), placed.error());
  if (const auto* paid = std::get_if<checkout::Paid>(&*placed)) {
    co_return to_order(request, paid->order);
  }
  if (const auto* pending = std::get_if<checkout::Pending>(&*placed))
    co_return to_order(request, pending->order);
  if (const auto* refusal = std::get_if<checkout::Declined>(&*placed))
    co_return declined(request, std::move(*view), refusal->order, "Try another card, or pay on delivery.");
  if (const auto* too_many = std::get_if<shop::TooManyDeclined>(&*placed))
    co_return too_many_declined(request, std::move(*view), too_many->wait);
  if (const auto* queued = std::get_if<sales::Queued>(&*placed)) co_return to_queue(request, shop_, *queued);
  apply_shortages(view->cart, std::get<checkout::SoldOut>(*placed).lines);
  view->notice = told("Somebody was quicker",
                      "Nothing was charged and your cart is kept. This has sold out in the meantime:");
  view->notice->reconcile = true;
  co_return page(request, *view, 409);
}

/// Recorded under its key: another try is another order, so the form gets another key.
http::Response CheckoutRoutes::declined(const http::Request& request, CheckoutView view,
                                        const orders::Order& order, std::string_view what_next) const {
  view.idempotency_key = new_key();
  view.notice =
      told("The payment was refused",
           order.reason.empty() ? fmt::format("Nothing was charged. {}", what_next)
                                : fmt::format("{} Nothing was charged. {}", order.reason, what_next));
  return page(request, view, 402);
}

http::Response CheckoutRoutes::too_many_declined(const http::Request& request, CheckoutView view,
                                                 Duration wait) const {
  view.notice =
      told("Too many cards were refused",
           fmt::format("To protect card holders we try no other card for this cart now. Nothing was charged "
                       "and your cart is kept. Pay on delivery, or try a card again in {}.",
                       in_minutes(wait)));
  http::Response response = page(request, view, 429);
  response.header("Retry-After", fmt::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()));
  return response;
}

/// The form's key belongs to an earlier sending of it, with other details: what became of that one decides.
Task<http::Response> CheckoutRoutes::sent_before(const http::Request& request, CheckoutView view,
                                                 CartId cart) {
  const std::vector<orders::OrderKey> keys{{cart, view.idempotency_key}};
  auto found = co_await shop_.orders.find(keys);
  if (!found) co_return co_await refused(request, std::move(view), found.error());
  const std::optional<orders::Order> order = found->empty() ? std::nullopt : std::move(found->front());
  if (order && (order->state == orders::State::kDeclined || order->state == orders::State::kCancelled)) {
    // The way back in the browser leads to the old form. Nothing stands, so this is another try, under
    // another key; what came with this press was not tried.
    co_return declined(request, std::move(view), *order,
                       "That was your first try. Check the payment below and press the button again.");
  }
  if (order && order->state == orders::State::kPendingPayment) {
    // The key stays: under another this press and the first could both be charged.
    view.notice =
        told("Your first payment is still being confirmed",
             "This form was sent before, with other details. Wait for that order: if it is refused, "
             "press the button again.");
    view.notice->order_url = order_url(*order);
    co_return page(request, view, 409);
  }
  if (order && view.cart.lines.empty()) co_return to_order(request, *order);
  view.idempotency_key = new_key();
  view.notice = told("This form was sent before, with other details",
                     "An order stands already, so this one was not placed. To order once more, press the "
                     "button again.");
  if (order) {
    view.notice->order_url = order_url(*order);
  } else {
    view.notice->text = "Nothing was placed just now. Look it over and press the button again.";
  }
  co_return page(request, view, 422);
}

/// Every ending that is not an answer of the protocol, in words, with the form as it was.
Task<http::Response> CheckoutRoutes::refused(const http::Request& request, CheckoutView view, Error error) {
  const std::optional<CartId> cart = cart_of(request);
  switch (error.code) {
    case ErrorCode::kInvalid: {
      for (FieldError& field : error.fields) {
        if (field.field == "expected_total" && view.totals) {
          view.notice = told("The total has changed",
                             fmt::format("It is now {}. Look it over and press again; nothing was charged.",
                                         for_people(view.totals->total)));
        } else if (field.field == "cart") {
          if (view.cart.lines.empty()) co_return to_cart(request);
          view.notice = told("Something in your cart can't be had any more", "Nothing was charged.");
          view.notice->reconcile = true;
        } else if (field.field == "limit") {
          view.notice = told("More than the sale allows one shopper",
                             "The limit " + field.message + ". Nothing was charged, and your cart is kept.");
        } else {
          view.errors.push_back(std::move(field));
        }
      }
      break;
    }
    case ErrorCode::kKeyReused:
      co_return co_await sent_before(request, std::move(view), *cart);
    case ErrorCode::kInProgress:
      view.notice = told("Your order is still at work",
                         "The payment takes longer than usual. Press the button again in a moment: it is the "
                         "same order, and "
                         "you can't be charged twice.");
      break;
    case ErrorCode::kOverloaded:
    case ErrorCode::kUnavailable:
    case ErrorCode::kUnknown:
      http::log_failure("storefront", request, error);
      view.notice = told("We couldn't finish your order just now",
                         "Many people are paying at this moment. Everything you typed is kept: press the "
                         "button again in a few "
                         "seconds. It is the same order, and you can't be charged twice.");
      break;
    default:
      co_return errors_.of(request, error);
  }
  const int status = status_of(error.code);
  http::Response response = page(request, view, status);
  if (status == 503 || error.code == ErrorCode::kInProgress) {
    response.header("Retry-After", fmt::to_string(retry_after_s(request)));
  }
  co_return response;
}

}  // namespace ff::storefront
