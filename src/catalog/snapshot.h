// The catalogue as the read path sees it: immutable, in memory, with every lookup that a page needs.
//
// Invariant: a Snapshot never changes. A new catalogue is a new Snapshot, built off the serving threads and
// swapped in by SnapshotHolder; whoever holds the old one keeps it alive. Only active products are in it.
// After a change the new one shares with the old what the change left alone: products are shared one by one,
// look-up tables whole where nothing moved. One changed price costs a copy of 16 bytes a product, not a
// reading of the catalogue. Built either way it is the same (snapshot_changes_test.cc). Stock labels are the
// one thing that moves between swaps: they live beside it (stock_labels.h), coarse and eventually fresh; the
// truth is decided when an order reserves.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/collection_index.h"
#include "catalog/handle_table.h"
#include "catalog/picture_hosts.h"
#include "catalog/product.h"
#include "catalog/products.h"

namespace ff::catalog {

struct VariantRef {
  const Product* product = nullptr;
  const Variant* variant = nullptr;
  explicit operator bool() const { return variant != nullptr; }
};

class Snapshot {
 public:
  explicit Snapshot(Catalogue catalogue);
  /// `before`, with what changed since. A changed product costs a copy of two numbers a product; where
  /// products come or go, tables by position are made again: O(variants).
  Snapshot(const Snapshot& before, CatalogueChanges changes);
  Snapshot(const Snapshot&) = delete;

  std::uint64_t version() const { return version_; }
  /// Newest first; those created at the same instant (one import) by id, which is the order of their file.
  Products products() const { return Products(products_); }
  std::span<const Collection> collections() const { return collections_->collections(); }
  const Product* product(std::string_view handle) const;
  const Collection* collection(std::string_view handle) const { return collections_->find(handle); }
  VariantRef variant(VariantId id) const;
  /// Where in products() the product with that handle stands, or the one that has that variant.
  std::optional<std::uint32_t> position(std::string_view handle) const;
  std::optional<std::uint32_t> position(VariantId id) const;
  /// Indices into products(), in the collection's order: first those it names, as it names them, then those
  /// that a tag or a type brings in, newest first. Tags and types compare without case and accents.
  std::span<const std::uint32_t> members(const Collection& collection) const {
    return collections_->members(collection.handle);
  }
  std::size_t variant_count() const { return variants_->size(); }
  /// Fingerprint of everything that a page about this product shows; the same on every process.
  std::uint64_t fingerprint(const Product& product) const;
  /// Other hosts that pictures come from, sorted: see PictureHosts::names().
  const std::vector<std::string>& picture_hosts() const { return picture_hosts_; }

 private:
  using Owned = std::shared_ptr<const Product>;
  static constexpr std::size_t kBlock = 64;
  using Block = std::vector<Owned>;  // kBlock neighbours; the last one fewer
  struct VariantSlot {
    VariantId id;
    std::uint32_t product, variant;  // indices
  };
  using Variants = std::vector<VariantSlot>;  // by id: a third of a hash table's memory

  const VariantSlot* slot(VariantId id) const;
  const Owned& owned(std::size_t position) const { return (*blocks_[position / kBlock])[position % kBlock]; }

  std::uint64_t version_;
  std::vector<std::shared_ptr<const Block>> blocks_;  // own the products; in blocks, so that few are copied
  std::vector<const Product*> products_;
  std::vector<std::uint64_t> fingerprints_;
  std::shared_ptr<const HandleTable> handles_;
  std::shared_ptr<const Variants> variants_;
  std::shared_ptr<const CollectionIndex> collections_;
  std::shared_ptr<const PictureHosts> hosts_;
  std::vector<std::string> picture_hosts_;
};

/// The current snapshot. load() and generation() from any thread; store() from the catalogue watcher only.
/// A serving thread keeps its own shared_ptr and asks for a new one only when generation() has moved, so the
/// reference count is not contended.
class SnapshotHolder {
 public:
  std::shared_ptr<const Snapshot> load() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  void store(std::shared_ptr<const Snapshot> next) {
    {
      const std::lock_guard lock(mutex_);
      current_.swap(next);
    }
    generation_.fetch_add(1, std::memory_order_release);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> current_;
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace ff::catalog
