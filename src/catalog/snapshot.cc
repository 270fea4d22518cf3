#include "catalog/snapshot.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/text.h"
#include "catalog/picture_url.h"

namespace ff::catalog {
namespace {

/// A 64-bit hash of a product's fields, eight bytes at a time: a start-up hashes the whole catalogue. Lengths
/// go in with the bytes, so that no two different products spell the same stream.
class Fingerprint {
 public:
  void add(std::string_view text) {
    add(text.size());
    while (text.size() >= 8) {
      mix(word(text.substr(0, 8)));
      text.remove_prefix(8);
    }
    if (!text.empty()) mix(word(text));
  }
  template <typename Number>
    requires std::is_integral_v<Number>
  void add(Number number) {
    mix(static_cast<std::uint64_t>(number));
  }
  void add(Money money) {
    add(money.minor);
    add(money.currency.code());
  }
  std::uint64_t value() const { return hash_; }

 private:
  /// Little-endian whatever the machine: the same on every process.
  static std::uint64_t word(std::string_view bytes) {
    std::uint64_t value = 0;
    if (std::endian::native == std::endian::little && bytes.size() == sizeof value) {
      std::memcpy(&value, bytes.data(), sizeof value);
      return value;
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return value;
  }
  void mix(std::uint64_t value) {  // MurmurHash64A's step
    constexpr std::uint64_t kFactor = 0xc6a4a7935bd1e995ULL;
    value *= kFactor;
    value ^= value >> 47;
    value *= kFactor;
    hash_ = (hash_ ^ value) * kFactor;
    hash_ ^= hash_ >> 47;
  }

  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

std::uint64_t fingerprint_of(const Product& product) {
  Fingerprint print;
  print.add(product.id.value);
  for (const std::string* text : {&product.handle, &product.title, &product.body_html, &product.vendor,
                                  &product.type, &product.seo_title, &product.seo_description}) {
    print.add(*text);
  }
  print.add(product.tags.size());
  for (const std::string& tag : product.tags)
    print.add(tag);
  print.add(product.options.size());
  for (const std::string& option : product.options)
    print.add(option);
  print.add(product.variants.size());
  for (const Variant& variant : product.variants) {
    print.add(variant.id.value);
    for (const std::string& value : variant.options)
      print.add(value);
    print.add(variant.sku);
    print.add(variant.barcode);
    print.add(variant.price);
    print.add(variant.compare_at.has_value());
    if (variant.compare_at) print.add(*variant.compare_at);
    print.add(variant.grams);
    print.add(variant.taxable);
    print.add(variant.requires_shipping);
    print.add(static_cast<int>(variant.policy));
    print.add(variant.picture);
  }
  print.add(product.pictures.size());
  for (const Picture& picture : product.pictures) {
    print.add(picture.url);
    print.add(picture.alt);
  }
  print.add(product.created_at.us);
  return print.value();
}

using Words = std::unordered_set<std::string>;

Words folded(const std::vector<std::string>& texts) {
  Words out;
  for (const std::string& text : texts)
    out.insert(fold(text));
  return out;
}

/// Products by a text that they have, whatever its case. Each spelling is folded once.
struct Lists {
  void add(std::string_view text, std::uint32_t product) {
    const auto [spelling, fresh] = by_spelling.try_emplace(text, nullptr);
    if (fresh) spelling->second = &by_folded[fold(text)];
    spelling->second->push_back(product);
  }
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_folded;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>*> by_spelling;  // of texts that stay
};

}  // namespace

Snapshot::Snapshot(Catalogue catalogue) : catalogue_(std::move(catalogue)) {
  auto& products = catalogue_.products;
  std::erase_if(products, [](const Product& product) { return product.status != Status::kActive; });
  products.shrink_to_fit();
  for (Product& product : products) {
    // The merchant's columns are nobody's business here, and half of the memory.
    product.attributes.clear();
    product.attributes.shrink_to_fit();
  }
  // Those of one import have the same time: they keep the order of the file, which is the order of their ids.
  const auto newer = [](const Product& a, const Product& b) {
    return a.created_at != b.created_at ? a.created_at > b.created_at : a.id < b.id;
  };
  if (!std::is_sorted(products.begin(), products.end(), newer))  // they come by id: after one import they are
    std::sort(products.begin(), products.end(), newer);

  std::size_t variant_count = 0;
  for (const Product& product : products)
    variant_count += product.variants.size();
  variants_.reserve(variant_count);
  product_by_handle_.reserve(products.size());
  fingerprints_.reserve(products.size());
  for (std::uint32_t i = 0; i < products.size(); ++i) {
    const Product& product = products[i];
    product_by_handle_.emplace(product.handle, i);
    fingerprints_.push_back(fingerprint_of(product));
    for (std::uint32_t v = 0; v < product.variants.size(); ++v) {
      variants_.push_back({product.variants[v].id, i, v});
    }
  }
  std::sort(variants_.begin(), variants_.end(),
            [](const VariantSlot& a, const VariantSlot& b) { return a.id < b.id; });

  index_collections();
  collect_picture_hosts();
}

void Snapshot::collect_picture_hosts() {
  std::map<std::string, std::size_t, std::less<>> uses;
  const auto collect = [&uses](std::string_view url) {
    // What an older release let in is no reason to loosen the policy of every page.
    const auto parsed = PictureUrl::parse(url);
    if (!parsed || parsed->origin().empty()) return;
    const std::string_view origin = parsed->origin();
    const auto found = uses.find(origin);
    if (found != uses.end()) {
      ++found->second;
    } else {
      uses.emplace(origin, 1);
    }
  };
  for (const Product& product : catalogue_.products) {
    for (const Picture& picture : product.pictures)
      collect(picture.url);
  }
  for (const Collection& collection : catalogue_.collections)
    collect(collection.picture_url);
  std::vector<std::pair<std::string, std::size_t>> hosts(uses.begin(), uses.end());
  std::stable_sort(hosts.begin(), hosts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  hosts.resize(std::min(hosts.size(), kPictureHostsMax));
  for (auto& [host, count] : hosts)
    picture_hosts_.push_back(std::move(host));
  std::sort(picture_hosts_.begin(), picture_hosts_.end());
}

void Snapshot::index_collections() {
  Lists by_tag, by_type;
  for (std::uint32_t i = 0; i < catalogue_.products.size(); ++i) {
    for (const std::string& tag : catalogue_.products[i].tags)
      by_tag.add(tag, i);
    by_type.add(catalogue_.products[i].type, i);
  }
  members_.reserve(catalogue_.collections.size());
  for (std::uint32_t c = 0; c < catalogue_.collections.size(); ++c) {
    const Collection& collection = catalogue_.collections[c];
    collection_by_handle_.emplace(collection.handle, c);
    std::vector<bool> taken(catalogue_.products.size());
    std::vector<std::uint32_t> order;
    // Those named come first, in the merchant's order; the rest follows, newest first.
    for (const std::string& handle : collection.handles) {
      const auto found = product_by_handle_.find(handle);
      if (found == product_by_handle_.end() || taken[found->second]) continue;
      taken[found->second] = true;
      order.push_back(found->second);
    }
    const std::size_t named = order.size();
    const auto take = [&](const Lists& lists, const std::vector<std::string>& keys) {
      for (const std::string& key : folded(keys)) {
        const auto found = lists.by_folded.find(key);
        if (key.empty() || found == lists.by_folded.end()) continue;
        for (const std::uint32_t i : found->second) {
          if (taken[i]) continue;
          taken[i] = true;
          order.push_back(i);
        }
      }
    };
    take(by_tag, collection.tags);
    take(by_type, collection.types);
    std::sort(order.begin() + static_cast<std::ptrdiff_t>(named), order.end());
    order.shrink_to_fit();
    members_.push_back(std::move(order));
  }
}

const Product* Snapshot::product(std::string_view handle) const {
  const auto found = product_by_handle_.find(handle);
  return found == product_by_handle_.end() ? nullptr : &catalogue_.products[found->second];
}

const Collection* Snapshot::collection(std::string_view handle) const {
  const auto found = collection_by_handle_.find(handle);
  return found == collection_by_handle_.end() ? nullptr : &catalogue_.collections[found->second];
}

VariantRef Snapshot::variant(VariantId id) const {
  const auto slot = std::lower_bound(variants_.begin(), variants_.end(), id,
                                     [](const VariantSlot& a, VariantId b) { return a.id < b; });
  if (slot == variants_.end() || slot->id != id) return {};
  const Product& product = catalogue_.products[slot->product];
  return {&product, &product.variants[slot->variant]};
}

std::span<const std::uint32_t> Snapshot::members(const Collection& collection) const {
  const auto found = collection_by_handle_.find(collection.handle);
  if (found == collection_by_handle_.end()) return {};
  return members_[found->second];
}

std::uint64_t Snapshot::fingerprint(const Product& product) const {
  const auto found = product_by_handle_.find(product.handle);
  if (found != product_by_handle_.end() && &catalogue_.products[found->second] == &product) {
    return fingerprints_[found->second];
  }
  return fingerprint_of(product);
}

}  // namespace ff::catalog
