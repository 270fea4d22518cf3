#include "catalog/snapshot.h"

#include <algorithm>
#include <utility>

#include "catalog/fingerprint.h"
#include "catalog/snapshot_difference.h"

namespace ff::catalog {
namespace {

std::shared_ptr<const Product> shared(Product&& product) {
  // The merchant's columns are nobody's business here, and half of the memory.
  product.attributes.clear();
  product.attributes.shrink_to_fit();
  return std::make_shared<const Product>(std::move(product));
}

bool same_variants(const Product& a, const Product& b) {
  return std::equal(a.variants.begin(), a.variants.end(), b.variants.begin(), b.variants.end(),
                    [](const Variant& x, const Variant& y) { return x.id == y.id; });
}

}  // namespace

Snapshot::Snapshot(Catalogue catalogue) : version_(catalogue.version) {
  auto& products = catalogue.products;
  std::erase_if(products, [](const Product& product) { return product.status != Status::kActive; });
  if (!std::is_sorted(products.begin(), products.end(), stands_before))  // they come by id: after one import
    std::sort(products.begin(), products.end(), stands_before);          // they are

  auto hosts = std::make_shared<PictureHosts>();
  auto variants = std::make_shared<Variants>();
  std::size_t variant_count = 0;
  for (const Product& product : products)
    variant_count += product.variants.size();
  variants->reserve(variant_count);
  products_.reserve(products.size());
  fingerprints_.reserve(products.size());
  blocks_.reserve(products.size() / kBlock + 1);
  for (std::size_t first = 0; first < products.size(); first += kBlock) {
    Block block;
    block.reserve(kBlock);
    for (std::size_t i = first; i < std::min(first + kBlock, products.size()); ++i) {
      block.push_back(shared(std::move(products[i])));
      const Product& product = *block.back();
      products_.push_back(&product);
      fingerprints_.push_back(fingerprint_of(product));
      hosts->add(product);
      for (std::uint32_t v = 0; v < product.variants.size(); ++v)
        variants->push_back({product.variants[v].id, static_cast<std::uint32_t>(i), v});
    }
    blocks_.push_back(std::make_shared<const Block>(std::move(block)));
  }
  std::sort(variants->begin(), variants->end(),
            [](const VariantSlot& a, const VariantSlot& b) { return a.id < b.id; });
  variants_ = std::move(variants);
  handles_ = std::make_shared<const HandleTable>(this->products());
  collections_ =
      std::make_shared<const CollectionIndex>(std::move(catalogue.collections), this->products(), *handles_);
  for (const Collection& collection : collections())
    hosts->add(collection);
  picture_hosts_ = hosts->names();
  hosts_ = std::move(hosts);
}

Snapshot::Snapshot(const Snapshot& before, CatalogueChanges changes) : version_(changes.version) {
  std::vector<bool> leaves(before.products_.size());
  std::vector<Owned> arriving;
  bool in_place = true;  // each that arrives replaces one that stands where it will, and nothing else leaves
  for (const std::string& handle : changes.removed_handles) {
    const auto at = before.position(handle);
    if (at) leaves[*at] = true;
    in_place &= !at;
  }
  for (Product& product : changes.products) {
    const auto at = before.position(product.handle);
    const Product* const was = at ? before.products_[*at] : nullptr;
    Owned next = product.status == Status::kActive ? shared(std::move(product)) : nullptr;
    if (was == nullptr && !next) continue;
    if (was != nullptr && next && *next == *was) continue;  // only its stock, or what no page shows
    if (was != nullptr) leaves[*at] = true;
    in_place &= was != nullptr && next && !stands_before(*was, *next) && !stands_before(*next, *was);
    if (next) arriving.push_back(std::move(next));
  }
  changes.products.clear();
  std::sort(arriving.begin(), arriving.end(),
            [](const Owned& a, const Owned& b) { return stands_before(*a, *b); });

  // The order of the new one: the old without those that leave, merged with those that arrive.
  if (in_place) {
    products_ = before.products_;
    for (const Owned& one : arriving)
      products_[*before.position(one->handle)] = one.get();
  } else {
    products_.reserve(before.products_.size() + arriving.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < before.products_.size(); ++i) {
      if (leaves[i]) continue;
      while (next < arriving.size() && stands_before(*arriving[next], *before.products_[i]))
        products_.push_back(arriving[next++].get());
      products_.push_back(before.products_[i]);
    }
    for (; next < arriving.size(); ++next)
      products_.push_back(arriving[next].get());
  }
  const SnapshotDifference difference = catalog::difference(before.products(), products());

  // Who owns them, and their fingerprints.
  bool same_handles = difference.in_place, same_ids = same_handles, same_labels = same_handles;
  if (difference.in_place) {
    blocks_ = before.blocks_;
    fingerprints_ = before.fingerprints_;
    for (std::size_t n = 0; n < arriving.size();) {  // in order, so that each block is copied once
      const std::size_t b = difference.arrived[n] / kBlock;
      auto block = std::make_shared<Block>(*blocks_[b]);
      for (; n < arriving.size() && difference.arrived[n] / kBlock == b; ++n) {
        const std::size_t at = difference.arrived[n];
        const Product &was = *before.products_[at], &is = *products_[at];
        same_handles &= was.handle == is.handle;
        same_ids &= same_variants(was, is);
        same_labels &= was.tags == is.tags && was.type == is.type;
        fingerprints_[at] = fingerprint_of(is);
        (*block)[at % kBlock] = std::move(arriving[n]);
      }
      blocks_[b] = std::move(block);
    }
  } else {
    std::vector<std::uint32_t> came_from(products_.size(), SnapshotDifference::kGone);
    for (std::uint32_t i = 0; i < difference.moved.size(); ++i) {
      if (difference.moved[i] != SnapshotDifference::kGone) came_from[difference.moved[i]] = i;
    }
    fingerprints_.reserve(products_.size());
    std::size_t n = 0;
    for (std::size_t first = 0; first < products_.size(); first += kBlock) {
      Block block;
      block.reserve(kBlock);
      for (std::size_t i = first; i < std::min(first + kBlock, products_.size()); ++i) {
        const bool stayed = came_from[i] != SnapshotDifference::kGone;
        block.push_back(stayed ? before.owned(came_from[i]) : arriving[n++]);
        fingerprints_.push_back(stayed ? before.fingerprints_[came_from[i]] : fingerprint_of(*block.back()));
      }
      blocks_.push_back(std::make_shared<const Block>(std::move(block)));
    }
  }

  handles_ = same_handles ? before.handles_ : std::make_shared<const HandleTable>(products());
  if (same_ids) {
    variants_ = before.variants_;
  } else {
    const auto by_id = [](const VariantSlot& a, const VariantSlot& b) { return a.id < b.id; };
    Variants fresh;
    for (const std::uint32_t i : difference.arrived) {
      for (std::uint32_t v = 0; v < products_[i]->variants.size(); ++v)
        fresh.push_back({products_[i]->variants[v].id, i, v});
    }
    std::sort(fresh.begin(), fresh.end(), by_id);
    auto variants = std::make_shared<Variants>();
    variants->reserve(before.variants_->size() + fresh.size());
    auto coming = fresh.begin();
    for (VariantSlot slot : *before.variants_) {
      slot.product = difference.moved[slot.product];
      if (slot.product == SnapshotDifference::kGone) continue;
      while (coming != fresh.end() && coming->id < slot.id)
        variants->push_back(*coming++);
      variants->push_back(slot);
    }
    variants->insert(variants->end(), coming, fresh.end());
    variants_ = std::move(variants);
  }

  auto hosts = std::make_shared<PictureHosts>(*before.hosts_);
  for (const std::uint32_t i : difference.left)
    hosts->remove(*before.products_[i]);
  for (const std::uint32_t i : difference.arrived)
    hosts->add(*products_[i]);
  if (same_handles && same_labels && changes.collections.empty()) {
    collections_ = before.collections_;
  } else {
    std::vector<Collection> collections(before.collections().begin(), before.collections().end());
    for (Collection& changed : changes.collections) {
      const auto same = std::find_if(collections.begin(), collections.end(),
                                     [&](const Collection& one) { return one.id == changed.id; });
      hosts->add(changed);
      if (same == collections.end()) {
        collections.push_back(std::move(changed));
      } else {
        hosts->remove(*same);
        *same = std::move(changed);
      }
    }
    std::sort(collections.begin(), collections.end(),
              [](const Collection& a, const Collection& b) { return a.id < b.id; });
    collections_ = std::make_shared<const CollectionIndex>(std::move(collections), products(), *handles_);
  }
  picture_hosts_ = hosts->names();
  hosts_ = std::move(hosts);
}

std::optional<std::uint32_t> Snapshot::position(std::string_view handle) const {
  return handles_->find(handle, products());
}

const Product* Snapshot::product(std::string_view handle) const {
  const auto found = position(handle);
  return found ? products_[*found] : nullptr;
}

const Snapshot::VariantSlot* Snapshot::slot(VariantId id) const {
  const auto found = std::lower_bound(variants_->begin(), variants_->end(), id,
                                      [](const VariantSlot& a, VariantId b) { return a.id < b; });
  return found == variants_->end() || found->id != id ? nullptr : &*found;
}

VariantRef Snapshot::variant(VariantId id) const {
  const VariantSlot* const found = slot(id);
  if (found == nullptr) return {};
  const Product& product = *products_[found->product];
  return {&product, &product.variants[found->variant]};
}

std::optional<std::uint32_t> Snapshot::position(VariantId id) const {
  const VariantSlot* const found = slot(id);
  if (found == nullptr) return std::nullopt;
  return found->product;
}

std::uint64_t Snapshot::fingerprint(const Product& product) const {
  const auto found = position(product.handle);
  return found && products_[*found] == &product ? fingerprints_[*found] : fingerprint_of(product);
}

}  // namespace ff::catalog
