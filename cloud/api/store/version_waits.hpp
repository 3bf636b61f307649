// SPDX-License-Identifier: Apache-2.0
// Readers who have seen a newer version elsewhere than is committed here wait for it a little.
// Thread: the store's strand.   Errors: none; who waits too long is told the newest version there is.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace hearth::api {

class VersionWaits : public std::enable_shared_from_this<VersionWaits> {
 public:
  static constexpr std::chrono::seconds kLongest{3};
  /// Given the newest version.
  using Done = std::function<void(std::uint64_t newest)>;

  explicit VersionWaits(boost::asio::any_io_executor strand) : strand_(std::move(strand)) {}

  /// Calls `done` once: when `version` is reached, or when kLongest is over. `newest` is where we are now.
  void wait_for(std::uint64_t version, std::uint64_t newest, Done done);
  void reached(std::uint64_t version);

 private:
  struct Wait {
    std::uint64_t version;
    Done done;
    boost::asio::steady_timer over;
  };

  void end(std::uint64_t number);

  boost::asio::any_io_executor strand_;
  std::uint64_t newest_ = 0;
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, Wait> waits_;  ///< by a number of their own
};

}  // namespace hearth::api
