// How far readers of event_batches may go: no further than to where nothing can appear any more.
//
// The ids come from a sequence inside the transactions that use them, so id 5 may commit after id 6, and a
// reader that has passed 6 would never see 5. "Only rows whose xid is below the oldest running transaction"
// is not enough for a cursor of ids: an older transaction may take a later id than a younger one that is
// still running. And xids don't say in which order one order's events came. So, in id order: rows without a
// gap before them are given at once. At a gap a fence is taken: a transaction id that is assigned now, after
// a row behind the gap was seen. Whoever holds an id of the gap took it before, and has a smaller transaction
// id (it writes orders or locks stock first). Once the oldest running transaction (pg_snapshot_xmin) is at
// the fence, all of those have ended: what still is not there, in that same snapshot, was rolled back.
//
// Invariant: what safe() lets pass has no id before it that may still appear. Nothing is locked, and a gap
// costs its readers one transaction id.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace ff::storage::pg {

/// A value: copy it before the statement whose rows it is to judge, so that what later snapshots taught is
/// not held against an earlier one.
class EventHorizon {
 public:
  /// How many of `ids` (ascending, all that the statement saw after `cursor`, perhaps cut at its end) may be
  /// given, by the statement's own pg_snapshot_xmin.
  std::size_t safe(std::int64_t cursor, std::span<const std::int64_t> ids, std::int64_t xmin) {
    reached(xmin);
    std::int64_t expected = cursor + 1;
    std::size_t count = 0;
    for (const std::int64_t id : ids) {
      if (id != expected && id - 1 > decided_) break;
      expected = id + 1;
      ++count;
    }
    return count;
  }

  /// Whether a fence is to be taken for a gap before `id`: none is under way.
  bool wants_fence() const { return fence_ == 0; }
  /// `xid` was assigned after a row with id `seen` had been seen.
  void set_fence(std::int64_t seen, std::int64_t xid) {
    if (fence_ != 0) return;
    fence_ = xid;
    seen_ = seen;
  }
  /// A snapshot with this xmin was taken: later ones may rely on what it shows.
  void reached(std::int64_t xmin) {
    if (fence_ == 0 || xmin < fence_) return;
    decided_ = std::max(decided_, seen_);
    fence_ = 0;
  }

 private:
  std::int64_t decided_ = 0;  // up to here every id is visible or will never be
  std::int64_t seen_ = 0, fence_ = 0;
};

}  // namespace ff::storage::pg
