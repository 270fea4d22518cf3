#include "storefront/reading_page.h"

#include <algorithm>

#include "base/text.h"
#include "storefront/picture.h"

namespace ff::storefront {
namespace {

constexpr std::size_t kBestScanMax = 512;  // members looked at for those that can be bought

std::string_view bytes_of(const std::uint64_t& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

}  // namespace

Inputs::Inputs(const ReadingPage& page) : value_(page.layout.fingerprint()) {
  for (const catalog::Collection* collection : shown_collections(page.snapshot)) {
    add(collection->handle);
    add(collection->title);
  }
  // They are in the page's policy: one that was kept would refuse the pictures of a new host.
  for (const std::string& host : page.snapshot.picture_hosts())
    add(host);
  add(page.rules.currency.code());
  for (const std::string& country : page.rules.countries)
    add(country);
  for (const pricing::DeliveryMethod& method : page.rules.delivery) {
    add(method.title).add(static_cast<std::uint64_t>(method.price.minor));
    add(static_cast<std::uint64_t>(method.free_from ? method.free_from->minor : -1));
    for (const std::string& country : method.countries)
      add(country);
  }
  for (const pricing::TaxRule& rule : page.rules.tax)
    add(rule.country).add(rule.included ? 1U : 0U);
}

Inputs& Inputs::add(std::uint64_t value) {
  value_ = ff::fingerprint(bytes_of(value), value_);
  return *this;
}

Inputs& Inputs::add(std::string_view text) {
  value_ = ff::fingerprint(text, value_);
  return add(static_cast<std::uint64_t>(text.size()));  // so that "ab","c" is not "a","bc"
}

Inputs& Inputs::add(const ReadingPage& page, const catalog::Product& product) {
  return add(page.snapshot.fingerprint(product)).add(page.labels.fingerprint(product));
}

Inputs& Inputs::add(const catalog::Collection& collection) {
  return add(collection.handle).add(collection.title).add(collection.description).add(collection.picture_url);
}

std::string collection_path(const catalog::Collection& collection) {
  return "/collections/" + collection.handle;
}

std::vector<const catalog::Collection*> shown_collections(const catalog::Snapshot& snapshot) {
  std::vector<const catalog::Collection*> shown;
  for (const catalog::Collection& collection : snapshot.collections()) {
    if (!snapshot.members(collection).empty()) shown.push_back(&collection);
  }
  return shown;
}

std::string collection_picture(const ReadingPage& page, const catalog::Collection& collection, bool tall) {
  if (!collection.picture_url.empty()) return reshaped(collection.picture_url, tall);
  const auto members = page.snapshot.members(collection);
  if (!members.empty()) return shop::choose_picture(page.snapshot.products()[members.front()], -1).url;
  return scene_url(0, tall);
}

std::vector<const catalog::Product*> best_of(const ReadingPage& page, std::span<const std::uint32_t> members,
                                             std::size_t count, const catalog::Product* without) {
  std::vector<const catalog::Product*> best, sold_out;
  for (const std::uint32_t member : members.first(std::min(members.size(), kBestScanMax))) {
    const catalog::Product& product = page.snapshot.products()[member];
    if (&product == without) continue;
    (page.labels.available(product) ? best : sold_out).push_back(&product);
    if (best.size() == count) break;
  }
  for (const catalog::Product* product : sold_out) {
    if (best.size() >= count) break;
    best.push_back(product);
  }
  return best;
}

const catalog::Collection* home_collection(const catalog::Snapshot& snapshot,
                                           const catalog::Product& product) {
  const auto has = [](const std::vector<std::string>& values, std::string_view value) {
    return std::find(values.begin(), values.end(), value) != values.end();
  };
  // By type first: "Knitwear" says more about a jumper than "New in".
  for (const catalog::Collection& collection : snapshot.collections()) {
    if (has(collection.types, product.type)) return &collection;
  }
  for (const catalog::Collection& collection : snapshot.collections()) {
    if (has(collection.handles, product.handle)) return &collection;
    for (const std::string& tag : product.tags) {
      if (has(collection.tags, tag)) return &collection;
    }
  }
  return nullptr;
}

std::string delivery_promise(const pricing::Rules& rules) {
  if (rules.countries.empty()) return {};
  const auto offers = pricing::delivery_offers(rules, rules.countries.front(), Money{0, rules.currency});
  if (offers.empty()) return {};
  const pricing::DeliveryOffer& cheapest = offers.front();
  if (cheapest.price.minor == 0) return "Delivery is free.";
  std::string promise = "Delivery from " + for_people(cheapest.price);
  for (const pricing::DeliveryOffer& offer : offers) {
    if (!offer.method->free_from) continue;
    return promise + ", free from " + for_people(*offer.method->free_from) + ".";
  }
  return promise + ".";
}

}  // namespace ff::storefront
