// Keeps answers as finished bytes (design 6): rendered and compressed at most once per change of what they
// show, whoever asks, and bounded in bytes. Pages, pictures, listings of the API.
//
// Invariants
//  - For one key, encoding and state of the inputs the page is rendered once in this process: others who ask
//    meanwhile wait for that rendering (about a millisecond, shorter than doing it again) and share it.
//  - An entry is only served while `now` equals the generations that it was last checked against. When they
//    have moved, Recipe::inputs is asked: the same fingerprint carries the bytes over, another drops them.
//  - ETags come from key, encoding, that fingerprint and the rendered content, so every process of one
//    release gives the same.
//  - The bytes that all entries hold never exceed `bytes_max`; the least recently used go first. A page too
//    large for its share is served and not kept.
// Any thread. The pages that a thread is asked for most it finds in its own front: no lock, no allocation, no
// reference count that another thread moves. Others cost one short lock of one of kShards. A front keeps its
// few pages beyond the bound, and beyond their eviction, until others take their place.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/message.h"
#include "telemetry/metrics.h"

namespace ff::http {

/// How often each source that a page is made from has changed, at one moment; cheap to read, compared on
/// every hit. What needs fewer than three leaves the rest at 0.
using Generations = std::array<std::uint64_t, 3>;

/// How to make one page. Lives for one get(); called at most once each, on the asking thread.
class Recipe {
 public:
  virtual ~Recipe() = default;
  /// Everything that the page shows, as one number; the same on every process for the same content.
  virtual std::uint64_t inputs() = 0;
  /// The page in full, uncompressed. Called after inputs().
  virtual Response render() = 0;
};

/// Two callables as a Recipe; they must outlive it.
template <typename InputsOf, typename Render>
class Callables final : public Recipe {
 public:
  Callables(InputsOf& inputs, Render& render) : inputs_(inputs), render_(render) {}
  std::uint64_t inputs() override { return inputs_(); }
  Response render() override { return render_(); }

 private:
  InputsOf& inputs_;
  Render& render_;
};

class PageCache {
 public:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kFronts = 16;      // threads that have one: the first that ask
  static constexpr std::size_t kFrontPages = 16;  // of each

  /// `name` tells the caches apart in metrics. `security` must outlive the cache.
  PageCache(std::string name, std::size_t bytes_max, const SecurityHeaders& security,
            telemetry::Registry& metrics);
  ~PageCache();

  /// The page of `key`. Null only when there was no memory to compress; then serve Recipe::render() itself.
  std::shared_ptr<const FinishedBytes> get(std::string_view key, Encoding encoding, Generations now,
                                           Recipe& recipe);
  /// The hit alone: null when get() would have to check or render.
  std::shared_ptr<const FinishedBytes> find(std::string_view key, Encoding encoding, Generations now);

  std::size_t bytes() const;  // held by all entries now
  std::size_t bytes_max() const { return shard_bytes_max_ * kShards; }

 private:
  struct Entry;
  struct Shard;
  struct Front;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  Shard& shard_of(std::size_t hash);
  Front* front_of_this_thread();
  std::shared_ptr<const FinishedBytes> find_shared(std::string_view key, Encoding encoding, Generations now);
  std::shared_ptr<const FinishedBytes> build(std::string_view key, Encoding encoding, Recipe& recipe,
                                             std::uint64_t inputs);
  void account(Shard& shard, const std::shared_ptr<Entry>& entry);

  std::size_t shard_bytes_max_;
  const SecurityHeaders& security_;
  std::array<std::unique_ptr<Shard>, kShards> shards_;
  std::array<std::unique_ptr<Front>, kFronts> fronts_;  // each touched by its thread only
  telemetry::Counter &hits_, &renders_, &carried_, &evicted_;
  telemetry::Gauge& held_bytes_;
};

}  // namespace ff::http
