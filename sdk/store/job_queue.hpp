// SPDX-License-Identifier: Apache-2.0
// The jobs that wait for the storage thread, in their order, bounded by number and bytes.
// Thread: push() from any thread, next_group() on the storage thread.
// Errors: a full queue refuses with an Error of class exhausted.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "sdk/store/storage.hpp"

namespace hearth::store {

struct Entry {
  Storage::Job job;
  boost::asio::any_io_executor executor;  ///< empty: `done` runs on the storage thread
  Storage::Done done;
  std::size_t bytes = 0;
};

class JobQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit JobQueue(const StorageOptions& options);

  /// Takes the entry, or leaves it and says why not.
  std::optional<Error> push(Entry& entry);
  /// Waits for the next push(), lazy_delay at most.
  std::optional<Error> push_lazily(Entry& entry);

  /// Blocks until there is something to do, or until `wake`. Empty: it is `wake`, or the end and all is done.
  std::vector<Entry> next_group(std::optional<Time> wake);

  /// Wakes the storage thread; what waits is still given out.
  void stop();
  bool stopped() const;

  struct Depth {
    std::size_t jobs = 0;
    std::size_t bytes = 0;
  };
  Depth depth() const;

 private:
  std::optional<Error> refuse(const Entry& entry) const;
  void add(Entry& entry);
  bool ready() const;

  const std::size_t max_group_;
  const std::size_t max_jobs_;
  const std::size_t max_bytes_;
  const std::chrono::milliseconds lazy_delay_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
  std::size_t urgent_ = 0;             ///< entries that do not wait for company
  std::optional<Time> lazy_deadline_;  ///< of the oldest that does
  bool sleeping_ = false;
  bool stopping_ = false;
};

}  // namespace hearth::store
