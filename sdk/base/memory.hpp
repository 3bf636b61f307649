// SPDX-License-Identifier: Apache-2.0
// Keeps a long-running process small (Linux; glibc's heap or jemalloc).
// Thread: limit_heaps() before any other thread; give_back_memory() from any.   Errors: none; at worst nothing is saved.
#pragma once

namespace hearth {

/// Two heaps for all threads together, instead of up to eight for each core, and free memory at their ends goes back.
void limit_heaps();

/// Free heap pages, and what is mapped of program and libraries: the kernel maps again what is used again, which
/// after start is a small part. For a process that has come to rest; costs a millisecond and some page faults.
void give_back_memory();

}  // namespace hearth
