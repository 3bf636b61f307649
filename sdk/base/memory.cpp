// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/memory.hpp"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

/// jemalloc's, in programs that are linked with it.
extern "C" int mallctl(const char* name, void* old_value, std::size_t* old_size, void* new_value,
                       std::size_t new_size) __attribute__((weak));

namespace hearth {
namespace {

constexpr int kHeaps = 2;
constexpr int kTrimThreshold = 128 * 1024;
/// jemalloc's number for all arenas.
constexpr const char* kPurgeAll = "arena.4096.purge";

/// A segment that is not writable in the file was never written to: its pages are the file's. (What the loader has
/// relocated and then protected belongs to a writable one.)
int unmap_pages(dl_phdr_info* object, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
    const std::uintptr_t first = (begin + page - 1) / page * page;
    const std::uintptr_t last = (begin + segment.p_filesz) / page * page;
    if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void limit_heaps() {
  ::mallopt(M_ARENA_MAX, kHeaps);
  ::mallopt(M_TRIM_THRESHOLD, kTrimThreshold);
}

void give_back_memory() {
  if (mallctl != nullptr) {
    mallctl("thread.tcache.flush", nullptr, nullptr, nullptr, 0);
    mallctl(kPurgeAll, nullptr, nullptr, nullptr, 0);
  } else {
    ::malloc_trim(0);
  }
  ::dl_iterate_phdr(unmap_pages, nullptr);
}

}  // namespace hearth
