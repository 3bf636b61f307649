// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/watch_queue.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>

namespace hearth::api {

namespace {

/// Of what a watch sends; the states before are not sent.
std::size_t bytes_of(const std::vector<ChangePtr>& changes) {
  std::size_t bytes = 0;
  for (const auto& change : changes)
    if (change->object != nullptr) bytes += change->object->text().size();
  return bytes;
}

}  // namespace

void WatchQueue::offer(std::vector<ChangePtr> changes) {
  boost::asio::post(executor_, [self = shared_from_this(), changes = std::move(changes)]() mutable {
    auto& waiting = self->waiting_;
    const auto bytes = self->waiting_bytes_ + bytes_of(changes);
    if (waiting.size() + changes.size() > kMaxWaiting || bytes > kMaxWaitingBytes) self->overflown_ = true;
    if (!self->overflown_) {
      self->waiting_bytes_ = bytes;
      waiting.insert(waiting.end(), std::make_move_iterator(changes.begin()),
                     std::make_move_iterator(changes.end()));
    }
    self->wake();
  });
}

void WatchQueue::close() {
  boost::asio::post(executor_, [self = shared_from_this()] {
    self->closed_ = true;
    self->wake_.cancel();
  });
}

void WatchQueue::finish() {
  boost::asio::post(executor_, [self = shared_from_this()] {
    self->finished_ = true;
    self->wake_.cancel();
  });
}

bool WatchQueue::has_news() const {
  const bool ended = overflown_ || closed_ || finished_;
  return ended || waiting_.size() > (gathering_ ? kMaxGathered : 0);
}

void WatchQueue::wake() {
  if (has_news()) wake_.cancel();
}

boost::asio::awaitable<void> WatchQueue::gather(std::chrono::steady_clock::time_point until) {
  gathering_ = true;
  co_await wait(until);
  gathering_ = false;
}

boost::asio::awaitable<void> WatchQueue::wait(std::chrono::steady_clock::time_point until) {
  if (has_news()) co_return;
  // offer() runs on this same executor, so nothing can slip in between the check and the wait.
  wake_.expires_at(until);
  co_await wake_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

}  // namespace hearth::api
