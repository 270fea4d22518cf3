#include "base/random.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace ff {

void SecureRandom::fill(std::span<std::byte> out) { randombytes_buf(out.data(), out.size()); }

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
