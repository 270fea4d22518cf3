#include "power_loss/lossy_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

namespace ff::power_loss {

namespace {

constexpr std::int64_t kSectorBytes = 512;

/// What SQLite allocates per open file: ours, then the system's.
struct LossyFile {
  sqlite3_file base;
  LossyDisk* disk;
  std::shared_ptr<LossyDisk::File>* tracked;  // null for files that need not survive (temporary ones)
  sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

LossyFile* ours(sqlite3_file* file) { return reinterpret_cast<LossyFile*>(file); }
sqlite3_file* below(sqlite3_file* file) { return ours(file)->below(); }

int answer(LossyDisk::Verdict verdict, int otherwise) {
  switch (verdict) {
    case LossyDisk::Verdict::kGoOn:
      return SQLITE_OK;
    case LossyDisk::Verdict::kFull:
      return SQLITE_FULL;
    case LossyDisk::Verdict::kSyncFailed:
      return SQLITE_IOERR_FSYNC;
    case LossyDisk::Verdict::kNoPower:
      break;
  }
  return otherwise;
}

int close(sqlite3_file* file) {
  delete std::exchange(ours(file)->tracked, nullptr);
  return below(file)->pMethods->xClose(below(file));
}
int read(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
  if (!ours(file)->disk->has_power()) return SQLITE_IOERR_READ;
  return below(file)->pMethods->xRead(below(file), out, size, at);
}
int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  LossyFile* lossy = ours(file);
  if (lossy->tracked) {
    LossyDisk::Write write{at, std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size)),
                           -1};
    const auto verdict = lossy->disk->before_write(**lossy->tracked, std::move(write));
    if (verdict != LossyDisk::Verdict::kGoOn) return answer(verdict, SQLITE_IOERR_WRITE);
  }
  return below(file)->pMethods->xWrite(below(file), bytes, size, at);
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
  LossyFile* lossy = ours(file);
  if (lossy->tracked) {
    const auto verdict = lossy->disk->before_write(**lossy->tracked, {0, {}, size});
    if (verdict != LossyDisk::Verdict::kGoOn) return answer(verdict, SQLITE_IOERR_TRUNCATE);
  }
  return below(file)->pMethods->xTruncate(below(file), size);
}
int sync(sqlite3_file* file, int) {
  LossyFile* lossy = ours(file);
  if (!lossy->tracked) return SQLITE_OK;
  return answer(lossy->disk->before_sync(**lossy->tracked), SQLITE_IOERR_FSYNC);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return below(file)->pMethods->xFileSize(below(file), size);
}
int lock(sqlite3_file* file, int level) { return below(file)->pMethods->xLock(below(file), level); }
int unlock(sqlite3_file* file, int level) { return below(file)->pMethods->xUnlock(below(file), level); }
int check_reserved(sqlite3_file* file, int* out) {
  return below(file)->pMethods->xCheckReservedLock(below(file), out);
}
int control(sqlite3_file* file, int operation, void* argument) {
  return below(file)->pMethods->xFileControl(below(file), operation, argument);
}
int sector_size(sqlite3_file*) { return static_cast<int>(kSectorBytes); }
int characteristics(sqlite3_file*) {
  return 0;
}  // no powersafe overwrite: nothing is promised beyond a sector
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return below(file)->pMethods->xShmMap(below(file), page, size, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int n, int flags) {
  return below(file)->pMethods->xShmLock(below(file), offset, n, flags);
}
void shm_barrier(sqlite3_file* file) { below(file)->pMethods->xShmBarrier(below(file)); }
int shm_unmap(sqlite3_file* file, int remove) {
  return below(file)->pMethods->xShmUnmap(below(file), remove);
}

const sqlite3_io_methods kMethods = {
    2,         close,          read,    write,       truncate,        sync,    file_size, lock,
    unlock,    check_reserved, control, sector_size, characteristics, shm_map, shm_lock,  shm_barrier,
    shm_unmap, nullptr,        nullptr};

}  // namespace

struct LossyDisk::Registration {
  sqlite3_vfs vfs{};
  sqlite3_vfs* system = nullptr;
  LossyDisk* disk = nullptr;

  static Registration* of(sqlite3_vfs* vfs) { return static_cast<Registration*>(vfs->pAppData); }

  static int open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags, int* out_flags) {
    Registration* self = of(vfs);
    LossyFile* lossy = ours(file);
    lossy->base.pMethods = nullptr;
    if (!self->disk->has_power()) return SQLITE_CANTOPEN;
    const int rc = self->system->xOpen(self->system, path, lossy->below(), flags, out_flags);
    if (rc != SQLITE_OK) return rc;
    lossy->disk = self->disk;
    lossy->tracked = path ? new std::shared_ptr<File>(self->disk->file(path)) : nullptr;
    lossy->base.pMethods = &kMethods;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    Registration* self = of(vfs);
    if (!self->disk->has_power()) return SQLITE_IOERR_DELETE;
    self->disk->forget(path);
    return self->system->xDelete(self->system, path, sync_folder);
  }
};

LossyDisk::LossyDisk(std::string name, std::uint64_t seed)
    : name_(std::move(name)), random_(seed), registration_(std::make_unique<Registration>()) {
  Registration& registration = *registration_;
  registration.system = sqlite3_vfs_find(nullptr);
  registration.disk = this;
  registration.vfs = *registration.system;  // what is not about files' contents stays the system's
  registration.vfs.pNext = nullptr;
  registration.vfs.zName = name_.c_str();
  registration.vfs.pAppData = &registration;
  registration.vfs.szOsFile = static_cast<int>(sizeof(LossyFile)) + registration.system->szOsFile;
  registration.vfs.xOpen = Registration::open;
  registration.vfs.xDelete = Registration::remove;
  // These look at pAppData below, so they are asked of the system's own.
  registration.vfs.xAccess = [](sqlite3_vfs* vfs, const char* path, int flags, int* out) {
    sqlite3_vfs* system = Registration::of(vfs)->system;
    return system->xAccess(system, path, flags, out);
  };
  registration.vfs.xFullPathname = [](sqlite3_vfs* vfs, const char* path, int size, char* out) {
    sqlite3_vfs* system = Registration::of(vfs)->system;
    return system->xFullPathname(system, path, size, out);
  };
  sqlite3_vfs_register(&registration.vfs, 0);
}

LossyDisk::~LossyDisk() { sqlite3_vfs_unregister(&registration_->vfs); }

void LossyDisk::cut_power_at(std::int64_t operation) {
  const std::lock_guard guard(mutex_);
  cut_at_ = operations_ + operation;
}
void LossyDisk::cut_power() {
  const std::lock_guard guard(mutex_);
  power_ = false;
}
bool LossyDisk::has_power() const {
  const std::lock_guard guard(mutex_);
  return power_;
}
std::int64_t LossyDisk::operations() const {
  const std::lock_guard guard(mutex_);
  return operations_;
}
void LossyDisk::set_full(bool full) {
  const std::lock_guard guard(mutex_);
  full_ = full;
}
void LossyDisk::fail_syncs(int syncs) {
  const std::lock_guard guard(mutex_);
  failing_syncs_ = syncs;
}

std::shared_ptr<LossyDisk::File> LossyDisk::file(const std::string& path) {
  const std::lock_guard guard(mutex_);
  auto& file = files_[path];
  if (!file) {
    file = std::make_shared<File>();
    std::ifstream stored(path, std::ios::binary);  // what was there before this disk: durable
    file->durable.assign(std::istreambuf_iterator<char>(stored), {});
  }
  return file;
}

void LossyDisk::forget(const std::string& path) {
  const std::lock_guard guard(mutex_);
  files_.erase(path);
}

LossyDisk::Verdict LossyDisk::count_operation() {
  if (power_ && ++operations_ == cut_at_) power_ = false;
  return power_ ? Verdict::kGoOn : Verdict::kNoPower;
}

LossyDisk::Verdict LossyDisk::before_write(File& file, Write write) {
  const std::lock_guard guard(mutex_);
  const bool had_power = power_;
  const Verdict verdict = count_operation();
  if (verdict == Verdict::kGoOn && full_ && write.truncate_to < 0) return Verdict::kFull;
  if (had_power) file.pending.push_back(std::move(write));  // the write that the cut hits may be torn
  return verdict;
}

namespace {

void apply(std::string& content, const LossyDisk::Write& write) {
  if (write.truncate_to >= 0) {
    content.resize(static_cast<std::size_t>(write.truncate_to));
    return;
  }
  const auto end = static_cast<std::size_t>(write.offset) + write.bytes.size();
  if (content.size() < end) content.resize(end);
  std::memcpy(content.data() + write.offset, write.bytes.data(), write.bytes.size());
}

}  // namespace

LossyDisk::Verdict LossyDisk::before_sync(File& file) {
  const std::lock_guard guard(mutex_);
  if (const Verdict verdict = count_operation(); verdict != Verdict::kGoOn) return verdict;
  if (failing_syncs_ > 0) {
    --failing_syncs_;
    return Verdict::kSyncFailed;
  }
  for (const Write& write : file.pending)
    apply(file.durable, write);
  file.pending.clear();
  return Verdict::kGoOn;
}

void LossyDisk::come_back() {
  const std::lock_guard guard(mutex_);
  for (auto& [path, file] : files_) {
    // How much of what was not synced survives differs from time to time: nothing, some, nearly all.
    const std::uint64_t survive_percent = random_.below(101);
    for (const Write& write : file->pending) {
      if (write.truncate_to >= 0) {
        if (random_.below(100) < survive_percent) apply(file->durable, write);
        continue;
      }
      for (std::size_t at = 0; at < write.bytes.size();) {  // sector by sector
        const std::int64_t offset = write.offset + static_cast<std::int64_t>(at);
        const auto room = static_cast<std::size_t>(kSectorBytes - offset % kSectorBytes);
        const std::size_t size = std::min(room, write.bytes.size() - at);
        if (random_.below(100) < survive_percent)
          apply(file->durable, {offset, write.bytes.substr(at, size), -1});
        at += size;
      }
    }
    file->pending.clear();
    std::ofstream stored(path, std::ios::binary | std::ios::trunc);
    stored.write(file->durable.data(), static_cast<std::streamsize>(file->durable.size()));
    std::error_code ignored;
    std::filesystem::remove(path + "-shm", ignored);  // shared memory does not survive a machine
  }
  files_.clear();
  power_ = true;
  cut_at_ = -1;
}

}  // namespace ff::power_loss
