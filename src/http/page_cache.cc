#include "http/page_cache.h"

#include <atomic>

#include <fmt/format.h>

#include "base/text.h"
#include "http/compression.h"

namespace ff::http {

// `state` (of the shard) guards what a hit reads; `building` makes one thread at a time check or render.
// Order: building, then a shard's mutex; never the other way round.
struct PageCache::Entry {
  std::string key;
  std::mutex building;
  // Under the shard's mutex:
  Generations checked{};
  std::uint64_t inputs = 0;
  std::array<std::shared_ptr<const FinishedBytes>, 3> finished;
  std::size_t bytes = 0;  // as accounted for in the shard
  bool kept = false;      // in the map and the list
  std::list<std::shared_ptr<Entry>>::iterator place;
};

struct PageCache::Shard {
  mutable std::mutex mutex;
  std::unordered_map<std::string_view, std::shared_ptr<Entry>, Hash, std::equal_to<>> entries;
  std::list<std::shared_ptr<Entry>> recent;  // most recently used first
  std::size_t bytes = 0;
};

/// What one thread was asked for lately, a page in the slot that its key's hash names.
struct PageCache::Front {
  struct Slot {
    std::size_t hash = 0;
    std::string key;
    Encoding encoding = Encoding::kIdentity;
    Generations checked{};
    std::shared_ptr<const FinishedBytes> finished;  // with a reference count of this thread's own
    unsigned uses = 0;
    std::size_t candidate = 0;  // the hash of who would take the place if it came twice
  };
  std::array<Slot, kFrontPages> slots;
};

namespace {

constexpr std::size_t kEntryOverhead = 512;  // list and map nodes, the entry itself
/// Of a front's page every so many uses go to the shard, so that it knows what is read.
constexpr unsigned kUsesUntold = 64;

/// Threads are numbered as they first ask.
unsigned number_of_this_thread() {
  static std::atomic<unsigned> next{0};
  thread_local const unsigned number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

/// The same bytes under a count that nobody else moves.
std::shared_ptr<const FinishedBytes> counted_apart(std::shared_ptr<const FinishedBytes> finished) {
  const FinishedBytes* const bytes = finished.get();
  return {std::make_shared<std::shared_ptr<const FinishedBytes>>(std::move(finished)), bytes};
}

}  // namespace

PageCache::PageCache(std::string name, std::size_t bytes_max, const SecurityHeaders& security,
                     telemetry::Registry& metrics)
    : shard_bytes_max_(bytes_max / kShards),
      security_(security),
      hits_(metrics.counter("ff_pages_hits_total", "Pages served from finished bytes.", {{"cache", name}})),
      renders_(metrics.counter("ff_pages_renders_total", "Pages rendered.", {{"cache", name}})),
      carried_(metrics.counter("ff_pages_carried_total", "Pages kept over a change that did not touch them.",
                               {{"cache", name}})),
      evicted_(metrics.counter("ff_pages_evicted_total", "Pages dropped to stay within the bound.",
                               {{"cache", name}})),
      held_bytes_(metrics.gauge("ff_pages_bytes", "Bytes of finished pages held.", {{"cache", name}})) {
  metrics.gauge("ff_pages_bytes_max", "Bound of the bytes of finished pages.", {{"cache", name}})
      .set(static_cast<std::int64_t>(this->bytes_max()));
  for (auto& shard : shards_)
    shard = std::make_unique<Shard>();
  for (auto& front : fronts_)
    front = std::make_unique<Front>();
}

PageCache::~PageCache() = default;

PageCache::Shard& PageCache::shard_of(std::size_t hash) {
  // The map inside uses the low bits of the same hash.
  return *shards_[(hash >> 32) % kShards];
}

PageCache::Front* PageCache::front_of_this_thread() {
  const unsigned number = number_of_this_thread();
  return number < kFronts ? fronts_[number].get() : nullptr;
}

std::size_t PageCache::bytes() const {
  std::size_t sum = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    sum += shard->bytes;
  }
  return sum;
}

std::shared_ptr<const FinishedBytes> PageCache::find(std::string_view key, Encoding encoding,
                                                     Generations now) {
  const std::size_t hash = Hash{}(key) + static_cast<std::size_t>(encoding);
  Front* const front = front_of_this_thread();
  if (front == nullptr) return find_shared(key, encoding, now);
  Front::Slot& slot = front->slots[hash % kFrontPages];
  const bool known = slot.finished && slot.hash == hash && slot.encoding == encoding && slot.key == key;
  if (known && slot.checked == now) {
    const bool told = ++slot.uses % kUsesUntold == 0 && find_shared(key, encoding, now);
    if (!told) hits_.add();
    return slot.finished;
  }
  auto finished = find_shared(key, encoding, now);
  if (!finished) return nullptr;
  const bool empty = !slot.finished;
  if (!known && !empty && slot.candidate != hash) {
    slot.candidate = hash;
    return finished;
  }
  slot = {hash, std::string(key), encoding, now, counted_apart(std::move(finished))};
  return slot.finished;
}

std::shared_ptr<const FinishedBytes> PageCache::find_shared(std::string_view key, Encoding encoding,
                                                            Generations now) {
  Shard& shard = shard_of(Hash{}(key));
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(key);
  if (found == shard.entries.end() || found->second->checked != now) return nullptr;
  Entry& entry = *found->second;
  const auto& finished = entry.finished[static_cast<std::size_t>(encoding)];
  if (!finished) return nullptr;
  if (entry.place != shard.recent.begin())
    shard.recent.splice(shard.recent.begin(), shard.recent, entry.place);
  hits_.add();
  return finished;
}

std::shared_ptr<const FinishedBytes> PageCache::get(std::string_view key, Encoding encoding, Generations now,
                                                    Recipe& recipe) {
  if (auto finished = find(key, encoding, now)) return finished;
  Shard& shard = shard_of(Hash{}(key));
  std::shared_ptr<Entry> entry;
  {
    const std::lock_guard lock(shard.mutex);
    if (const auto found = shard.entries.find(key); found != shard.entries.end()) {
      entry = found->second;
    } else {
      entry = std::make_shared<Entry>();
      entry->key = key;
      entry->kept = true;
      shard.entries.emplace(entry->key, entry);
      shard.recent.push_front(entry);
      entry->place = shard.recent.begin();
    }
  }

  const std::lock_guard building(entry->building);
  const auto slot = static_cast<std::size_t>(encoding);
  {
    // Somebody may have done the work while we waited for `building`.
    const std::lock_guard lock(shard.mutex);
    if (entry->checked == now && entry->finished[slot]) return entry->finished[slot];
  }
  const std::uint64_t inputs = recipe.inputs();
  {
    const std::lock_guard lock(shard.mutex);
    if (entry->inputs != inputs) {
      entry->finished = {};
      entry->inputs = inputs;
    } else if (entry->checked != now && entry->finished[slot]) {
      carried_.add();
    }
    entry->checked = now;
    if (entry->finished[slot]) return entry->finished[slot];
  }
  auto finished = build(key, encoding, recipe, inputs);
  if (!finished) return nullptr;
  {
    const std::lock_guard lock(shard.mutex);
    entry->finished[slot] = finished;
    account(shard, entry);
  }
  return finished;
}

std::shared_ptr<const FinishedBytes> PageCache::build(std::string_view key, Encoding encoding, Recipe& recipe,
                                                      std::uint64_t inputs) {
  Response response = recipe.render();
  renders_.add();
  // The content itself is in the tag too: a release that writes the same inputs differently must not be told
  // 304.
  const std::string seed =
      fmt::format("{}:{:x}:{:x}:{}", key, inputs, fingerprint(response.body), static_cast<int>(encoding));
  if (encoding != Encoding::kIdentity) {
    response.body = compress(response.body, encoding, Effort::kQuick);
    if (response.body.empty()) return nullptr;
    response.header("Content-Encoding", std::string(content_coding(encoding)));
  }
  response.header("Vary", "Accept-Encoding");
  return finish(response, seed, security_);
}

void PageCache::account(Shard& shard, const std::shared_ptr<Entry>& entry) {
  if (!entry->kept) return;  // was evicted while it was rendered: its bytes live as long as their readers
  std::size_t bytes = kEntryOverhead + entry->key.size();
  for (const auto& finished : entry->finished) {
    if (finished) bytes += finished->bytes();
  }
  shard.bytes += bytes - entry->bytes;
  held_bytes_.add(static_cast<std::int64_t>(bytes) - static_cast<std::int64_t>(entry->bytes));
  entry->bytes = bytes;
  // One that is too large for its share goes at once: it must not push all others out on its way.
  if (bytes > shard_bytes_max_) shard.recent.splice(shard.recent.end(), shard.recent, entry->place);
  while (shard.bytes > shard_bytes_max_ && !shard.recent.empty()) {
    const std::shared_ptr<Entry> oldest = shard.recent.back();
    shard.recent.pop_back();
    shard.entries.erase(oldest->key);
    shard.bytes -= oldest->bytes;
    held_bytes_.add(-static_cast<std::int64_t>(oldest->bytes));
    oldest->bytes = 0;
    oldest->kept = false;
    oldest->finished = {};
    evicted_.add();
  }
}

}  // namespace ff::http
