// SPDX-License-Identifier: Apache-2.0
// Cuts a stream of bytes into lines, whatever the pieces it comes in.
// Thread: plain value.   Errors: a line over the bound gives an Error and ends the use of the splitter.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::kube {

/// The longest line of a watch: an object of 3 MiB may grow by JSON's escapes.
inline constexpr std::size_t kMaxLine = 8 * 1024 * 1024;

class LineSplitter {
 public:
  explicit LineSplitter(std::size_t max_line = kMaxLine) : max_line_(max_line) {}

  /// The lines completed by these bytes, without their end (\n or \r\n); empty lines are dropped.
  Result<std::vector<std::string>> feed(std::string_view bytes);
  /// Whether an unfinished line is held: the stream was cut.
  bool partial() const { return !rest_.empty(); }

 private:
  std::size_t max_line_;
  std::string rest_;
};

}  // namespace hearth::kube
