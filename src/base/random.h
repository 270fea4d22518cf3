// Where randomness comes from. Passed in, so that a simulation replays from its seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace ff {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> out) = 0;
  std::uint64_t next() {
    std::uint64_t value = 0;
    fill(std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  /// Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    for (;;) {
      const std::uint64_t value = next();
      if (value < limit) return value % bound;
    }
  }
};

/// The operating system's generator, through libsodium: fit for secrets. Any thread.
class SecureRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override;
};

/// SplitMix64 (Steele, Lea, Flood 2014): reproducible from its seed, unfit for secrets. One thread.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> out) override;

 private:
  std::uint64_t state_;
};

}  // namespace ff
