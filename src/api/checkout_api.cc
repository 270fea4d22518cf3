// Placing an order.
#include "api/place_view.h"
#include "api/schemas.h"
#include "api/tables.h"
#include "checkout/request.h"
#include "shop/buying.h"

namespace ff::api {

namespace {

constexpr std::size_t kBodyBytesMax = 32 * 1024;

/// checkout/request.h names fields as the HTML form does; here they are named by where they stand in the
/// body.
std::string path_of(std::string_view field) {
  for (const std::string_view part :
       {"name", "line1", "line2", "city", "region", "postcode", "country", "phone"}) {
    if (field == part) return std::string("address.").append(field);
  }
  if (field == "payment_method") return "payment.method";
  if (field == "card_number") return "payment.card.number";
  if (field == "card_expiry") return "payment.card.expiry";
  if (field == "card_cvc") return "payment.card.cvc";
  if (field == "idempotency_key") return "Idempotency-Key";
  if (field == "cart") return "cart_id";
  std::string path(field);
  if (path.ends_with("].variant")) path += "_id";
  return path;
}

http::Response refuse(Error error, const http::Request& request) {
  for (FieldError& fault : error.fields) {
    // "is empty" is said of the cart; the field is its name, which isn't.
    if (fault.field == "cart") fault.message = "names a cart that " + fault.message;
    fault.field = path_of(fault.field);
  }
  return respond(std::move(error), request);
}

checkout::RawRequest raw_request(const Input& input) {
  const JsonValue body = input.body.root();
  const JsonValue address = body["address"];
  const JsonValue payment = body["payment"];
  const JsonValue card = payment["card"];
  checkout::RawRequest raw;
  raw.idempotency_key = input.http.header("Idempotency-Key");
  raw.email = body["email"].text();
  raw.name = address["name"].text();
  raw.line1 = address["line1"].text();
  raw.line2 = address["line2"].text();
  raw.city = address["city"].text();
  raw.region = address["region"].text();
  raw.postcode = address["postcode"].text();
  raw.country = address["country"].text();
  raw.phone = address["phone"].text();
  raw.delivery_method = body["delivery_method"].text();
  raw.payment_method = payment["method"].text();
  raw.card_number = card["number"].text();
  raw.card_expiry = card["expiry"].text();
  raw.card_cvc = card["cvc"].text();
  return raw;
}

/// What JSON says with types and needs no parsing of text.
Result<void> take_lines_and_total(const JsonValue& body, Currency currency, checkout::Request& request) {
  request.cart = CartId{Token::parse(body["cart_id"].text()).value_or(Token{})};
  body["lines"].each([&](JsonValue line) {
    request.lines.push_back(
        {VariantId{line["variant_id"].integer()}, line["quantity"].integer(), Money{0, currency}});
  });
  if (const JsonValue total = body["expected_total"]) {
    if (total["currency"].text() != currency.code()) {
      return invalid("expected_total.currency", "must be " + std::string(currency.code()));
    }
    request.expected_total = Money{total["amount"].integer(), currency};
  }
  return {};
}

/// What is recorded is replayed byte by byte (I3). So a receipt holds only what never changes after the order
/// was placed: its state moves on (captured, refunded) and is to be read from the order.
http::Response receipt(int status, std::string_view word, const orders::Order& order) {
  http::Response response = http::Response::json(status, {});
  const std::string id = order.id.text();
  response.header("Location", "/api/v1/orders/" + id);
  JsonWriter json(response.body);
  json.object([&] {
    json.key("id").value(id);
    json.key("key").value(order.access_key.text());
    json.key("number").value(order.number);
    json.key("status").value(word);
    json.key("total").value(order.totals.total);
    json.key("url").value("/orders/" + id + "?key=" + order.access_key.text());
  });
  return response;
}

http::Response answer(const checkout::Paid& paid, const http::Request&) {
  return receipt(201, paid.order->method == orders::PaymentMethod::kOnDelivery ? "placed" : "paid",
                 paid.order);
}

http::Response answer(const checkout::Pending& pending, const http::Request&) {
  return receipt(202, "pending", pending.order);
}

http::Response answer(const checkout::Declined& declined, const http::Request& request) {
  const Problem problem{&problems::kDeclined, declined.order->reason, {}};
  return respond(problem, request, [&](JsonWriter& json) {
    json.key("id").value(declined.order->id.text());
    json.key("key").value(declined.order->access_key.text());
  });
}

http::Response answer(const checkout::SoldOut& sold_out, const http::Request& request) {
  return respond(Problem{&problems::kSoldOut, {}, {}}, request, [&](JsonWriter& json) {
    json.key("lines").array([&] {
      for (const checkout::SoldOutLine& line : sold_out.lines) {
        json.object([&] {
          json.key("variant_id").value(line.variant.value);
          json.key("title").value(line.title);
          json.key("wanted").value(line.wanted);
          json.key("available").value(std::max<inventory::Quantity>(0, line.available));
        });
      }
    });
  });
}

http::Response answer(const shop::TooManyDeclined& refused, const http::Request& request) {
  Problem problem{&problems::kTooManyRequests, "Too many cards were declined for this cart.", {}};
  problem.retry_after_s = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(refused.wait).count());
  return respond(problem, request);
}

http::Response answer(const sales::Queued& queued, const http::Request& request) {
  return queued_problem(queued, request);
}

Task<http::Response> place(shop::Shop& shop, Input input) {
  const checkout::RawRequest raw = raw_request(input);
  Result<checkout::Request> request = checkout::parse(raw, shop.rules, shop.clock.now());
  if (!request) co_return refuse(std::move(request.error()), input.http);
  Result<void> taken = take_lines_and_total(input.body.root(), shop.rules.currency, *request);
  if (!taken) co_return refuse(std::move(taken.error()), input.http);
  input.body = JsonBody();  // its parser is free for others while the order is on its way
  request->deadline = input.http.deadline;
  const sales::Visit visit{
      input.http.header("Queue-Ticket"), input.http.header("Sale-Pass"), std::nullopt, {}};
  Result<shop::Outcome> placed = co_await shop::place(shop, input.http, std::move(*request), visit);
  if (!placed) co_return refuse(std::move(placed.error()), input.http);
  co_return std::visit([&](const auto& ending) { return answer(ending, input.http); }, *placed);
}

}  // namespace

void add_checkout_endpoints(std::vector<Endpoint>& table) {
  Endpoint placing;
  placing.method = http::Method::kPost;
  placing.path = "/api/v1/checkouts";
  placing.operation_id = "placeOrder";
  placing.tag = "Checkout";
  placing.summary = "Place an order";
  placing.description =
      "Holds the stock, takes the payment, and answers when the order is on disk. 201, 202 and 402 are "
      "recorded: the same request with the same Idempotency-Key gets the same answer. All other refusals "
      "changed nothing, and the key may be used again. After five declined cards in an hour a cart may try "
      "no "
      "other for the rest of it: 429. While a queue stands before one of the products, a pass is needed: "
      "without it the answer is 503 `queued`, with a place in the line.";
  placing.priority = http::Priority::kCheckout;
  placing.parameters = {
      in_header_required("Idempotency-Key",
                         schemas::idempotency_key(
                             "Made by the client for each order it means to place, and sent again with every "
                             "retry of it: within its cart, one key buys once. Kept for 24 hours.")),
      in_header("Sale-Pass", schemas::sale_tokens(sales::kTokensMax)
                                 .described("From /api/v1/sales/{sale_id}/passes, for this "
                                            "cart; of several sales with ~ between them.")),
      in_header("Queue-Ticket", schemas::sale_tokens(sales::kTokensMax)
                                    .described("The place in line, where there is one: "
                                               "without it a refusal gives a new one."))};
  placing.body = schemas::checkout_request();
  placing.body_bytes_max = kBodyBytesMax;
  const std::pair<std::string, Schema> location{"Location",
                                                text(1).formatted("uri-reference").described("The order.")};
  placing.answers = {{201, "Paid, or to be paid on delivery.", schemas::receipt(), {location}},
                     {202,
                      "The payment's outcome is not known yet; it is being looked up. Read the order.",
                      schemas::receipt(),
                      {location}}};
  placing.may_refuse = {&problems::kDeclined,    &problems::kConflict,       &problems::kInProgress,
                        &problems::kSoldOut,     &problems::kKeyReused,      &problems::kTooManyRequests,
                        &problems::kUnavailable, &problems::kOutcomeUnknown, &problems::kQueued};
  placing.handler = place;
  table.push_back(std::move(placing));
}

}  // namespace ff::api
