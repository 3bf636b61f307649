// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/vfs.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace hearth::sim {
namespace {

constexpr int kMaxPath = 255;
constexpr sqlite3_int64 kJulianMs = 212'634'446'400'000;  // any fixed moment does

/// What SQLite keeps of an open file; it brings the memory.
struct OpenFile {
  sqlite3_file base;
  Disk* disk;
  Disk::FilePtr file;
};

OpenFile& opened(sqlite3_file* file) {
  return *reinterpret_cast<OpenFile*>(file);
}

DiskVfs& self(sqlite3_vfs* vfs) {
  return *static_cast<DiskVfs*>(vfs->pAppData);
}

int code(Io result, int failure) {
  switch (result) {
    case Io::ok:
      return SQLITE_OK;
    case Io::full:
      return SQLITE_FULL;
    case Io::failed:
      return failure;
  }
  return failure;
}

int close_file(sqlite3_file* file) {
  opened(file).~OpenFile();
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  const auto& content = opened(file).file->content();
  const auto wanted = static_cast<std::size_t>(size);
  const auto from = std::min(content.size(), static_cast<std::size_t>(offset));
  const auto there = std::min(wanted, content.size() - from);
  std::memcpy(to, content.data() + from, there);
  std::memset(static_cast<char*>(to) + there, 0, wanted - there);
  return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  auto& open = opened(file);
  const std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(size));
  return code(open.disk->write(*open.file, static_cast<std::size_t>(offset), bytes), SQLITE_IOERR_WRITE);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  auto& open = opened(file);
  return code(open.disk->truncate(*open.file, static_cast<std::size_t>(size)), SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* file, int) {
  auto& open = opened(file);
  return code(open.disk->sync(*open.file), SQLITE_IOERR_FSYNC);
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(opened(file).file->content().size());
  return SQLITE_OK;
}

int no_lock(sqlite3_file*, int) {
  return SQLITE_OK;
}

int not_reserved(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}

int no_control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) {
  return static_cast<int>(Disk::kSector);
}

int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

const sqlite3_io_methods kMethods{1,          close_file,  read_file,      write_file, truncate_file,
                                  sync_file,  file_size,   no_lock,        no_lock,    not_reserved,
                                  no_control, sector_size, characteristics};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  auto& disk = self(vfs).disk();
  auto found = disk.open(name ? name : "temporary", (flags & SQLITE_OPEN_CREATE) != 0);
  if (!found) return disk.fault() == DiskFault::full ? SQLITE_FULL : SQLITE_CANTOPEN;
  auto* open = new (file) OpenFile{{}, &disk, std::move(found)};
  open->base.pMethods = &kMethods;
  if (out_flags) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int) {
  auto& disk = self(vfs).disk();
  if (!disk.exists(name)) return SQLITE_IOERR_DELETE_NOENT;
  return code(disk.remove(name), SQLITE_IOERR_DELETE);
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* result) {
  *result = self(vfs).disk().exists(name) ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* to) {
  return std::strlen(sqlite3_snprintf(size, to, "%s", name)) == std::strlen(name) ? SQLITE_OK
                                                                                  : SQLITE_CANTOPEN;
}

int fill_random(sqlite3_vfs* vfs, int size, char* to) {
  for (int i = 0; i < size; ++i)
    to[i] = static_cast<char>(self(vfs).random().below(256));
  return size;
}

int sleep_not(sqlite3_vfs*, int micros) {
  return micros;
}

int current_time(sqlite3_vfs*, double* days) {
  *days = static_cast<double>(kJulianMs) / 86'400'000.0;
  return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) {
  return 0;
}

int current_time_ms(sqlite3_vfs*, sqlite3_int64* ms) {
  *ms = kJulianMs;
  return SQLITE_OK;
}

}  // namespace

DiskVfs::DiskVfs(Disk& disk, std::string name, Random random)
    : disk_(disk), name_(std::move(name)), random_(random) {
  vfs_.iVersion = 2;
  vfs_.szOsFile = sizeof(OpenFile);
  vfs_.mxPathname = kMaxPath;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = open_file;
  vfs_.xDelete = delete_file;
  vfs_.xAccess = access_file;
  vfs_.xFullPathname = full_path;
  vfs_.xRandomness = fill_random;
  vfs_.xSleep = sleep_not;
  vfs_.xCurrentTime = current_time;
  vfs_.xGetLastError = last_error;
  vfs_.xCurrentTimeInt64 = current_time_ms;
  sqlite3_vfs_register(&vfs_, 0);
}

DiskVfs::~DiskVfs() {
  sqlite3_vfs_unregister(&vfs_);
}

}  // namespace hearth::sim
