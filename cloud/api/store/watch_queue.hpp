// SPDX-License-Identifier: Apache-2.0
// What one watch has still to send: changes come from the store's strand, leave on the connection's.
// Thread: offer() and close() from any; the rest on the executor given. Bound: a watch that lets kMaxWaiting
// changes, or kMaxWaitingBytes of objects, pile up is ended.
// Errors: none.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "cloud/api/store/change.hpp"

namespace hearth::api {

class WatchQueue : public std::enable_shared_from_this<WatchQueue> {
 public:
  static constexpr std::size_t kMaxWaiting = 4096;
  static constexpr std::size_t kMaxWaitingBytes = 32 * 1024 * 1024;
  static constexpr std::size_t kMaxGathered = 512;  ///< changes that end a gather()

  explicit WatchQueue(boost::asio::any_io_executor executor) : executor_(executor), wake_(executor) {}

  /// Posts the changes to the watch's own executor, all in one go.
  void offer(std::vector<ChangePtr> changes);
  /// Nothing is wanted any more: ends a wait().
  void close();
  /// Nothing more will come than what was offered so far.
  void finish();

  /// All that waits; does not suspend.
  std::vector<ChangePtr> take() {
    waiting_bytes_ = 0;
    return std::exchange(waiting_, {});
  }
  /// True when changes were dropped because the client reads too slowly: the watch must end.
  bool overflown() const { return overflown_; }
  bool closed() const { return closed_; }
  /// True when nothing waits and nothing will come: the kind has changed or gone.
  bool finished() const { return finished_ && waiting_.empty(); }
  /// Until something waits, the queue is closed or the time has come.
  boost::asio::awaitable<void> wait(std::chrono::steady_clock::time_point until);
  /// Until then, whatever comes meanwhile; less long when it is a lot, or the end.
  boost::asio::awaitable<void> gather(std::chrono::steady_clock::time_point until);

 private:
  bool has_news() const;
  void wake();

  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer wake_;
  std::vector<ChangePtr> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool gathering_ = false;
  bool overflown_ = false;
  bool closed_ = false;
  bool finished_ = false;
};

}  // namespace hearth::api
