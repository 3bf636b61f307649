// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/output_log.hpp"

#include <utility>

namespace hearth::eventbus {
namespace {

constexpr std::size_t kLineLimit = 256;

}  // namespace

OutputLog::OutputLog(std::filesystem::path file, std::size_t limit)
    : file_(std::move(file)), limit_(limit), out_(file_, std::ios::app) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file_, error);
  size_ = error ? 0 : static_cast<std::size_t>(size);
}

void OutputLog::write(std::string_view text) {
  remember(text);
  if (size_ + text.size() > limit_) begin_anew();
  text = text.substr(0, limit_);
  out_ << text;
  out_.flush();
  out_.clear();
  size_ += text.size();
}

void OutputLog::begin_anew() {
  out_.close();
  std::error_code ignored;
  std::filesystem::rename(file_, file_.string() + ".1", ignored);
  out_.open(file_, std::ios::trunc);
  size_ = 0;
}

void OutputLog::remember(std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      if (!line_.empty()) last_line_ = std::exchange(line_, {});
    } else if (line_.size() < kLineLimit) {
      line_ += c;
    }
  }
}

}  // namespace hearth::eventbus
