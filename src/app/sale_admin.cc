#include "app/sale_admin.h"

#include <cmath>
#include <memory>

#include "api/json_reader.h"
#include "api/problem.h"
#include "api/schema.h"
#include "app/moments.h"
#include "app/sale_rules.h"

namespace ff::app {
namespace {

using sales::Sale;
using sales::SaleSettings;

constexpr std::size_t kQueryFieldsMax = 8;
constexpr std::size_t kBodyBytesMax = 256 * 1024;  // kProductsMax handles of 255 bytes, and their names

api::Schema settings_schema() {
  using namespace api;
  const auto seconds = [](Duration least, Duration most) {
    return integer(std::chrono::duration_cast<std::chrono::seconds>(least).count(),
                   std::chrono::duration_cast<std::chrono::seconds>(most).count());
  };
  return object(
      "SaleSettings",
      {required("title", text(1, sales::kTitleLengthMax)),
       required("products", array(text(patterns::kHandle, 1, 255), 0, sales::kProductsMax)),
       required("starts_at", text(1, 64)), required("ends_at", text(1, 64)),
       optional("per_shopper_max", integer(0, sales::kPerShopperMax)),
       optional("queue", one_of_texts({"off", "on", "auto"})),
       optional("auto_after_s", seconds(sales::kAutoAfterMin, sales::kAutoAfterMax)),
       optional("pass_for_s", seconds(sales::kPassForMin, sales::kPassForMax)),
       optional("admissions_per_minute_max", integer(0, static_cast<std::int64_t>(sales::kRateMax) * 60)),
       optional("version", integer(0, std::int64_t{1} << 52)), optional("drop_line", boolean()),
       // What an answer holds beside the settings may come back; it is not read.
       optional("id", text()), optional("queue_open", boolean()), optional("commitment", text())});
}

void write_sale(JsonWriter& json, const Sale& sale, Instant now) {
  const SaleSettings& s = sale.settings();
  const auto seconds = [](Duration duration) {
    return static_cast<std::int64_t>(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
  };
  json.object([&] {
    json.key("id").value(s.id.text());
    json.key("title").value(s.title);
    json.key("products").array([&] {
      for (const std::string& handle : s.products)
        json.value(handle);
    });
    json.key("starts_at").value(rfc3339(s.starts_at));
    json.key("ends_at").value(rfc3339(s.ends_at));
    json.key("per_shopper_max").value(static_cast<std::int64_t>(s.per_shopper_max));
    json.key("queue").value(sales::to_string(s.queue));
    json.key("auto_after_s").value(seconds(s.auto_after));
    json.key("pass_for_s").value(seconds(s.pass_for));
    json.key("admissions_per_minute_max").value(static_cast<std::int64_t>(std::llround(s.rate_max * 60)));
    json.key("version").value(s.version);
    json.key("queue_open").value(sale.guarded(now));
    json.key("commitment").value(sales::to_hex(sale.commitment()));
  });
}

http::Response show(int status, const Sale& sale, Instant now) {
  http::Response response = http::Response::json(status, {});
  JsonWriter json(response.body);
  write_sale(json, sale, now);
  response.header("Cache-Control", "no-store");
  return response;
}

http::Response not_found(const http::Request& request) {
  return api::respond(api::Problem{&api::problems::kNotFound, "There is no sale of that name.", {}}, request);
}

/// A conflict's detail is for the merchant, who is the client here.
http::Response refused(Error error, const http::Request& request) {
  if (error.code != ErrorCode::kConflict) return api::respond(std::move(error), request);
  return api::respond(api::Problem{&api::problems::kConflict, std::move(error.detail), {}}, request);
}

Result<SaleSettings> settings_of(const api::JsonValue& body, sales::SaleId id, Instant now) {
  SaleSettings settings;
  settings.id = std::move(id);
  settings.title = body["title"].text();
  body["products"].each([&](api::JsonValue handle) { settings.products.emplace_back(handle.text()); });
  for (const auto& [name, into] :
       {std::pair{"starts_at", &settings.starts_at}, std::pair{"ends_at", &settings.ends_at}}) {
    const auto at = parse_instant(body[name].text(), now);
    if (!at) return invalid(name, "must be like 2026-11-27T09:00:00Z");
    *into = *at;
  }
  settings.per_shopper_max = static_cast<std::int32_t>(body["per_shopper_max"].integer());
  settings.queue = sales::parse_queue(body["queue"].text()).value_or(sales::Queue::kOff);
  if (const api::JsonValue after = body["auto_after_s"])
    settings.auto_after = std::chrono::seconds(after.integer());
  if (const api::JsonValue lasts = body["pass_for_s"])
    settings.pass_for = std::chrono::seconds(lasts.integer());
  settings.rate_max = static_cast<double>(body["admissions_per_minute_max"].integer()) / 60;
  return settings;
}

class SaleAdmin {
 public:
  SaleAdmin(sales::SaleStore& store, catalog::CatalogStore& catalogue, Clock& clock, Random& random)
      : store_(store), catalogue_(catalogue), clock_(clock), random_(random), schema_(settings_schema()) {}

  Task<http::Response> list(const http::Request& request) {
    auto sales = co_await store_.sales();
    if (!sales) co_return api::respond(std::move(sales.error()), request);
    http::Response response = http::Response::json(200, {});
    JsonWriter json(response.body);
    json.object([&] {
      json.key("sales").array([&] {
        for (const Sale& sale : *sales)
          write_sale(json, sale, clock_.now());
      });
    });
    response.header("Cache-Control", "no-store");
    co_return response;
  }

  Task<http::Response> read(const http::Request& request) {
    auto found = co_await find(request);
    if (!found) co_return api::respond(std::move(found.error()), request);
    if (!*found) co_return not_found(request);
    co_return show(200, **found, clock_.now());
  }

  Task<http::Response> put(const http::Request& request) {
    const auto id = sales::SaleId::parse(request.param("sale_id"));
    if (!id) co_return not_found(request);
    auto body = api::JsonBody::parse(request.body, schema_);
    if (!body) co_return api::respond(body.error(), request);
    const api::JsonValue root = body->root();
    auto read = settings_of(root, *id, clock_.now());
    if (!read) co_return api::respond(std::move(read.error()), request);
    auto wanted = sales::check(std::move(*read));
    if (!wanted) co_return api::respond(std::move(wanted.error()), request);
    auto found = co_await find(request);
    if (!found) co_return api::respond(std::move(found.error()), request);
    auto sold = co_await check_products(catalogue_, *found, *wanted, kSaleMembers);
    if (!sold) co_return api::respond(std::move(sold.error()), request);
    if (!root["drop_line"].truth()) {
      auto kept = co_await check_line_is_kept(store_, *found, *wanted, clock_.now(), kSaleMembers);
      if (!kept) co_return refused(std::move(kept.error()), request);
    }
    const bool fresh = !found->has_value();
    const api::JsonValue version = root["version"];
    wanted->version = version ? version.integer() : fresh ? 0 : (*found)->settings().version;
    sales::SaleSecrets secrets = sales::SaleSecrets::make(random_);
    auto stored = co_await store_.put(std::move(*wanted), secrets);
    if (!stored) co_return refused(std::move(stored.error()), request);
    co_return show(fresh ? 201 : 200, *stored, clock_.now());
  }

  Task<http::Response> remove(const http::Request& request) {
    const auto id = sales::SaleId::parse(request.param("sale_id"));
    if (!id) co_return not_found(request);
    const auto query = http::Form::parse(request.query, kQueryFieldsMax);
    if (!query) co_return api::error_page(request, 400, "Bad Request");
    if (query->get("drop_line") != "true") {
      auto found = co_await find(request);
      if (!found) co_return api::respond(std::move(found.error()), request);
      auto over = co_await check_line_is_over(store_, *found, clock_.now(), kSaleMembers);
      if (!over) co_return refused(std::move(over.error()), request);
    }
    sales::SaleId sale = *id;
    auto removed = co_await store_.remove(std::move(sale));
    if (!removed) co_return api::respond(std::move(removed.error()), request);
    http::Response response;
    response.status = 204;
    co_return response;
  }

 private:
  Task<Result<std::optional<Sale>>> find(const http::Request& request) {
    auto sales = co_await store_.sales();
    if (!sales) co_return tl::unexpected<Error>(std::move(sales.error()));
    std::optional<Sale> found;
    for (Sale& sale : *sales) {
      if (sale.id().text() == request.param("sale_id")) found = std::move(sale);
    }
    co_return found;
  }

  sales::SaleStore& store_;
  catalog::CatalogStore& catalogue_;
  Clock& clock_;
  Random& random_;
  const api::Schema schema_;
};

Task<http::Response> refuse(http::Response response) { co_return response; }

http::Handler handler(std::shared_ptr<SaleAdmin> admin,
                      Task<http::Response> (SaleAdmin::*method)(const http::Request&)) {
  return [admin = std::move(admin), method](const http::Request& request) {
    if (request.has_header("Origin") || request.has_header("Sec-Fetch-Site"))
      return refuse(api::error_page(request, 403, "Forbidden"));
    return (admin.get()->*method)(request);
  };
}

}  // namespace

void add_sale_admin_routes(http::Router& router, sales::SaleStore& store, catalog::CatalogStore& catalogue,
                           Clock& clock, Random& random) {
  using http::Method;
  using http::Priority;
  const auto admin = std::make_shared<SaleAdmin>(store, catalogue, clock, random);
  router.add(Method::kGet, "/sales", Priority::kAdmin, handler(admin, &SaleAdmin::list), 0);
  router.add(Method::kGet, "/sales/{sale_id}", Priority::kAdmin, handler(admin, &SaleAdmin::read), 0);
  router.add(Method::kPut, "/sales/{sale_id}", Priority::kAdmin, handler(admin, &SaleAdmin::put),
             kBodyBytesMax);
  router.add(Method::kDelete, "/sales/{sale_id}", Priority::kAdmin, handler(admin, &SaleAdmin::remove), 0);
}

}  // namespace ff::app
