// SPDX-License-Identifier: Apache-2.0
// Runs garbage collection after the commits that give cause for it, a batch a write, until nothing is left to do.
// Thread: load() and follow() on the store's strand; the writes are the store's.
// Errors: a batch that could not be committed is done again after a second.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "cloud/api/garbage.hpp"

namespace hearth::api {

class GarbageCollector {
 public:
  GarbageCollector(boost::asio::any_io_executor executor, ObjectStore& store, ServedKinds& kinds, Clock clock)
      : executor_(std::move(executor)), store_(store), kinds_(kinds), clock_(std::move(clock)) {}

  void load(const Objects& objects) { garbage_.load(objects); }
  /// `alive` is what keeps this and the store alive while writes are under way.
  void follow(const std::vector<ChangePtr>& changes, const std::shared_ptr<const void>& alive);
  /// Once loaded: goes on with what a process before this one has begun.
  void start(const std::shared_ptr<const void>& alive);

 private:
  struct Turn {
    bool failed = false;  ///< the one before this
    bool over = false;    ///< nothing was left to do
  };

  static boost::asio::awaitable<void> run(GarbageCollector* self, std::shared_ptr<const void> alive);
  void step(Transaction& transaction, Turn& turn);

  boost::asio::any_io_executor executor_;
  ObjectStore& store_;
  ServedKinds& kinds_;
  Clock clock_;
  Garbage garbage_;
  bool running_ = false;
};

}  // namespace hearth::api
