#include "storefront/cart_routes.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "catalog/options.h"
#include "shop/cart_change.h"
#include "storefront/shopper_cookies.h"

namespace ff::storefront {
namespace {

constexpr std::size_t kFieldsMax = 64;

VariantId parse_variant(std::string_view text) { return VariantId{parse_int(trim(text)).value_or(0)}; }

/// 1..kQuantityMax; absent is 1; nothing when it is no such number.
std::optional<inventory::Quantity> parse_quantity(const http::Form& form, inventory::Quantity least) {
  if (!form.has("quantity")) return 1;
  const std::optional<std::int64_t> number = parse_int(trim(form.get("quantity")));
  if (!number || *number < least || *number > inventory::kQuantityMax) return std::nullopt;
  return *number;
}

/// The variant that a form names: by number, or by the product's handle and the values chosen.
catalog::VariantRef wished_variant(const catalog::Snapshot& snapshot, const http::Form& form) {
  if (const std::string_view number = trim(form.get("variant")); !number.empty()) {
    return snapshot.variant(parse_variant(number));
  }
  const catalog::Product* product = snapshot.product(form.get("product"));
  if (product == nullptr) return {};
  constexpr std::array<std::string_view, catalog::kOptionsMax> names{"option1", "option2", "option3"};
  for (const catalog::Variant& variant : product->variants) {
    bool same = true;
    for (std::size_t i = 0; i < product->options.size() && i < names.size(); ++i) {
      // A product with one variant needs no choosing.
      same = same && (variant.options[i] == form.get(names[i]) || product->variants.size() == 1);
    }
    if (same) return {product, &variant};
  }
  return {};
}

CartNotice problem(std::string text, VariantId variant = {}) {
  CartNotice notice;
  notice.kind = CartNotice::Kind::kProblem;
  notice.text = std::move(text);
  notice.variant = variant;
  return notice;
}

/// A limit of the cart in words (cart::apply names it).
std::string limit_text(const Error& error) {
  for (const FieldError& field : error.fields) {
    if (field.field == "lines")
      return fmt::format("A cart holds {} different pieces at most.", cart::kLinesMax);
  }
  return fmt::format("You can order {} of one piece at most.", inventory::kQuantityMax);
}

}  // namespace

CartRoutes::CartRoutes(shop::Shop& shop, const Layout& layout)
    : shop_(shop), layout_(layout), errors_(layout, shop.catalogue) {}

std::string CartRoutes::title_of(VariantId variant) const {
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop_.catalogue.load();
  const catalog::VariantRef found = snapshot->variant(variant);
  return found ? catalog::full_title(*found.product, *found.variant) : "The piece";
}

Task<http::Response> CartRoutes::show(const http::Request& request) {
  const Result<http::Form> query = http::Form::parse(request.query, kFieldsMax);
  std::string country;
  CartNotice notice;
  if (query) {
    country = query->get("country");
    for (const auto& [name, kind] :
         {std::pair{"added", CartNotice::Kind::kAdded}, std::pair{"removed", CartNotice::Kind::kRemoved},
          std::pair{"restored", CartNotice::Kind::kRestored}}) {
      if (!query->has(name)) continue;
      notice.kind = kind;
      notice.variant = parse_variant(query->get(name));
      notice.quantity = parse_quantity(*query, 1).value_or(1);
      notice.title = title_of(notice.variant);
    }
  }
  auto view = co_await load_cart(shop_, cart_of(request), country);
  if (!view) co_return errors_.of(request, view.error());
  const auto shown = [&](VariantId variant) {
    return std::any_of(view->lines.begin(), view->lines.end(),
                       [&](const CartLine& line) { return line.variant == variant; });
  };
  // A reload after the undo, or an old address: what is no longer so isn't told again.
  const bool stale =
      notice.kind == CartNotice::Kind::kRemoved ? shown(notice.variant) : !shown(notice.variant);
  if (notice.kind != CartNotice::Kind::kNone && stale) notice = {};
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop_.catalogue.load();
  http::Response response = request.header("X-Piece") == "cart"
                                ? cart_piece(layout_, shop_.rules, *view, notice)
                                : cart_page(layout_, *snapshot, shop_.rules, *view, notice);
  // The count follows what is there, should the two cookies ever have parted.
  if (cart_of(request) && request.cookie(kCartCountCookie) != fmt::to_string(view->pieces)) {
    remember_count(response, request, shop_.identity, view->pieces);
  }
  co_return response;
}

/// What a post says: a piece for a script, a page or 303 for everyone else.
Task<http::Response> CartRoutes::answer(const http::Request& request, std::optional<cart::Cart> cart,
                                        CartNotice notice, int status) {
  const std::string_view piece = request.header("X-Piece");
  http::Response response;
  if (piece.empty() && status < 400) {
    std::string to = "/cart";
    switch (notice.kind) {
      case CartNotice::Kind::kAdded:
        to += fmt::format("?added={}", notice.variant.value);
        break;
      case CartNotice::Kind::kRestored:
        to += fmt::format("?restored={}", notice.variant.value);
        break;
      case CartNotice::Kind::kRemoved:
        to += fmt::format("?removed={}&quantity={}", notice.variant.value, notice.quantity);
        break;
      default:
        break;
    }
    response = http::Response::see_other(std::move(to));
    personal(response);
  } else {
    std::optional<CartId> id = cart_of(request);
    if (cart) id = cart->id;
    std::string country;
    auto view = co_await load_cart(shop_, id, country);
    if (!view) {
      Error error = std::move(view.error());
      if (cart) error.code = ErrorCode::kUnknown;  // it was changed, and can't be shown
      co_return errors_.of(request, error);
    }
    const std::shared_ptr<const catalog::Snapshot> snapshot = shop_.catalogue.load();
    if (piece == "drawer") {
      response = drawer_piece(layout_, *view, notice, status);
    } else if (!piece.empty()) {
      response = cart_piece(layout_, shop_.rules, *view, notice, status);
    } else {
      response = cart_page(layout_, *snapshot, shop_.rules, *view, notice, status);
    }
  }
  if (cart) remember_cart(response, request, shop_.identity, *cart);
  co_return response;
}

Task<http::Response> CartRoutes::unchanged(const http::Request& request) {
  std::optional<cart::Cart> none;
  CartNotice nothing;
  co_return co_await answer(request, std::move(none), std::move(nothing), 200);
}

Task<http::Response> CartRoutes::refuse(const http::Request& request, CartNotice notice, int status) {
  std::optional<cart::Cart> none;
  co_return co_await answer(request, std::move(none), std::move(notice), status);
}

Task<http::Response> CartRoutes::change(const http::Request& request, cart::Change change,
                                        CartNotice notice) {
  auto changed = co_await shop_.committer.change_cart(change, request.trace());
  if (changed) {
    std::optional<cart::Cart> after = std::move(*changed);
    co_return co_await answer(request, std::move(after), std::move(notice), 200);
  }
  if (changed.error().code != ErrorCode::kInvalid) co_return errors_.of(request, changed.error());
  co_return co_await refuse(request, problem(limit_text(changed.error()), change.variant), 422);
}

Task<http::Response> CartRoutes::add(const http::Request& request) {
  const Result<http::Form> form = http::Form::parse(request.body, kFieldsMax);
  if (!form) co_return errors_.page(request, 400, "Bad Request");
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop_.catalogue.load();
  const catalog::VariantRef wished = wished_variant(*snapshot, *form);
  if (!wished) {
    co_return co_await refuse(request, problem("It isn't made in that combination. Choose another."), 422);
  }
  const std::optional<inventory::Quantity> quantity = parse_quantity(*form, 1);
  if (!quantity) {
    co_return co_await refuse(
        request, problem(fmt::format("Choose a quantity from 1 to {}.", inventory::kQuantityMax)), 422);
  }
  if (shop_.labels.load()->of(wished.variant->id) == catalog::StockLabel::kSoldOut) {
    co_return co_await refuse(request, problem(title_of(wished.variant->id) + " is sold out."), 409);
  }
  const std::optional<CartId> known = cart_of(request);
  const CartId cart = known ? *known : CartId{Token::make(shop_.random)};
  cart::Change change = shop::change_of(shop_, cart, cart::Change::Kind::kAdd, wished.variant->id, *quantity);
  // A page has no key in it, so two presses add twice; but a commit whose outcome is unknown may be made
  // again.
  change.key = std::max<std::uint64_t>(1, shop_.random.next());
  CartNotice notice;
  notice.kind = CartNotice::Kind::kAdded;
  notice.variant = wished.variant->id;
  notice.title = title_of(wished.variant->id);
  co_return co_await this->change(request, std::move(change), std::move(notice));
}

/// Sets a line; a quantity of 0 removes it and offers to undo.
Task<http::Response> CartRoutes::set_quantity(const http::Request& request, CartId cart, VariantId variant,
                                              inventory::Quantity quantity) {
  cart::Change change = shop::change_of(shop_, cart, cart::Change::Kind::kSet, variant, quantity);
  CartNotice notice;
  if (quantity == 0) {
    const std::vector<CartId> ids{cart};
    auto before = co_await shop_.carts.read(ids);
    if (!before) co_return errors_.of(request, before.error());
    for (const cart::Line& line : before->front().lines) {
      if (line.variant != variant) continue;
      notice.kind = CartNotice::Kind::kRemoved;
      notice.variant = variant;
      notice.quantity = line.quantity;
      notice.title = line.name.empty() ? title_of(variant) : line.name;
    }
    // Nothing to undo: the line was gone already, perhaps by the other press of a double one.
    if (notice.kind == CartNotice::Kind::kNone) co_return co_await unchanged(request);
  }
  co_return co_await this->change(request, std::move(change), std::move(notice));
}

Task<http::Response> CartRoutes::update(const http::Request& request) {
  const Result<http::Form> form = http::Form::parse(request.body, kFieldsMax);
  if (!form) co_return errors_.page(request, 400, "Bad Request");
  const std::optional<CartId> cart = cart_of(request);
  const VariantId variant = parse_variant(form->get("variant"));
  if (!cart) co_return co_await unchanged(request);
  std::optional<inventory::Quantity> quantity = parse_quantity(*form, 0);
  if (quantity && form->get("step") == "more") quantity = std::min(*quantity + 1, inventory::kQuantityMax);
  if (quantity && form->get("step") == "less") quantity = std::max<inventory::Quantity>(*quantity - 1, 0);
  if (!quantity) {
    co_return co_await refuse(
        request,
        problem(fmt::format("Choose a quantity from 0 to {}; 0 removes it.", inventory::kQuantityMax)), 422);
  }
  // A line can be changed, not made, from here: the piece may have gone in another tab.
  const std::vector<CartId> ids{*cart};
  auto before = co_await shop_.carts.read(ids);
  if (!before) co_return errors_.of(request, before.error());
  const std::vector<cart::Line>& lines = before->front().lines;
  if (std::none_of(lines.begin(), lines.end(),
                   [&](const cart::Line& line) { return line.variant == variant; })) {
    co_return co_await unchanged(request);
  }
  co_return co_await set_quantity(request, *cart, variant, *quantity);
}

Task<http::Response> CartRoutes::remove(const http::Request& request) {
  const Result<http::Form> form = http::Form::parse(request.body, kFieldsMax);
  if (!form) co_return errors_.page(request, 400, "Bad Request");
  const std::optional<CartId> cart = cart_of(request);
  if (!cart) co_return co_await unchanged(request);
  co_return co_await set_quantity(request, *cart, parse_variant(form->get("variant")), 0);
}

Task<http::Response> CartRoutes::restore(const http::Request& request) {
  const Result<http::Form> form = http::Form::parse(request.body, kFieldsMax);
  if (!form) co_return errors_.page(request, 400, "Bad Request");
  const std::optional<CartId> cart = cart_of(request);
  const VariantId variant = parse_variant(form->get("variant"));
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop_.catalogue.load();
  const std::optional<inventory::Quantity> quantity = parse_quantity(*form, 1);
  if (!cart || !quantity || !snapshot->variant(variant)) {
    co_return co_await refuse(request, problem("It can't be put back: it isn't sold any more."), 422);
  }
  // Set, not added: pressing undo twice puts it back once.
  cart::Change change = shop::change_of(shop_, *cart, cart::Change::Kind::kSet, variant, *quantity);
  CartNotice notice;
  notice.kind = CartNotice::Kind::kRestored;
  notice.variant = variant;
  notice.title = title_of(variant);
  co_return co_await this->change(request, std::move(change), std::move(notice));
}

Task<http::Response> CartRoutes::seen(const http::Request& request) {
  const Result<http::Form> form = http::Form::parse(request.body, kFieldsMax);
  if (!form) co_return errors_.page(request, 400, "Bad Request");
  const std::optional<CartId> cart = cart_of(request);
  if (!cart) co_return co_await unchanged(request);
  const VariantId variant = parse_variant(form->get("variant"));
  cart::Change change = shop::change_of(shop_, *cart, cart::Change::Kind::kSeen, variant, 0);
  CartNotice none;
  co_return co_await this->change(request, std::move(change), none);
}

Task<http::Response> CartRoutes::reconcile(const http::Request& request) {
  std::string country;
  auto view = co_await load_cart(shop_, cart_of(request), country);
  if (!view) co_return errors_.of(request, view.error());
  const std::optional<CartId> cart = cart_of(request);
  if (!cart) co_return co_await unchanged(request);
  auto after = co_await keep_what_is_left(shop_, *cart, std::move(*view));
  if (!after) co_return errors_.of(request, after.error());
  CartNotice none;
  co_return co_await answer(request, std::move(*after), none, 200);
}

}  // namespace ff::storefront
