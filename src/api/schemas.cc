#include "api/schemas.h"

#include "cart/cart.h"
#include "catalog/product.h"
#include "checkout/request.h"
#include "sales/ticket.h"

namespace ff::api::schemas {

namespace {

constexpr std::int64_t kCountMax = 1'000'000'000;
constexpr std::size_t kLineMax = 200;  // of an address: what checkout/address.cc takes

Schema timestamp() { return text().formatted("date-time").shown_as("\"2026-11-27T09:00:00.123456Z\""); }
Schema link() { return text(1).formatted("uri-reference"); }
Schema count() { return integer(0, kCountMax); }

Schema picture() {
  return object("Picture", {required("url", link()
                                                .described("Absolute, or relative to the shop's own address.")
                                                .shown_as("\"/pictures/shirt.svg\"")),
                            required("alt", text().described("What it shows, for those who can't see it."))});
}

Schema stock_label() {
  return one_of_texts({"in_stock", "few_left", "backorder", "sold_out"})
      .described("Coarse and a moment old; an order decides.")
      .shown_as("\"in_stock\"");
}

Schema price_range() {
  return object("PriceRange", {required("lowest", money()), required("highest", money())});
}

std::vector<Member> product_head() {
  return {required("id", integer(1, kExactMax)),
          required("handle", handle()),
          required("title", text(1).shown_as("\"Linen Shirt\"")),
          required("vendor", text()),
          required("type", text().shown_as("\"Shirts\"")),
          required("tags", array(text())),
          required("price", price_range()),
          required("available", boolean().described("Some variant can be bought.")),
          required("picture", picture()),
          required("url", link().described("The product's page in the shop."))};
}

Schema product_summary() { return object("ProductSummary", product_head()); }

Schema variant() {
  return object("Variant", {required("id", variant_id()),
                            required("title", text().described("The option values: \"Navy / M\". Empty for a "
                                                               "product that has only one variant.")),
                            required("options", array(text(), 0, catalog::kOptionsMax)
                                                    .described("One value for each option of the product.")),
                            required("sku", text()), required("barcode", text()), required("price", money()),
                            required("compare_at_price", money().or_null().described("The price before.")),
                            required("grams", integer(0, kExactMax)), required("stock", stock_label()),
                            required("picture", picture())});
}

Schema facet() {
  Schema value =
      object("FacetValue", {required("value", text()),
                            required("count", count().described("Products with this value that pass "
                                                                "every other filter.")),
                            required("chosen", boolean())});
  return object("Facet",
                {required("name", text().described("For the parameter filter.").shown_as("\"option.size\"")),
                 required("title", text().shown_as("\"Size\"")), required("values", array(value))});
}

Schema cart_line() {
  return object(
      "CartLine",
      {required("variant_id", variant_id()), required("quantity", quantity(1)), required("title", text()),
       required("variant_title", text()),
       required("product_handle", text().described("Empty when the shop does not sell it any more.")),
       required("picture", picture().or_null()), required("unit_price", money()),
       required("previous_unit_price",
                money().or_null().described(
                    "What it cost when it was added or changed, if that was another price.")),
       required("total", money()),
       required("availability", one_of_texts({"in_stock", "few_left", "backorder", "sold_out", "gone"})
                                    .described("gone: the shop does not sell it any more. Lines that are "
                                               "sold_out or gone count nothing in the subtotal."))});
}

Schema order_line() {
  return object("OrderLine", {required("variant_id", variant_id()), required("quantity", quantity(1)),
                              required("title", text()), required("variant_title", text()),
                              required("product_handle", text()), required("sku", text()),
                              required("unit_price", money()), required("total", money())});
}

/// In answers every member is there; in requests those that may be empty may be left out.
Schema address_answer() {
  std::vector<Member> members;
  for (const char* name : {"name", "line1", "line2", "city", "region", "postcode", "country", "phone"}) {
    members.push_back(required(name, text()));
  }
  return object("OrderAddress", std::move(members));
}

Schema totals() {
  return object("Totals",
                {required("subtotal", money().described("Of the lines.")), required("delivery", money()),
                 required("tax", money()),
                 required("tax_included", boolean().described("subtotal and delivery contain the tax; "
                                                              "otherwise it is added to them.")),
                 required("tax_rate_basis_points", integer(0, 10000).described("1900 is 19 %.")),
                 required("total", money().described("What is paid."))});
}

Schema field_error() {
  return object(
      "FieldError",
      {required("field", text()
                             .described("Path of the member, or name of the parameter or header field.")
                             .shown_as("\"lines[0].quantity\"")),
       required("message", text().shown_as("\"must be between 1 and 99\""))});
}

std::vector<Member> problem_members() {
  return {required("type", text(1)
                               .formatted("uri-reference")
                               .described("Stable; says which problem it is, and can be fetched.")),
          required("title", text(1)),
          required("status", integer(400, 599)),
          optional("detail", text()),
          optional("errors", array(field_error(), 1)),
          optional("request_id", text().described("Names the request in the shop's log."))};
}

std::vector<Member> sale_members() {
  return {
      required("id", schemas::sale_id()),
      required("title", text(1)),
      required("phase", one_of_texts({"scheduled", "running", "over"})),
      required("starts_at", timestamp()),
      required("ends_at", timestamp()),
      required("queue_open", boolean().described("The checkout of its products needs a pass.")),
      required("line_length", count().described("Tickets taken so far.")),
      required("drawn_tickets", count().described("Those of them whose place was, or will be, drawn.")),
      required("places_called", count().described("Whose place is at most this may exchange its ticket.")),
      required("called_per_minute", count().described("0: none was called yet.")),
      required("per_shopper_max", integer(1, sales::kPerShopperMax)
                                      .or_null()
                                      .described("Units of its products that one shopper may buy.")),
      required("commitment", text(patterns::kHex, 64, 64)
                                 .described("SHA-256 of the seed that the draw is made with.")
                                 .shown_as("\"" + std::string(64, '0') + "\"")),
      required("seed", text(patterns::kHex, 64, 64).or_null().described("From the start on.")),
      required("sold_out", boolean().described("Nothing is left of all that it sells, at this moment.")),
      required("url", link().described("Its waiting room in the shop."))};
}

/// Of a ticket; the same beside a problem, where each may be missing.
std::vector<Member> place_members(Member (*member)(std::string, Schema)) {
  return {
      member("sale", schemas::sale_id()),
      member("ticket", schemas::sale_tokens(1).or_null().described(
                           "Keep it: it is the place. null: too many were taken from this address; ask "
                           "again after retry_after_s.")),
      member("place",
             integer(1, kExactMax).or_null().described("From 1. null before the start: it is drawn then.")),
      member("ahead", count().or_null().described("Places to be called before this one.")),
      member("line_length", count().described("Tickets taken so far.")),
      member("estimate_s", count().or_null().described("Seconds until its turn; null: not known yet.")),
      member("retry_after_s", integer(1, 3600).described("When to ask again.")),
      member("starts_at", timestamp()),
      member("reached",
             boolean().described("Its turn has come: exchange it for a pass. Stays true when it was used.")),
      member("sold_out", boolean().described("Nothing is left of all that the sale sells.")),
      member("passes_url", link().described("Where the ticket is exchanged for a pass."))};
}

Schema line_request() {
  return object("CheckoutLine", {required("variant_id", variant_id()), required("quantity", quantity(1))});
}

Schema line_text(std::size_t length_min, std::size_t length_max) {
  return text(patterns::kOneLine, length_min, length_max);
}

Schema address_request() {
  return object(
      "Address",
      {required("name", line_text(1, kLineMax).shown_as("\"Ada Lovelace\"")),
       required("line1", line_text(1, kLineMax).shown_as("\"12 Rose Street\"")),
       optional("line2", line_text(0, kLineMax)),
       required("city", line_text(1, kLineMax).shown_as("\"Berlin\"")),
       optional("region", line_text(0, kLineMax).described("Where the country's addresses need it.")),
       optional("postcode",
                line_text(0, 16).described("Where the country has postcodes.").shown_as("\"10115\"")),
       required("country", country()), optional("phone", line_text(0, 32).shown_as("\"+49 30 901820\""))});
}

Schema card_request() {
  return object("Card",
                {required("number", text(patterns::kCardDigits, 12, 23).shown_as("\"4242 4242 4242 4242\"")),
                 required("expiry",
                          text(patterns::kExpiry, 5, 7).described("Month and year.").shown_as("\"12/30\"")),
                 required("cvc", text(patterns::kCvc, 3, 4).shown_as("\"123\""))})
      .described("Passed to the payment provider; never stored, never logged.");
}

}  // namespace

Schema money() {
  return object("Money",
                {required("amount", integer(0, kExactMax).described("Minor units: cents.").shown_as("4900")),
                 required("currency", text(3, 3).described("ISO 4217").shown_as("\"EUR\""))})
      .shown_as(R"({"amount": 4900, "currency": "EUR"})");
}

Schema variant_id() { return integer(1, kExactMax).shown_as("1"); }
Schema quantity(std::int64_t minimum) { return integer(minimum, inventory::kQuantityMax).shown_as("1"); }
Schema token(std::string description) {
  return text(patterns::kToken, 32, 32)
      .described(std::move(description))
      .shown_as("\"0123456789abcdef0123456789abcdef\"");
}
Schema order_id() {
  return text(patterns::kUuid, 36, 36).formatted("uuid").shown_as("\"01890a5d-ac96-774b-bcce-b302099a8057\"");
}

Schema idempotency_key(std::string description) {
  return text(patterns::kIdempotencyKey, 1, checkout::kIdempotencyKeyBytesMax)
      .described(std::move(description))
      .shown_as("\"6b1f0c8e-6c0c-4a0e-9a55-0d3f6a5d7b11\"");
}
Schema handle() { return text(patterns::kHandle, 1, 255).shown_as("\"linen-shirt\""); }
Schema country() { return text(patterns::kCountry, 2, 2).described("ISO 3166-1 alpha-2").shown_as("\"DE\""); }

Schema sale_id() { return text(patterns::kSaleId, 1, sales::kSaleIdBytesMax).shown_as("\"winter-drop\""); }
Schema sale_tokens(std::size_t count) {
  return text(patterns::kSaleTokens, 1, count * (sales::kTokenBytesMax + 1) - 1)
      .shown_as("\"winter-drop.AQAAAAEAAAAA\"");
}

Schema pass_request() {
  return object("PassRequest", {required("cart_id", token("The cart that is to be checked out."))})
      .shown_as(R"({"cart_id": "0123456789abcdef0123456789abcdef"})");
}

Schema add_line_request() {
  return object("AddLine", {required("variant_id", variant_id()), required("quantity", quantity(1))})
      .shown_as(R"({"variant_id": 1, "quantity": 1})");
}
Schema set_line_request() {
  return object("SetLine", {required("quantity", quantity(0).described("0 removes the line."))})
      .shown_as(R"({"quantity": 2})");
}
Schema empty_request() { return object("Nothing", {}).described("An object without members."); }

Schema checkout_request() {
  Schema card =
      object("CardPayment", {required("method", one_of_texts({"card"})), required("card", card_request())});
  Schema on_delivery = object("PaymentOnDelivery", {required("method", one_of_texts({"on_delivery"}))});
  Schema payment = one_of("Payment", "method", {std::move(card), std::move(on_delivery)});
  Schema amount = object("ExpectedTotal", {required("amount", integer(0, kExactMax)),
                                           required("currency", text(3, 3).shown_as("\"EUR\""))});
  return object(
             "Checkout",
             {required("cart_id", token("The cart; also the scope of the Idempotency-Key.")),
              optional("lines",
                       array(line_request(), 1, cart::kLinesMax)
                           .described("Ordered instead of the cart's lines; the cart stays as it is.")),
              required("email", text(patterns::kOneLine, 3, checkout::kEmailBytesMax)
                                    .formatted("email")
                                    .shown_as("\"ada@example.com\"")),
              required("address", address_request()),
              required("delivery_method",
                       line_text(1, 64).described("An id from /api/v1/delivery.").shown_as("\"standard\"")),
              required("payment", std::move(payment)),
              optional(
                  "expected_total",
                  amount.described("The total that the shopper saw. Another total is refused, and nothing is "
                                   "charged."))})
      .shown_as(R"({"cart_id": "0123456789abcdef0123456789abcdef",
        "lines": [{"variant_id": 1, "quantity": 1}],
        "email": "ada@example.com",
        "address": {"name": "Ada Lovelace", "line1": "12 Rose Street", "city": "Berlin", "postcode": "10115", "country": "DE"},
        "delivery_method": "standard",
        "payment": {"method": "card", "card": {"number": "4242 4242 4242 4242", "expiry": "12/30", "cvc": "123"}}})");
}

Schema product() {
  std::vector<Member> members = product_head();
  members.push_back(required("description_html", text().described("Sanitised: safe to show.")));
  members.push_back(required("options", array(object("Option", {required("name", text().shown_as("\"Size\"")),
                                                                required("values", array(text()))}),
                                              0, catalog::kOptionsMax)));
  members.push_back(required("variants", array(variant(), 1, catalog::kVariantsMax)));
  members.push_back(required("pictures", array(picture(), 0, catalog::kPicturesMax)));
  members.push_back(required("created_at", timestamp()));
  return object("Product", std::move(members));
}

Schema product_page() {
  return object(
      "ProductPage",
      {required("products", array(product_summary(), 0, 100)),
       required("total", count().described("Products that match, on all pages.")),
       required("next_cursor",
                text().or_null().described("For the parameter cursor; null on the last page.")),
       required("facets", array(facet())),
       required("price_range",
                price_range().or_null().described("Of everything that matches but the price filter.")),
       required("corrected", text().or_null().described(
                                 "What the text was read as when it found nothing as it was written."))});
}

Schema suggestions() {
  Schema collection_link = object(
      "CollectionLink", {required("handle", handle()), required("title", text()), required("url", link())});
  return object("Suggestions", {required("products", array(product_summary(), 0, 20)),
                                required("collections", array(std::move(collection_link))),
                                required("corrections", array(text()))});
}

Schema collection() {
  return object("Collection",
                {required("handle", handle()), required("title", text(1)), required("description", text()),
                 required("picture_url", text().formatted("uri-reference").or_null()),
                 required("product_count", count()), required("url", link())});
}
Schema collection_list() { return object("CollectionList", {required("collections", array(collection()))}); }

Schema cart() {
  return object("Cart", {required("id", token("Knowing it is the permission to use the cart.")),
                         required("lines", array(cart_line(), 0, cart::kLinesMax)),
                         required("quantity", count().described("Pieces, of all lines.")),
                         required("subtotal", money())});
}

Schema receipt() {
  return object(
      "Receipt",
      {required("id", order_id().described("The order.")),
       required("key", token("The secret that opens the order.")),
       required("number", integer(1, kExactMax).described("For people.")),
       required("status", one_of_texts({"paid", "placed", "pending"})
                              .described("placed: the payment is due on delivery. pending: the payment's "
                                         "outcome is being looked up; read the order.")),
       required("total", money()), required("url", link().described("The order's page in the shop."))});
}

Schema order() {
  return object(
      "Order",
      {required("id", order_id()), required("number", integer(1, kExactMax)),
       required("status", one_of_texts({"pending_payment", "paid", "placed", "declined", "cancelled"})),
       required("payment_status", one_of_texts({"none", "authorised", "captured", "voided", "refunded"})),
       required("payment_method", one_of_texts({"card", "on_delivery", "free"})),
       required("card", text().or_null().described("Kind and last digits.").shown_as("\"Visa ending 4242\"")),
       required("reason", text().or_null().described("Why it was declined or cancelled.")),
       required("created_at", timestamp()), required("updated_at", timestamp()),
       required("lines", array(order_line(), 1, cart::kLinesMax)), required("totals", totals()),
       required("email", text()), required("address", address_answer()),
       required("delivery_method", text())});
}

Schema delivery() {
  Schema method =
      object("DeliveryMethod",
             {required("id", text(1).shown_as("\"standard\"")), required("title", text(1)),
              required("price", money()),
              required("free_from", money().or_null().described("Costs nothing from this subtotal."))});
  return object("Delivery",
                {required("country", country()), required("methods", array(std::move(method))),
                 required("countries", array(country()).described("All that the shop delivers to."))});
}

Schema sale_state() { return object("SaleState", sale_members()); }

Schema sale_list() {
  std::vector<Member> members = sale_members();
  members.push_back(required(
      "products", array(handle(), 0, sales::kProductsMax).described("Handles; empty: the whole shop.")));
  return object("SaleList",
                {required("sales", array(object("Sale", std::move(members)), 0, sales::kSalesMax))});
}

Schema place_in_line() { return object("PlaceInLine", place_members(required)); }

Schema sale_pass() {
  return object(
      "SalePass",
      {required("sale", sale_id()), required("cart_id", token("The only cart that it is good for.")),
       required("pass", sale_tokens(1).described("To be sent as Sale-Pass with the checkout.")),
       required("expires_at", timestamp())});
}

Schema problem() { return object("Problem", problem_members()); }

Schema sold_out_problem() {
  Schema line = object("SoldOutLine", {required("variant_id", variant_id()), required("title", text()),
                                       required("wanted", integer(1, kExactMax)),
                                       required("available", integer(0, kExactMax))});
  std::vector<Member> members = problem_members();
  members.push_back(
      optional("lines", array(std::move(line), 1, cart::kLinesMax).described("Of sold-out only.")));
  return object("ConflictProblem", std::move(members));
}

Schema queued_problem() {
  std::vector<Member> members = problem_members();
  for (Member& member : place_members(optional)) {
    member.schema.description += member.schema.description.empty() ? "Of queued only." : " Of queued only.";
    members.push_back(std::move(member));
  }
  return object("QueuedProblem", std::move(members));
}

Schema declined_problem() {
  std::vector<Member> members = problem_members();
  members.push_back(required("id", order_id().described("The order that was declined.")));
  members.push_back(required("key", token("The secret that opens the order.")));
  return object("DeclinedProblem", std::move(members));
}

Schema problem_kind() {
  return object("ProblemKind", {required("type", link()), required("title", text(1)),
                                required("status", integer(400, 599)), required("meaning", text(1))});
}

}  // namespace ff::api::schemas
