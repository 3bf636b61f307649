// SPDX-License-Identifier: Apache-2.0
// A log that a repeating fault cannot fill: the same warning or error is written once a minute, with how often it came
// meanwhile.
// Thread: any.   Errors: none.
#pragma once

#include <spdlog/logger.h>
#include <spdlog/sinks/dist_sink.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace hearth {

/// Hands on to the sinks that are added to it.
class RepeatLimit final : public spdlog::sinks::dist_sink<std::mutex> {
 private:
  struct Line {
    spdlog::log_clock::time_point written;
    std::uint64_t held_back = 0;
  };

  void sink_it_(const spdlog::details::log_msg& message) override;
  void forget_old(spdlog::log_clock::time_point now);

  std::unordered_map<std::size_t, Line> lines_;  // by the hash of level and text
};

/// To stderr, through a RepeatLimit.
std::shared_ptr<spdlog::logger> make_logger(const std::string& name);

}  // namespace hearth
