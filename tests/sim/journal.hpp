// SPDX-License-Identifier: Apache-2.0
// What happened in a simulation, line by line: shown when a seed is replayed, and always added up to one number, by
// which two runs of a seed are compared. No line holds anything but what the seed decides.
// Thread: one.   Errors: none; failures are kept, the first few.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/timeline.hpp"

namespace hearth::sim {

class Journal {
 public:
  Journal(const Timeline& timeline, bool print) : timeline_(timeline), print_(print) {}

  template <class... Args>
  void note(std::string_view who, fmt::format_string<Args...> text, Args&&... args) {
    add(who, fmt::format(text, std::forward<Args>(args)...));
  }
  /// A property that had to hold does not.
  template <class... Args>
  void fail(fmt::format_string<Args...> text, Args&&... args) {
    add_failure(fmt::format(text, std::forward<Args>(args)...));
  }

  std::uint64_t digest() const { return digest_; }
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  void add(std::string_view who, const std::string& text);
  void add_failure(std::string text);

  const Timeline& timeline_;
  const bool print_;
  std::uint64_t digest_ = 0xcbf29ce484222325;  // FNV-1a
  std::vector<std::string> failures_;
};

}  // namespace hearth::sim
