// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/counting_vfs.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <new>
#include <stdexcept>

namespace hearth::store {
namespace {

struct Counters {
  std::atomic<std::uint64_t> written{0};
  std::atomic<std::uint64_t> syncs{0};
};

/// As SQLite allocates it: ours, and behind it the file of the VFS below.
struct CountedFile {
  sqlite3_file base{};
  sqlite3_io_methods methods{};
  Counters* counters = nullptr;

  sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

CountedFile& counted(sqlite3_file* file) {
  return *reinterpret_cast<CountedFile*>(file);
}

sqlite3_file* below(sqlite3_file* file) {
  return counted(file).below();
}

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const int result = below(file)->pMethods->xWrite(below(file), data, size, offset);
  if (result == SQLITE_OK) counted(file).counters->written += static_cast<std::uint64_t>(size);
  return result;
}

int sync(sqlite3_file* file, int flags) {
  ++counted(file).counters->syncs;
  return below(file)->pMethods->xSync(below(file), flags);
}

/// The same call on the file below.
template <auto Member>
struct Forward;
template <class R, class... Args, R (*sqlite3_io_methods::*Member)(sqlite3_file*, Args...)>
struct Forward<Member> {
  static R call(sqlite3_file* file, Args... args) {
    return (below(file)->pMethods->*Member)(below(file), args...);
  }
};

sqlite3_io_methods counting_methods(int version) {
  using M = sqlite3_io_methods;
  M methods{};
  methods.iVersion = std::min(version, 3);
  methods.xClose = Forward<&M::xClose>::call;
  methods.xRead = Forward<&M::xRead>::call;
  methods.xWrite = write;
  methods.xTruncate = Forward<&M::xTruncate>::call;
  methods.xSync = sync;
  methods.xFileSize = Forward<&M::xFileSize>::call;
  methods.xLock = Forward<&M::xLock>::call;
  methods.xUnlock = Forward<&M::xUnlock>::call;
  methods.xCheckReservedLock = Forward<&M::xCheckReservedLock>::call;
  methods.xFileControl = Forward<&M::xFileControl>::call;
  methods.xSectorSize = Forward<&M::xSectorSize>::call;
  methods.xDeviceCharacteristics = Forward<&M::xDeviceCharacteristics>::call;
  methods.xShmMap = Forward<&M::xShmMap>::call;
  methods.xShmLock = Forward<&M::xShmLock>::call;
  methods.xShmBarrier = Forward<&M::xShmBarrier>::call;
  methods.xShmUnmap = Forward<&M::xShmUnmap>::call;
  methods.xFetch = Forward<&M::xFetch>::call;
  methods.xUnfetch = Forward<&M::xUnfetch>::call;
  return methods;
}

}  // namespace

struct CountingVfs::Impl {
  Counters counters;
  sqlite3_vfs* base = nullptr;
  std::string name;
  sqlite3_vfs vfs{};

  static Impl& of(sqlite3_vfs* vfs) { return *static_cast<Impl*>(vfs->pAppData); }

  template <auto Member>
  struct Forward;
  template <class R, class... Args, R (*sqlite3_vfs::*Member)(sqlite3_vfs*, Args...)>
  struct Forward<Member> {
    static R call(sqlite3_vfs* vfs, Args... args) {
      auto* base = of(vfs).base;
      return (base->*Member)(base, args...);
    }
  };

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto& self = of(vfs);
    auto& opened = *new (file) CountedFile;
    opened.counters = &self.counters;
    const int result = self.base->xOpen(self.base, name, opened.below(), flags, out_flags);
    if (const auto* methods = opened.below()->pMethods) {
      opened.methods = counting_methods(methods->iVersion);
      opened.base.pMethods = &opened.methods;
    }
    return result;
  }

  void fill() {
    using V = sqlite3_vfs;
    vfs.iVersion = std::min(base->iVersion, 2);
    vfs.szOsFile = static_cast<int>(sizeof(CountedFile)) + base->szOsFile;
    vfs.mxPathname = base->mxPathname;
    vfs.zName = name.c_str();
    vfs.pAppData = this;
    vfs.xOpen = open;
    vfs.xDelete = Forward<&V::xDelete>::call;
    vfs.xAccess = Forward<&V::xAccess>::call;
    vfs.xFullPathname = Forward<&V::xFullPathname>::call;
    vfs.xDlOpen = Forward<&V::xDlOpen>::call;
    vfs.xDlError = Forward<&V::xDlError>::call;
    vfs.xDlSym = Forward<&V::xDlSym>::call;
    vfs.xDlClose = Forward<&V::xDlClose>::call;
    vfs.xRandomness = Forward<&V::xRandomness>::call;
    vfs.xSleep = Forward<&V::xSleep>::call;
    vfs.xCurrentTime = Forward<&V::xCurrentTime>::call;
    vfs.xGetLastError = Forward<&V::xGetLastError>::call;
    if (vfs.iVersion >= 2) vfs.xCurrentTimeInt64 = Forward<&V::xCurrentTimeInt64>::call;
  }
};

CountingVfs::CountingVfs(const std::string& base) : impl_(std::make_unique<Impl>()) {
  impl_->base = sqlite3_vfs_find(base.empty() ? nullptr : base.c_str());
  if (impl_->base == nullptr) throw std::invalid_argument("SQLite has no VFS of the name " + base);
  impl_->name = fmt::format("hearth-{}", static_cast<const void*>(impl_.get()));
  impl_->fill();
  sqlite3_vfs_register(&impl_->vfs, 0);
}

CountingVfs::~CountingVfs() {
  sqlite3_vfs_unregister(&impl_->vfs);
}

const std::string& CountingVfs::name() const {
  return impl_->name;
}
std::uint64_t CountingVfs::written_bytes() const {
  return impl_->counters.written;
}
std::uint64_t CountingVfs::syncs() const {
  return impl_->counters.syncs;
}

}  // namespace hearth::store
