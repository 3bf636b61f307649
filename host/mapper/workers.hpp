// SPDX-License-Identifier: Apache-2.0
// The threads that carry mapper calls: as many as there are buses, up to a limit, so that a host with few buses does
// not pay for many.
// Thread: grow() and join() on one thread.   Errors: none.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

namespace hearth::runtime {

class Workers {
 public:
  using Executor = boost::asio::thread_pool::executor_type;

  explicit Workers(std::size_t limit) : limit_(limit) {}
  /// What has not begun is dropped; waits for what has.
  ~Workers();

  Executor executor() { return pool_.get_executor(); }
  /// There is one bus more.
  void grow();
  /// Until nothing is left to do.
  void join();
  /// False: something does not come back. A thread waits for it then, so the process can only end by _Exit.
  bool join_within(std::chrono::milliseconds limit);

 private:
  // With one thread Asio would not wake another that has been attached.
  static constexpr std::size_t kFirst = 2;

  std::size_t limit_;
  std::size_t buses_ = 0;
  boost::asio::thread_pool pool_{kFirst};
  std::vector<std::thread> more_;
};

}  // namespace hearth::runtime
