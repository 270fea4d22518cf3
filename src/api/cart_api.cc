// Carts and their lines. A cart is known by its token, which the client keeps; no cookie is read here, so no
// page of another site can act for a shopper.
#include <algorithm>

#include "api/schemas.h"
#include "api/tables.h"
#include "api/views.h"
#include "base/text.h"
#include "shop/cart_change.h"

namespace ff::api {

namespace {

CartId cart_in_path(const http::Request& request) {
  return CartId{Token::parse(request.param("cart_id")).value_or(Token{})};
}

VariantId variant_in_path(const http::Request& request) {
  return VariantId{parse_int(request.param("variant_id")).value_or(0)};
}

http::Response show(const shop::Shop& shop, int status, const cart::Cart& cart) {
  http::Response response = http::Response::json(status, {});
  response.body.reserve(256 + 512 * cart.lines.size());
  JsonWriter json(response.body);
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop.catalogue.load();
  write_cart(json, cart, *snapshot, *shop.labels.load(), shop.rules.currency);
  return response;
}

Task<http::Response> create(shop::Shop& shop, Input) {
  // Nothing is stored before the first line: a token that was never stored reads as an empty cart.
  cart::Cart cart;
  cart.id = CartId{Token::make(shop.random)};
  http::Response response = show(shop, 201, cart);
  response.header("Location", "/api/v1/carts/" + cart.id.text());
  co_return response;
}

Task<http::Response> read(shop::Shop& shop, Input input) {
  const std::array ids{cart_in_path(input.http)};
  Result<std::vector<cart::Cart>> carts = co_await shop.carts.read(ids);
  if (!carts) co_return respond(std::move(carts.error()), input.http);
  co_return show(shop, 200, carts->front());
}

Task<http::Response> change(shop::Shop& shop, Input input, cart::Change wanted) {
  Result<cart::Cart> cart = co_await shop.committer.change_cart(wanted, input.http.trace());
  if (!cart) co_return respond(std::move(cart.error()), input.http);
  // RFC 9110 9.3.4: by 201 is told that PUT made what is named. A line is added to by POST, which names none.
  const bool made = input.http.method == http::Method::kPut && cart->made_line;
  co_return show(shop, made ? 201 : 200, *cart);
}

Task<http::Response> answer(http::Response response) { co_return response; }

/// Nothing is promised by a cart, but what can't be bought now isn't put into it.
Task<http::Response> put_line(shop::Shop& shop, Input input, cart::Change wanted) {
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop.catalogue.load();
  const catalog::VariantRef sold = snapshot->variant(wanted.variant);
  if (!sold) {
    Problem missing{&problems::kNotFound, "The shop does not sell that variant.", {}};
    return answer(respond(missing, input.http));
  }
  if (shop.labels.load()->of(wanted.variant) == catalog::StockLabel::kSoldOut) {
    return answer(respond(Problem{&problems::kSoldOut, {}, {}}, input.http, [&](JsonWriter& json) {
      json.key("lines").array([&] {
        json.object([&] {
          json.key("variant_id").value(wanted.variant.value);
          json.key("title").value(sold.product->title);
          json.key("wanted").value(wanted.quantity);
          json.key("available").value(0);
        });
      });
    }));
  }
  return change(shop, std::move(input), std::move(wanted));
}

/// The client's key, or one of our own: then an addition whose commit's outcome is unknown may be made again,
/// but a client that sends it again adds again. Not 0.
std::uint64_t addition_key(const http::Request& request, Random& random) {
  const std::string_view key = request.header("Idempotency-Key");
  return std::max<std::uint64_t>(1, key.empty() ? random.next() : fingerprint(key));
}

Task<http::Response> add_line(shop::Shop& shop, Input input) {
  const JsonValue body = input.body.root();
  cart::Change wanted = shop::change_of(shop, cart_in_path(input.http), cart::Change::Kind::kAdd,
                                        VariantId{body["variant_id"].integer()}, body["quantity"].integer());
  wanted.key = addition_key(input.http, shop.random);
  return put_line(shop, std::move(input), std::move(wanted));
}

cart::Change line_in_path(const shop::Shop& shop, const Input& input, inventory::Quantity quantity) {
  return shop::change_of(shop, cart_in_path(input.http), cart::Change::Kind::kSet,
                         variant_in_path(input.http), quantity);
}

Task<http::Response> set_line(shop::Shop& shop, Input input) {
  cart::Change wanted = line_in_path(shop, input, input.body.root()["quantity"].integer());
  if (wanted.quantity == 0) return change(shop, std::move(input), std::move(wanted));
  return put_line(shop, std::move(input), std::move(wanted));
}

Task<http::Response> remove_line(shop::Shop& shop, Input input) {
  cart::Change wanted = line_in_path(shop, input, 0);
  return change(shop, std::move(input), std::move(wanted));
}

constexpr std::size_t kBodyBytesMax = 4 * 1024;

Endpoint of_cart(http::Method method, std::string path, std::string id, std::string summary) {
  Endpoint endpoint;
  endpoint.method = method;
  endpoint.path = std::move(path);
  endpoint.operation_id = std::move(id);
  endpoint.tag = "Carts";
  endpoint.summary = std::move(summary);
  endpoint.priority = http::Priority::kCart;
  endpoint.answers = {{200, "The cart as it is now.", schemas::cart(), {}}};
  endpoint.may_refuse = {&problems::kUnavailable, &problems::kOutcomeUnknown};
  if (endpoint.path.find("{cart_id}") != std::string::npos) {
    endpoint.parameters.push_back(in_path("cart_id", schemas::token("The cart.")));
  }
  if (endpoint.path.find("{variant_id}") != std::string::npos) {
    endpoint.parameters.push_back(in_path("variant_id", schemas::variant_id()));
  }
  return endpoint;
}

}  // namespace

void add_cart_endpoints(std::vector<Endpoint>& table) {
  Endpoint creating = of_cart(http::Method::kPost, "/api/v1/carts", "createCart", "Make a cart");
  creating.description = "Gives a new token. Nothing is stored before the first line is added.";
  creating.body = schemas::empty_request();
  creating.body_required = false;
  creating.body_bytes_max = kBodyBytesMax;
  creating.answers = {{201,
                       "Made.",
                       schemas::cart(),
                       {{"Location", text(1).formatted("uri-reference").described("The cart.")}}}};
  creating.handler = create;
  table.push_back(std::move(creating));

  Endpoint reading = of_cart(http::Method::kGet, "/api/v1/carts/{cart_id}", "readCart", "Read a cart");
  reading.description =
      "With prices and stock of now, and what changed. A token that was never used reads as an "
      "empty cart.";
  reading.handler = read;
  table.push_back(std::move(reading));

  Endpoint adding = of_cart(http::Method::kPost, "/api/v1/carts/{cart_id}/lines", "addLine", "Add to a cart");
  adding.description =
      "Adds to the variant's line, or makes one: at most 100 lines, at most 99 of a variant. Sent again with "
      "the same Idempotency-Key it adds once, as long as no more than seven other additions came between.";
  adding.parameters.push_back(in_header(
      "Idempotency-Key",
      schemas::idempotency_key("Made by the client for each addition, and sent again with a retry of it.")));
  adding.body = schemas::add_line_request();
  adding.body_bytes_max = kBodyBytesMax;
  adding.may_refuse.push_back(&problems::kSoldOut);
  adding.may_refuse.push_back(&problems::kKeyReused);
  adding.handler = add_line;
  table.push_back(std::move(adding));

  Endpoint setting = of_cart(http::Method::kPut, "/api/v1/carts/{cart_id}/lines/{variant_id}", "setLine",
                             "Set the quantity of a line");
  setting.description = "Makes the line where there is none; 0 removes it.";
  setting.answers = {{200, "The cart, whose line was changed or removed.", schemas::cart(), {}},
                     {201, "The cart, to which a line was added.", schemas::cart(), {}}};
  setting.body = schemas::set_line_request();
  setting.body_bytes_max = kBodyBytesMax;
  setting.may_refuse.push_back(&problems::kSoldOut);
  setting.handler = set_line;
  table.push_back(std::move(setting));

  Endpoint removing = of_cart(http::Method::kDelete, "/api/v1/carts/{cart_id}/lines/{variant_id}",
                              "removeLine", "Remove a line");
  removing.description = "Removing a line that isn't there changes nothing.";
  removing.handler = remove_line;
  table.push_back(std::move(removing));
}

}  // namespace ff::api
