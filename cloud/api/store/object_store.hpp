// SPDX-License-Identifier: Apache-2.0
// All objects, in memory and in SQLite. One counter of versions for everything; each change is committed
// before anyone sees it. Writes work on the latest state, committed or not, and are published in order after
// the commit that holds them; while a commit is under way later writes gather into the next one.
// Thread: everything inside lives on one strand, but get() reads from any thread; the awaitables may be awaited from any
// executor.
// Errors: a failed commit undoes all writes that built on it and answers each 503.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cloud/api/base/status.hpp"
#include "cloud/api/store/published_objects.hpp"
#include "cloud/api/store/watch_queue.hpp"
#include "sdk/base/error.hpp"

namespace hearth::api {

/// Nodes and watches have seen newer versions than a store that was rolled back or restored remembers: it goes on so
/// much further, and none is given out twice.
inline constexpr std::uint64_t kVersionsSkipped = 1'000'000'000;

/// The view of one write: reads see everything written before it.
class Transaction {
 public:
  virtual ~Transaction() = default;
  /// Null when there is none.
  virtual ObjectPtr get(const Key& key) const = 0;
  /// Of one kind, in one namespace or (empty) in all.
  virtual std::vector<ObjectPtr> list(const std::string& resource, const std::string& ns) const = 0;
  /// True when there is an object of this kind in any namespace.
  virtual bool holds(const std::string& resource) const = 0;
  /// True when the namespace holds no object of any kind.
  virtual bool namespace_empty(const std::string& ns) const = 0;
  virtual std::vector<Key> keys_in_namespace(const std::string& ns) const = 0;
  /// Stores with a new resourceVersion, which the returned object carries.
  virtual ObjectPtr put(const Key& key, nlohmann::json object) = 0;
  /// The same object with another status, given as JSON text; there must be one.
  virtual ObjectPtr put_status(const Key& key, std::string_view status) = 0;
  /// Removes; `last` is what watchers see of it, with the deletion's resourceVersion.
  virtual ObjectPtr erase(const Key& key, nlohmann::json last) = 0;

  /// As long as nothing is written.
  virtual const Objects& all() const = 0;
  /// An object of a backup, under a new version; null removes the one that is there. No tree is made.
  virtual void put_back(const Key& key, const ObjectPtr& object) = 0;
  /// None of these is given out any more.
  virtual void skip_versions(std::uint64_t up_to) = 0;
};

/// Told on the strand of each commit's changes, before anyone else hears of it.
using OnCommit = std::function<void(const std::vector<ChangePtr>& changes)>;

/// What a write does; runs on the strand, must not block. An error undoes what it did.
using Work = std::function<Answer<ObjectPtr>(Transaction&)>;

/// Puts a state aside before it is replaced; may block. An error undoes the write.
using Keep = std::function<Result<void>(const StoredState& state)>;

class ObjectStore {
 public:
  ObjectStore(boost::asio::any_io_executor executor, std::filesystem::path file);
  ~ObjectStore();

  /// Opens the file and loads it; blocks. To be called once, before anything else.
  Result<void> open();
  /// A write before serving begins; blocks.
  Answer<ObjectPtr> write_at_start(const Work& work);
  Answer<ObjectPtr> write_at_start(const Work& work, const Keep& keep);
  /// Before the first write().
  void on_commit(OnCommit on_commit);
  /// Only from within an OnCommit: the watches of the kind end when they have seen all that is committed.
  void end_watches(const std::string& resource);
  /// Only from within an OnCommit.
  const ChangeWindow& window() const;

  /// With `dry_run` everything is undone and the answer is what it would have been.
  boost::asio::awaitable<Answer<ObjectPtr>> write(Work work, bool dry_run);
  /// A write whose commit waits for `keep`, on the storage thread: it is given all that there was before the write.
  boost::asio::awaitable<Answer<ObjectPtr>> write_keeping(Work work, Keep keep);
  /// From any thread; never waits for a commit.
  ObjectPtr get(const Key& key) const;
  /// The newest state, or that at `version`: 410 when it is too old, 504 when it is not reached yet.
  boost::asio::awaitable<Answer<Snapshot>> list(std::string resource, std::string ns,
                                                std::optional<std::uint64_t> version) const;
  /// From now with all that exists (`after` empty), or with what happened after a version.
  boost::asio::awaitable<Answer<WatchStart>> watch(std::string resource, std::string ns,
                                                   std::optional<std::uint64_t> after,
                                                   std::shared_ptr<WatchQueue> queue);
  boost::asio::awaitable<std::uint64_t> version() const;
  /// As soon as `version` is committed, or after VersionWaits::kLongest: the newest version then.
  boost::asio::awaitable<std::uint64_t> reach(std::uint64_t version) const;

  class Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::api
