// A set of products as one bit each: the sets that filters and facets intersect.
//
// Invariant: bits at and beyond size() are zero, so counting and comparing need no mask.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ff::catalog {

class Bitmap {
 public:
  explicit Bitmap(std::size_t size, bool full = false)
      : size_(size), words_((size + 63) / 64, full ? ~0ULL : 0) {
    if (full && size % 64 != 0) words_.back() = (1ULL << (size % 64)) - 1;
  }
  std::size_t size() const { return size_; }
  bool test(std::size_t i) const { return (words_[i / 64] >> (i % 64)) & 1u; }
  void set(std::size_t i) { words_[i / 64] |= 1ULL << (i % 64); }
  void reset(std::size_t i) { words_[i / 64] &= ~(1ULL << (i % 64)); }
  std::size_t count() const {
    std::size_t sum = 0;
    for (const std::uint64_t word : words_)
      sum += ones(word);
    return sum;
  }
  std::size_t count_common(const Bitmap& other) const {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < words_.size(); ++i)
      sum += ones(words_[i] & other.words_[i]);
    return sum;
  }
  Bitmap& operator&=(const Bitmap& other) {
    for (std::size_t i = 0; i < words_.size(); ++i)
      words_[i] &= other.words_[i];
    return *this;
  }
  Bitmap& operator|=(const Bitmap& other) {
    for (std::size_t i = 0; i < words_.size(); ++i)
      words_[i] |= other.words_[i];
    return *this;
  }
  /// Members from `from` on, ascending; `body` returns false to stop.
  template <typename Body>
  void each_from(std::size_t from, Body&& body) const {
    if (from >= size_) return;
    std::uint64_t word = words_[from / 64] & (~0ULL << (from % 64));
    for (std::size_t w = from / 64;;) {
      while (word != 0) {
        if (!body(static_cast<std::uint32_t>(w * 64 + static_cast<std::size_t>(std::countr_zero(word)))))
          return;
        word &= word - 1;
      }
      if (++w == words_.size()) return;
      word = words_[w];
    }
  }
  template <typename Body>
  void each(Body&& body) const {
    each_from(0, [&](std::uint32_t i) {
      body(i);
      return true;
    });
  }

 private:
  // Inline arithmetic: without -mpopcnt std::popcount is a call, and this loop is the facets' inner one.
  static std::size_t ones(std::uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555ULL;
    x = (x & 0x3333333333333333ULL) + ((x >> 2) & 0x3333333333333333ULL);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
    return static_cast<std::size_t>((x * 0x0101010101010101ULL) >> 56);
  }

  std::size_t size_;
  std::vector<std::uint64_t> words_;
};

}  // namespace ff::catalog
