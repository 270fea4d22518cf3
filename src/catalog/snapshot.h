// The catalogue as the read path sees it: immutable, in memory, with every lookup that a page needs.
//
// Invariant: a Snapshot never changes. A new catalogue is a new Snapshot, built off the serving threads and
// swapped in by SnapshotHolder; whoever holds the old one keeps it alive. Only active products are in it.
// Stock labels are the one thing that moves between swaps: they live beside it (stock_labels.h), coarse and
// eventually fresh; the truth is decided when an order reserves.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/product.h"

namespace ff::catalog {

/// Each host is a word of every page's policy header, and proxies refuse heads of some kilobytes.
inline constexpr std::size_t kPictureHostsMax = 32;

struct VariantRef {
  const Product* product = nullptr;
  const Variant* variant = nullptr;
  explicit operator bool() const { return variant != nullptr; }
};

class Snapshot {
 public:
  explicit Snapshot(Catalogue catalogue);
  Snapshot(const Snapshot&) = delete;

  std::uint64_t version() const { return catalogue_.version; }
  /// Newest first; those created at the same instant (one import) by id, which is the order of their file.
  std::span<const Product> products() const { return catalogue_.products; }
  std::span<const Collection> collections() const { return catalogue_.collections; }
  const Product* product(std::string_view handle) const;
  const Collection* collection(std::string_view handle) const;
  VariantRef variant(VariantId id) const;
  /// Indices into products(), in the collection's order: first those it names, as it names them, then those
  /// that a tag or a type brings in, newest first. Tags and types compare without case and accents.
  std::span<const std::uint32_t> members(const Collection& collection) const;
  std::size_t variant_count() const { return variants_.size(); }
  /// Fingerprint of everything that a page about this product shows; the same on every process.
  std::uint64_t fingerprint(const Product& product) const;
  /// Other hosts that pictures come from ("https://cdn.example"), sorted: what a page's policy must allow. Of
  /// more than kPictureHostsMax those that most pictures come from, ties by name; pictures of others are left
  /// to their fallback.
  const std::vector<std::string>& picture_hosts() const { return picture_hosts_; }

 private:
  struct VariantSlot {
    VariantId id;
    std::uint32_t product, variant;  // indices
  };
  void index_collections();
  void collect_picture_hosts();

  Catalogue catalogue_;
  std::unordered_map<std::string_view, std::uint32_t> product_by_handle_;
  std::unordered_map<std::string_view, std::uint32_t> collection_by_handle_;
  std::vector<VariantSlot> variants_;  // by id: a third of a hash table's memory
  std::vector<std::vector<std::uint32_t>> members_;
  std::vector<std::uint64_t> fingerprints_;
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
