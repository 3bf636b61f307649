// SPDX-License-Identifier: Apache-2.0
// How a part has something stored: the process's Storage, or the simulator's.
// Thread: the owner's, where `done` comes too.   Errors: those of Storage.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "sdk/store/storage.hpp"

namespace hearth::store {

class Writer {
 public:
  virtual ~Writer() = default;
  /// `done` comes in a later turn, in the order of the calls, after the commit that holds the job's changes.
  virtual void write(Storage::Job job, Storage::Done done) = 0;
  /// For what may be lost in a crash without harm: stored along with the next write(), or a moment later. Order is kept.
  virtual void write_lazily(Storage::Job job, Storage::Done done) { write(std::move(job), std::move(done)); }
  /// Blocks until the job ran: for loading at start-up.
  virtual Result<void> run(Storage::Job job) = 0;
};

/// Writes to a Storage and hears of it on one executor. The Storage outlives it.
class StorageWriter final : public Writer {
 public:
  StorageWriter(Storage& storage, boost::asio::any_io_executor executor)
      : storage_(storage), executor_(std::move(executor)) {}

  void write(Storage::Job job, Storage::Done done) override {
    storage_.write(std::move(job), executor_, std::move(done));
  }
  void write_lazily(Storage::Job job, Storage::Done done) override {
    storage_.write_lazily(std::move(job), executor_, std::move(done));
  }
  Result<void> run(Storage::Job job) override { return storage_.run(std::move(job)); }

 private:
  Storage& storage_;
  boost::asio::any_io_executor executor_;
};

}  // namespace hearth::store
