// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/usage.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <string>

namespace hearth::bench {

namespace {

/// The number behind "key:" in a file of such lines.
std::uint64_t number_of(const std::string& file, const std::string& key) {
  std::ifstream in(file);
  std::string word;
  std::uint64_t number = 0;
  while (in >> word) {
    if (word == key && in >> number) return number;
    in.clear();
    in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

/// Fields 14 and 15 of /proc/PID/stat; the second field is a name in brackets that may hold blanks.
std::chrono::milliseconds cpu_time(const std::string& folder) {
  std::ifstream in(folder + "stat");
  std::string line;
  std::getline(in, line);
  const auto name_end = line.rfind(')');
  if (name_end == line.npos) return {};
  const auto* at = line.c_str() + name_end + 1;
  long user = 0;
  long system = 0;
  if (std::sscanf(at, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system) != 2) return {};
  return std::chrono::milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
}

}  // namespace

Usage Usage::since(const Usage& before) const {
  return {cpu - before.cpu, written_bytes - before.written_bytes, write_calls - before.write_calls, pss_kib};
}

Usage usage_of(int pid) {
  const auto folder = fmt::format("/proc/{}/", pid);
  return {cpu_time(folder), number_of(folder + "io", "write_bytes:"), number_of(folder + "io", "syscw:"),
          number_of(folder + "smaps_rollup", "Pss:")};
}

}  // namespace hearth::bench
