// SPDX-License-Identifier: Apache-2.0
// What a process has cost until now, from /proc.
// Thread: any.   Errors: what cannot be read is zero; /proc/PID/io of another user's process cannot.
#pragma once

#include <chrono>
#include <cstdint>

namespace hearth::bench {

struct Usage {
  std::chrono::milliseconds cpu{0};  ///< user and system time, in the kernel's ticks of 10 ms
  std::uint64_t written_bytes = 0;   ///< that went or will go to a disk; a tmpfs counts none
  std::uint64_t write_calls = 0;
  std::uint64_t pss_kib = 0;

  Usage since(const Usage& before) const;
};

Usage usage_of(int pid);

}  // namespace hearth::bench
