// SPDX-License-Identifier: Apache-2.0
// A log file that never grows above a bound: a full one becomes FILE.1 and a new one begins.
// Thread: its owner's.   Errors: what cannot be written is dropped; a full disk must not stop a broker.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace hearth::eventbus {

class OutputLog {
 public:
  OutputLog(std::filesystem::path file, std::size_t limit);

  void write(std::string_view text);
  /// The last line that was not empty (its first 256 characters): mostly the reason why a program ended.
  const std::string& last_line() const { return last_line_; }

 private:
  void remember(std::string_view text);
  void begin_anew();

  std::filesystem::path file_;
  std::size_t limit_;
  std::size_t size_ = 0;
  std::ofstream out_;
  std::string line_;
  std::string last_line_;
};

}  // namespace hearth::eventbus
