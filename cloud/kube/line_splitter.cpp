// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/line_splitter.hpp"

#include <fmt/format.h>

namespace hearth::kube {

Result<std::vector<std::string>> LineSplitter::feed(std::string_view bytes) {
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto piece = bytes.substr(0, end);
    if (rest_.size() + piece.size() > max_line_) {
      return Error{ErrorClass::exhausted, "LineTooLong",
                   fmt::format("the server sent a line of more than {} bytes", max_line_)};
    }
    rest_ += piece;
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
    if (!rest_.empty() && rest_.back() == '\r') rest_.pop_back();
    if (!rest_.empty()) lines.push_back(std::move(rest_));
    rest_.clear();
  }
  return lines;
}

}  // namespace hearth::kube
