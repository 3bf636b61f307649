// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/watch_queue.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>

namespace hearth::api {

void WatchQueue::offer(const Change& change) {
  boost::asio::post(executor_, [self = shared_from_this(), change] {
    if (self->waiting_.size() >= kMaxWaiting) self->overflown_ = true;
    if (!self->overflown_) self->waiting_.push_back(change);
    self->wake_.cancel();
  });
}

std::vector<Change> WatchQueue::take() {
  std::vector<Change> taken(std::make_move_iterator(waiting_.begin()),
                            std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  return taken;
}

boost::asio::awaitable<void> WatchQueue::wait(std::chrono::steady_clock::time_point until) {
  if (!waiting_.empty() || overflown_) co_return;
  // offer() runs on this same executor, so nothing can slip in between the check and the wait.
  wake_.expires_at(until);
  co_await wake_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

}  // namespace hearth::api
