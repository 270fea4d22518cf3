#include "base/random.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace ff {

namespace {

/// Bytes of the system's generator, fetched a page's worth at a time: a request needs 16 here and 16 there,
/// and each fetch is a system call. What was given out is wiped.
class Stock {
 public:
  void take(std::span<std::byte> out) {
    while (!out.empty()) {
      if (left_ == 0) {
        randombytes_buf(bytes_.data(), bytes_.size());
        left_ = bytes_.size();
      }
      const std::size_t size = std::min(out.size(), left_);
      std::byte* const given = bytes_.data() + (bytes_.size() - left_);
      std::memcpy(out.data(), given, size);
      sodium_memzero(given, size);
      out = out.subspan(size);
      left_ -= size;
    }
  }

 private:
  std::array<std::byte, 2048> bytes_;
  std::size_t left_ = 0;
};

}  // namespace

void SecureRandom::fill(std::span<std::byte> out) {
  static thread_local Stock stock;  // nobody forks: no two processes give out the same bytes
  stock.take(out);
}

void SeededRandom::fill(std::span<std::byte> out) {
  while (!out.empty()) {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;
    const std::size_t size = std::min(out.size(), sizeof z);
    std::memcpy(out.data(), &z, size);
    out = out.subspan(size);
  }
}

}  // namespace ff
