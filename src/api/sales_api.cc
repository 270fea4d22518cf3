// Sales and the line before them. Tickets and passes come and go in header fields and bodies; no cookie is
// read here.
#include <cmath>

#include "api/place_view.h"
#include "api/schemas.h"
#include "api/tables.h"

namespace ff::api {

namespace {

constexpr std::size_t kBodyBytesMax = 4 * 1024;

template <typename T>
void write_or_null(JsonWriter& json, const std::optional<T>& value) {
  if (value) {
    json.value(*value);
  } else {
    json.null();
  }
}

std::string sale_path(const sales::SaleId& sale, std::string_view rest) {
  return "/api/v1/sales/" + sale.text() + std::string(rest);
}

void write_state(JsonWriter& json, const sales::PublicState& state, const sales::Posted& posted) {
  json.key("id").value(state.id.text());
  json.key("title").value(state.title);
  json.key("phase").value(to_string(state.phase));
  json.key("starts_at").value(rfc3339(state.starts_at));
  json.key("ends_at").value(rfc3339(state.ends_at));
  json.key("queue_open").value(state.queue_open);
  json.key("line_length").value(static_cast<std::int64_t>(state.line_length));
  json.key("drawn_tickets").value(static_cast<std::int64_t>(posted.line.place(1, 0)));
  json.key("places_called").value(state.frontier);
  json.key("called_per_minute").value(static_cast<std::int64_t>(std::llround(state.rate * 60)));
  json.key("per_shopper_max");
  if (state.per_shopper_max > 0) {
    json.value(static_cast<std::int64_t>(state.per_shopper_max));
  } else {
    json.null();
  }
  json.key("commitment").value(state.commitment);
  json.key("seed");
  write_or_null(json, state.seed);
  json.key("sold_out").value(state.sold_out);
  json.key("url").value("/queue/" + state.id.text());
}

/// The sale that the path names, as it stands on the board; `board` keeps it alive.
const sales::Posted* find_sale(const shop::Shop& shop, const http::Request& request,
                               std::shared_ptr<const sales::Board>& board) {
  if (shop.door == nullptr) return nullptr;
  board = shop.door->board();
  return board->find(request.param("sale_id"));
}

http::Response no_such_sale(const http::Request& request) {
  return respond(Problem{&problems::kNotFound, "There is no sale of that name.", {}}, request);
}

http::Response no_queue(const http::Request& request) {
  return respond(
      Problem{&problems::kConflict, "No queue stands before this sale: its products need no pass.", {}},
      request);
}

http::Response bad_ticket(const http::Request& request) {
  return respond(
      Problem{&problems::kInvalid, {}, {{"Queue-Ticket", "is no ticket of this line: take another"}}},
      request);
}

http::Response list(const shop::Shop& shop, const Input&) {
  http::Response response = http::Response::json(200, {});
  JsonWriter json(response.body);
  const auto board = shop.door == nullptr ? std::make_shared<const sales::Board>() : shop.door->board();
  const Instant now = shop.clock.now();
  json.object([&] {
    json.key("sales").array([&] {
      for (const sales::Posted& posted : board->sales()) {
        const auto state = board->public_state(posted.sale.id().text(), now);
        if (!state) continue;
        json.object([&] {
          write_state(json, *state, posted);
          json.key("products").array([&] {
            for (const std::string& handle : posted.sale.settings().products)
              json.value(handle);
          });
        });
      }
    });
  });
  return response;
}

http::Response read(const shop::Shop& shop, const Input& input) {
  std::shared_ptr<const sales::Board> board;
  const sales::Posted* posted = find_sale(shop, input.http, board);
  if (posted == nullptr) return no_such_sale(input.http);
  const auto state = board->public_state(posted->sale.id().text(), shop.clock.now());
  http::Response response = http::Response::json(200, {});
  JsonWriter json(response.body);
  json.object([&] { write_state(json, *state, *posted); });
  return response;
}

http::Response show(int status, const sales::Queued& queued) {
  http::Response response = http::Response::json(status, {});
  JsonWriter json(response.body);
  json.object([&] { write_place(json, queued); });
  return response;
}

Task<http::Response> take_ticket(shop::Shop& shop, Input input) {
  std::shared_ptr<const sales::Board> board;
  const sales::Posted* posted = find_sale(shop, input.http, board);
  if (posted == nullptr) co_return no_such_sale(input.http);
  const sales::Visit visit{{}, {}, std::nullopt, input.http.remote_address};
  const auto answer = shop.door->ask(visit, posted->sale.id(), shop.clock.now());
  const auto* queued = answer ? std::get_if<sales::Queued>(&*answer) : nullptr;
  if (queued == nullptr) co_return no_queue(input.http);
  if (queued->ticket.empty()) {
    Problem problem{&problems::kTooManyRequests, "Too many tickets were taken from this address.", {}};
    problem.retry_after_s = static_cast<int>(queued->retry_after_s);
    co_return respond(problem, input.http);
  }
  co_return show(201, *queued);
}

Task<http::Response> read_ticket(shop::Shop& shop, Input input) {
  std::shared_ptr<const sales::Board> board;
  const sales::Posted* posted = find_sale(shop, input.http, board);
  if (posted == nullptr) co_return no_such_sale(input.http);
  const Instant now = shop.clock.now();
  if (!posted->sale.guarded(now)) co_return no_queue(input.http);
  const auto queued = shop.door->look(posted->sale.id(), input.http.header("Queue-Ticket"), now);
  if (!queued) co_return bad_ticket(input.http);
  http::Response response = show(200, *queued);
  response.header("Retry-After", std::to_string(queued->retry_after_s));
  co_return response;
}

Task<http::Response> take_pass(shop::Shop& shop, Input input) {
  std::shared_ptr<const sales::Board> board;
  const sales::Posted* posted = find_sale(shop, input.http, board);
  if (posted == nullptr) co_return no_such_sale(input.http);
  const Instant now = shop.clock.now();
  if (!posted->sale.guarded(now)) co_return no_queue(input.http);
  const sales::SaleId& sale = posted->sale.id();
  std::string ticket(input.http.header("Queue-Ticket"));
  // Of this sale: a ticket says itself of which it is, and what it says is signed.
  if (sales::token_of(ticket, sale) != ticket) co_return bad_ticket(input.http);
  const CartId cart{Token::parse(input.body.root()["cart_id"].text()).value_or(Token{})};
  auto exchanged = co_await shop.door->exchange(std::move(ticket), cart, now);
  if (!exchanged) co_return respond(std::move(exchanged.error()), input.http);
  if (std::holds_alternative<sales::Used>(*exchanged))
    co_return respond(Problem{&problems::kTicketUsed, {}, {}}, input.http);
  if (std::holds_alternative<sales::Invalid>(*exchanged)) co_return bad_ticket(input.http);
  if (const auto* not_yet = std::get_if<sales::NotYet>(&*exchanged))
    co_return queued_problem(not_yet->queued, input.http);
  const auto& admitted = std::get<sales::Admitted>(*exchanged);
  http::Response response = http::Response::json(201, {});
  JsonWriter json(response.body);
  json.object([&] {
    json.key("sale").value(admitted.sale.text());
    json.key("cart_id").value(cart.text());
    json.key("pass").value(admitted.pass);
    json.key("expires_at").value(rfc3339(admitted.expires_at));
  });
  co_return response;
}

Endpoint of_sales(http::Method method, std::string path, std::string id, std::string summary) {
  Endpoint endpoint;
  endpoint.method = method;
  endpoint.path = std::move(path);
  endpoint.operation_id = std::move(id);
  endpoint.tag = "Sales";
  endpoint.summary = std::move(summary);
  endpoint.parameters = {in_path("sale_id", schemas::sale_id())};
  return endpoint;
}

Parameter ticket_header() {
  return in_header_required("Queue-Ticket",
                            schemas::sale_tokens(1).described("As it was given; it is the place in line."));
}

}  // namespace

void write_place(JsonWriter& json, const sales::Queued& queued) {
  json.key("sale").value(queued.sale.text());
  json.key("ticket");
  if (queued.ticket.empty()) {
    json.null();
  } else {
    json.value(queued.ticket);
  }
  json.key("place");
  write_or_null(json, queued.place);
  json.key("ahead");
  write_or_null(json, queued.ahead);
  json.key("line_length").value(static_cast<std::int64_t>(queued.line_length));
  json.key("estimate_s");
  write_or_null(json, queued.estimate_s);
  json.key("retry_after_s").value(queued.retry_after_s);
  json.key("starts_at").value(rfc3339(queued.starts_at));
  json.key("reached").value(queued.reached);
  json.key("sold_out").value(queued.sold_out);
  json.key("passes_url").value(sale_path(queued.sale, "/passes"));
}

http::Response queued_problem(const sales::Queued& queued, const http::Request& request) {
  Problem problem{&problems::kQueued, {}, {}};
  problem.retry_after_s = static_cast<int>(queued.retry_after_s);
  return respond(problem, request, [&](JsonWriter& json) { write_place(json, queued); });
}

void add_sale_endpoints(std::vector<Endpoint>& table) {
  Endpoint listing =
      cacheable_reading("/api/v1/sales", "listSales", "Sales", "List sales", schemas::sale_list());
  listing.description = "Those to come, those that run, and those that ended and are still kept.";
  listing.fleeting = true;
  listing.immediate = list;
  table.push_back(std::move(listing));

  Endpoint reading = cacheable_reading("/api/v1/sales/{sale_id}", "readSale", "Sales",
                                       "Read a sale and how far its line has come", schemas::sale_state());
  reading.description =
      "The same for everybody, and good for a second at any cache: what to ask while waiting. Whose place is "
      "at most places_called may exchange its ticket.";
  reading.parameters = {in_path("sale_id", schemas::sale_id())};
  reading.fleeting = true;
  reading.immediate = read;
  table.push_back(std::move(reading));

  Endpoint taking =
      of_sales(http::Method::kPost, "/api/v1/sales/{sale_id}/tickets", "takeTicket", "Take a place in line");
  taking.description =
      "Before the start every ticket takes part in a draw; after it, places follow the order of arrival. A "
      "ticket is good until the line closes. How many one address may take is limited.";
  taking.priority = http::Priority::kCart;
  taking.body = schemas::empty_request();
  taking.body_required = false;
  taking.body_bytes_max = kBodyBytesMax;
  taking.answers = {{201, "Taken.", schemas::place_in_line(), {}}};
  taking.may_refuse = {&problems::kConflict, &problems::kTooManyRequests};
  taking.handler = take_ticket;
  table.push_back(std::move(taking));

  Endpoint looking =
      of_sales(http::Method::kGet, "/api/v1/sales/{sale_id}/ticket", "readTicket", "Read a place in line");
  looking.priority = http::Priority::kCart;
  looking.parameters.push_back(ticket_header());
  looking.answers = {
      {200,
       "Where it stands.",
       schemas::place_in_line(),
       {{"Retry-After", integer(1, 3600).described("Seconds until it is worth asking again.")}}}};
  looking.may_refuse = {&problems::kConflict};
  looking.handler = read_ticket;
  table.push_back(std::move(looking));

  Endpoint passing = of_sales(http::Method::kPost, "/api/v1/sales/{sale_id}/passes", "takePass",
                              "Exchange a ticket for a pass");
  passing.description =
      "For one cart, once: the same cart asking again gets the same pass until it is over, another cart is "
      "refused. A pass is needed to check out the sale's products while the queue is open.";
  passing.priority = http::Priority::kCheckout;
  passing.parameters.push_back(ticket_header());
  passing.body = schemas::pass_request();
  passing.body_bytes_max = kBodyBytesMax;
  passing.answers = {{201, "The way in.", schemas::sale_pass(), {}}};
  passing.may_refuse = {&problems::kConflict, &problems::kTicketUsed, &problems::kUnavailable,
                        &problems::kOutcomeUnknown, &problems::kQueued};
  passing.handler = take_pass;
  table.push_back(std::move(passing));
}

}  // namespace ff::api
