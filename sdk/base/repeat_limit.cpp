// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/repeat_limit.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <functional>
#include <string_view>

namespace hearth {
namespace {

constexpr std::chrono::minutes kPause{1};
constexpr std::size_t kRemembered = 512;  // lines; more different ones than that are not held back

std::size_t key_of(const spdlog::details::log_msg& message) {
  const std::string_view text(message.payload.data(), message.payload.size());
  return std::hash<std::string_view>()(text) + static_cast<std::size_t>(message.level);
}

}  // namespace

void RepeatLimit::sink_it_(const spdlog::details::log_msg& message) {
  using Base = spdlog::sinks::dist_sink<std::mutex>;
  if (message.level < spdlog::level::warn) return Base::sink_it_(message);
  const auto [at, fresh] = lines_.try_emplace(key_of(message), Line{message.time});
  auto& line = at->second;
  if (!fresh && message.time - line.written < kPause) {
    ++line.held_back;
    return;
  }
  if (line.held_back == 0) {
    Base::sink_it_(message);
  } else {
    auto counted = message;
    const auto text =
        fmt::format("{} (and {} times more meanwhile)",
                    std::string_view(message.payload.data(), message.payload.size()), line.held_back);
    counted.payload = text;
    Base::sink_it_(counted);
  }
  line = {message.time};
  if (lines_.size() > kRemembered) forget_old(message.time);
}

void RepeatLimit::forget_old(spdlog::log_clock::time_point now) {
  std::erase_if(lines_, [&](const auto& line) { return now - line.second.written >= kPause; });
  if (lines_.size() > kRemembered) lines_.clear();
}

std::shared_ptr<spdlog::logger> make_logger(const std::string& name) {
  auto limited = std::make_shared<RepeatLimit>();
  limited->add_sink(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  return std::make_shared<spdlog::logger>(name, std::move(limited));
}

}  // namespace hearth
