// The products of a snapshot as a sequence of `const Product&`, in its order.
//
// A view: it owns nothing and is as good as the Snapshot that it came from. Products stand apart in memory,
// each shared by the snapshots that have it (snapshot.h), so there is no data() to count addresses from;
// where a product stands is Snapshot::position().
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>

#include "catalog/product.h"

namespace ff::catalog {

class Products {
 public:
  class iterator {
   public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = Product;
    using difference_type = std::ptrdiff_t;
    using pointer = const Product*;
    using reference = const Product&;

    iterator() = default;
    explicit iterator(const Product* const* at) : at_(at) {}
    reference operator*() const { return **at_; }
    pointer operator->() const { return *at_; }
    reference operator[](difference_type n) const { return *at_[n]; }
    iterator& operator++() { return ++at_, *this; }
    iterator operator++(int) { return iterator(at_++); }
    iterator& operator--() { return --at_, *this; }
    iterator operator--(int) { return iterator(at_--); }
    iterator& operator+=(difference_type n) { return at_ += n, *this; }
    iterator& operator-=(difference_type n) { return at_ -= n, *this; }
    friend iterator operator+(iterator a, difference_type n) { return a += n; }
    friend iterator operator+(difference_type n, iterator a) { return a += n; }
    friend iterator operator-(iterator a, difference_type n) { return a -= n; }
    friend difference_type operator-(iterator a, iterator b) { return a.at_ - b.at_; }
    auto operator<=>(const iterator&) const = default;

   private:
    const Product* const* at_ = nullptr;
  };

  Products() = default;
  explicit Products(std::span<const Product* const> products) : products_(products) {}

  std::size_t size() const { return products_.size(); }
  bool empty() const { return products_.empty(); }
  const Product& operator[](std::size_t i) const { return *products_[i]; }
  const Product& front() const { return *products_.front(); }
  iterator begin() const { return iterator(products_.data()); }
  iterator end() const { return iterator(products_.data() + products_.size()); }
  /// The first `count`, or all when there are fewer.
  Products first(std::size_t count) const {
    return Products(products_.first(std::min(count, products_.size())));
  }
  /// Where they are. The same product of two snapshots is at the same address; one that changed is not.
  std::span<const Product* const> addresses() const { return products_; }

 private:
  std::span<const Product* const> products_;
};

}  // namespace ff::catalog
