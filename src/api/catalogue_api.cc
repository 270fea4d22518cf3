// Products, search, suggestions, collections. All of it is read from memory.
#include <algorithm>

#include "api/schemas.h"
#include "api/tables.h"
#include "api/views.h"

namespace ff::api {

namespace {

constexpr std::size_t kSuggestionsDefault = 6;
constexpr std::size_t kSuggestionsMax = 20;
constexpr int kIndexWaitsMax = 100;
constexpr Duration kIndexWait = std::chrono::milliseconds(10);
constexpr std::size_t kFiltersMax = 32;
constexpr std::size_t kTextMax = 200;
constexpr std::size_t kCursorMax = 512;

std::vector<Parameter> listing_parameters() {
  Schema filter = array(text(patterns::kFilter, 3, 300).shown_as("\"option.size:M\""), 0, kFiltersMax)
                      .described(
                          "facet:value, where the facet is vendor, type, tag or option.name as `facets` of "
                          "an answer names it. May be repeated: values of one facet are alternatives, "
                          "different facets must all fit.");
  return {
      in_query("filter", std::move(filter)),
      in_query("price_min", integer(0, Money::kMinorMax).described("Minor units, inclusive.")),
      in_query("price_max", integer(0, Money::kMinorMax).described("Minor units, inclusive.")),
      in_query("available", boolean().described("true: only what can be bought.")),
      in_query("sort", one_of_texts({"relevance", "price", "-price", "newest"})
                           .described("Without a text, relevance is the collection's own order.")),
      in_query("limit", integer(1, 100).described("Products on a page; 24 when not given.").shown_as("24")),
      in_query("cursor", text(0, kCursorMax)
                             .formatted("cursor")
                             .described("next_cursor of the page before, with the same other parameters. "
                                        "Opaque."))};
}

catalog::Query query_of(const Arguments& arguments) {
  catalog::Query query;
  query.text = arguments.text("q");
  query.collection = arguments.text("collection");
  for (const std::string_view filter : arguments.all("filter")) {
    const std::size_t colon = filter.find(':');
    const std::string facet = catalog::facet_name(filter.substr(0, colon));
    const auto same = std::ranges::find(query.filters, facet, &catalog::Filter::facet);
    catalog::Filter& target =
        same != query.filters.end() ? *same : query.filters.emplace_back(catalog::Filter{facet, {}});
    target.values.emplace_back(filter.substr(colon + 1));
  }
  query.price_min = arguments.integer("price_min");
  query.price_max = arguments.integer("price_max");
  query.available_only = arguments.flag("available");
  query.sort = catalog::parse_sort(arguments.text("sort")).value_or(catalog::Sort::kRelevance);
  query.limit = static_cast<std::size_t>(arguments.integer("limit").value_or(24));
  query.cursor = arguments.text("cursor");
  return query;
}

http::Response find(const shop::Shop& shop, const Input& input, const catalog::Index& index) {
  const std::shared_ptr<const catalog::StockLabels> labels = shop.labels.load();
  const catalog::Query query = query_of(input.query);
  if (!query.collection.empty() && index.snapshot()->collection(query.collection) == nullptr) {
    return respond(Problem{&problems::kNotFound, "There is no collection with that handle.", {}}, input.http);
  }
  Result<catalog::Page> page = index.search(query, *labels);
  if (!page) return respond(std::move(page.error()), input.http);
  http::Response response = http::Response::json(200, {});
  JsonWriter json(response.body);
  write_page(json, *page, *labels, shop.rules.currency);
  return response;
}

/// The index is built just after the start, off the serving threads: whoever needs it at that moment waits
/// for it, since half an answer would look like a whole one. kUnavailable when it takes too long.
Task<Result<std::shared_ptr<const catalog::Index>>> built_index(const shop::Shop& shop) {
  std::shared_ptr<const catalog::Index> index = shop.index.load();
  for (int wait = 0; !index && wait < kIndexWaitsMax; ++wait) {
    co_await shop.clock.sleep_for(kIndexWait);
    index = shop.index.load();
  }
  if (!index) co_return fail(ErrorCode::kUnavailable, "the search index is not built yet");
  co_return index;
}

Task<http::Response> list(shop::Shop& shop, Input input) {
  auto index = co_await built_index(shop);
  if (!index) co_return respond(std::move(index.error()), input.http);
  co_return find(shop, input, **index);
}

http::Response read_product(const shop::Shop& shop, const Input& input) {
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop.catalogue.load();
  const catalog::Product* product = snapshot->product(input.http.param("handle"));
  if (product == nullptr) return respond(Problem{&problems::kNotFound, {}, {}}, input.http);
  http::Response response = http::Response::json(200, {});
  JsonWriter json(response.body);
  write_product(json, *product, *shop.labels.load());
  return response;
}

Task<http::Response> suggest(shop::Shop& shop, Input input) {
  auto index = co_await built_index(shop);
  if (!index) co_return respond(std::move(index.error()), input.http);
  const std::shared_ptr<const catalog::StockLabels> labels = shop.labels.load();
  const auto limit = static_cast<std::size_t>(input.query.integer("limit").value_or(kSuggestionsDefault));
  const catalog::Suggestions found = (*index)->suggest(input.query.text("q"), limit);
  http::Response response = http::Response::json(200, {});
  JsonWriter json(response.body);
  json.object([&] {
    json.key("products").array([&] {
      for (const catalog::Product* product : found.products)
        write_summary(json, *product, *labels);
    });
    json.key("collections").array([&] {
      for (const catalog::Collection* collection : found.collections) {
        json.object([&] {
          json.key("handle").value(collection->handle);
          json.key("title").value(collection->title);
          json.key("url").value("/collections/" + collection->handle);
        });
      }
    });
    json.key("corrections").array([&] {
      for (const std::string& correction : found.corrections)
        json.value(correction);
    });
  });
  co_return response;
}

http::Response list_collections(const shop::Shop& shop, const Input&) {
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop.catalogue.load();
  http::Response response = http::Response::json(200, {});
  JsonWriter json(response.body);
  json.object([&] {
    json.key("collections").array([&] {
      for (const catalog::Collection& collection : snapshot->collections()) {
        write_collection(json, collection, snapshot->members(collection).size());
      }
    });
  });
  return response;
}

http::Response read_collection(const shop::Shop& shop, const Input& input) {
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop.catalogue.load();
  const catalog::Collection* collection = snapshot->collection(input.http.param("handle"));
  if (collection == nullptr) return respond(Problem{&problems::kNotFound, {}, {}}, input.http);
  http::Response response = http::Response::json(200, {});
  JsonWriter json(response.body);
  write_collection(json, *collection, snapshot->members(*collection).size());
  return response;
}

Endpoint reading(std::string path, std::string id, std::string summary, Schema answer) {
  return cacheable_reading(std::move(path), std::move(id), "Catalogue", std::move(summary),
                           std::move(answer));
}

}  // namespace

void add_catalogue_endpoints(std::vector<Endpoint>& table) {
  Endpoint products = reading("/api/v1/products", "listProducts", "List products", schemas::product_page());
  products.description = "The whole catalogue, newest first, or one collection in its own order.";
  products.parameters = listing_parameters();
  products.parameters.push_back(in_query("collection", schemas::handle()));
  products.may_refuse = {&problems::kNotFound, &problems::kUnavailable};
  products.handler = list;
  table.push_back(std::move(products));

  Endpoint product =
      reading("/api/v1/products/{handle}", "readProduct", "Read a product", schemas::product());
  product.parameters = {in_path("handle", schemas::handle())};
  product.immediate = read_product;
  table.push_back(std::move(product));

  Endpoint search = reading("/api/v1/search", "searchProducts", "Search products", schemas::product_page());
  search.description = "Finds whole words, beginnings of words and words with small mistakes.";
  search.priority = http::Priority::kSearch;
  search.parameters = listing_parameters();
  search.parameters.push_back(in_query_required("q", text(0, kTextMax).shown_as("\"linen shirt\"")));
  search.parameters.push_back(in_query("collection", schemas::handle()));
  search.may_refuse = {&problems::kNotFound, &problems::kUnavailable};
  search.handler = list;
  table.push_back(std::move(search));

  Endpoint suggestions =
      reading("/api/v1/suggestions", "suggest", "Suggest while somebody types", schemas::suggestions());
  suggestions.priority = http::Priority::kSearch;
  suggestions.parameters = {in_query_required("q", text(0, kTextMax).shown_as("\"lin\"")),
                            in_query("limit", integer(1, kSuggestionsMax).shown_as("6"))};
  suggestions.may_refuse = {&problems::kUnavailable};
  suggestions.handler = suggest;
  table.push_back(std::move(suggestions));

  Endpoint collections =
      reading("/api/v1/collections", "listCollections", "List collections", schemas::collection_list());
  collections.immediate = list_collections;
  table.push_back(std::move(collections));

  Endpoint collection =
      reading("/api/v1/collections/{handle}", "readCollection", "Read a collection", schemas::collection());
  collection.description = "Its products are /api/v1/products?collection={handle}.";
  collection.parameters = {in_path("handle", schemas::handle())};
  collection.immediate = read_collection;
  table.push_back(std::move(collection));
}

}  // namespace ff::api
