// A disk that can lose its power: a SQLite VFS over the system's own, for tests.
//
// Invariant: what a file held at its last sync survives cut_power(); of what was written since, any part may,
// in any order, whole or torn at a sector. Readers see every write until then, as they would from the
// operating system's cache. What is assumed of the disk: a sync that returned is true, names of files are
// durable at once, and a sector of 512 bytes is written whole or not at all.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/random.h"

namespace ff::power_loss {

class LossyDisk {
 public:
  /// Registers itself with SQLite under `name`. One at a time per name; outlives every database opened on it.
  LossyDisk(std::string name, std::uint64_t seed);
  LossyDisk(const LossyDisk&) = delete;
  ~LossyDisk();
  const std::string& name() const { return name_; }

  /// The power goes at the n-th write or sync from now: that one and all after it fail.
  void cut_power_at(std::int64_t operation);
  void cut_power();
  bool has_power() const;
  /// Writes and syncs so far.
  std::int64_t operations() const;

  /// After the power went and every database was closed: what the machine finds on the disk when it starts
  /// again. The files are then as they are on the system's own VFS.
  void come_back();

  void set_full(bool full);    // writes fail with "disk full"
  void fail_syncs(int syncs);  // the next so many syncs fail, and what they should have synced stays unsynced

  // For the VFS itself.
  struct Write {
    std::int64_t offset = 0;
    std::string bytes;
    std::int64_t truncate_to = -1;  // not negative: the file was cut to this size instead
  };
  struct File {
    std::string durable;
    std::vector<Write> pending;
  };
  enum class Verdict { kGoOn, kNoPower, kFull, kSyncFailed };
  std::shared_ptr<File> file(const std::string& path);
  void forget(const std::string& path);
  Verdict before_write(File& file, Write write);
  Verdict before_sync(File& file);

 private:
  Verdict count_operation();

  const std::string name_;
  SeededRandom random_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<File>> files_;
  std::int64_t operations_ = 0;
  std::int64_t cut_at_ = -1;
  bool power_ = true;
  bool full_ = false;
  int failing_syncs_ = 0;
  struct Registration;
  std::unique_ptr<Registration> registration_;
};

}  // namespace ff::power_loss
