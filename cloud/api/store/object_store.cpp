// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/object_store.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <shared_mutex>

#include "cloud/api/store/compaction.hpp"
#include "cloud/api/store/store_file.hpp"
#include "cloud/api/store/version_waits.hpp"
#include "cloud/api/store/writing.hpp"
#include "sdk/store/storage.hpp"

namespace hearth::api {

namespace asio = boost::asio;
using Strand = asio::strand<asio::any_io_executor>;
using Completion = std::function<void(Answer<ObjectPtr>)>;

namespace {

constexpr std::chrono::hours kSnapshotsEvery{24};

/// Starts `run(done)` on the strand and resumes the awaiting coroutine with what `done` was given.
template <class R, class Run>
asio::awaitable<R> on_strand(Strand strand, Run run) {
  return asio::async_initiate<const asio::use_awaitable_t<>&, void(R)>(
      [](auto handler, Strand where, Run what) {
        auto kept = std::make_shared<decltype(handler)>(std::move(handler));
        asio::post(where, [kept, what = std::move(what)]() mutable {
          what([kept](R result) {
            const auto executor = asio::get_associated_executor(*kept);
            asio::post(executor, [kept, result = std::move(result)]() mutable {
              std::move (*kept)(std::move(result));
            });
          });
        });
      },
      asio::use_awaitable, std::move(strand), std::move(run));
}

}  // namespace

class ObjectStore::Impl : public std::enable_shared_from_this<ObjectStore::Impl> {
 public:
  Impl(asio::any_io_executor executor, std::filesystem::path file)
      : strand_(asio::make_strand(executor)),
        file_(std::move(file)),
        waits_(std::make_shared<VersionWaits>(strand_)) {}

  Result<void> open();
  Answer<ObjectPtr> write_at_start(const Work& work);
  void on_commit(OnCommit on_commit) { on_commit_ = std::move(on_commit); }
  void end_watches(std::string resource) { ended_.push_back(std::move(resource)); }
  Answer<ObjectPtr> write_at_start(const Work& work, const Keep& keep);
  void submit(const Work& work, bool dry_run, Completion done);
  void submit_keeping(const Work& work, const Keep& keep, Completion done);
  Answer<WatchStart> watch(const std::string& resource, const std::string& ns,
                           std::optional<std::uint64_t> after, const std::shared_ptr<WatchQueue>& queue);

  const Strand& strand() const { return strand_; }
  const PublishedObjects& published() const { return published_; }
  void reach(std::uint64_t version, VersionWaits::Done done) const {
    waits_->wait_for(version, published_.version(), std::move(done));
  }
  ObjectPtr get(const Key& key) const {
    const std::shared_lock lock(published_mutex_);
    return published_.get(key);
  }

 private:
  struct Entry {
    std::vector<ChangePtr> changes;
    Answer<ObjectPtr> answer;
    Completion done;
    std::function<Result<void>()> before_commit = {};
  };
  /// Entries that share a commit, and all their changes.
  struct Batch {
    std::vector<Entry> entries;
    std::vector<ChangePtr> changes;
  };
  using BatchPtr = std::shared_ptr<Batch>;
  struct Watcher {
    std::string resource;
    std::string ns;
    std::weak_ptr<WatchQueue> queue;
  };

  Answer<ObjectPtr> work_on(Writing& writing, const Work& work, bool dry_run);
  void flush();
  void committed(const BatchPtr& batch, const Result<void>& result);
  void roll_back(const Batch& batch, const std::string& why);
  void publish(const std::vector<ChangePtr>& changes);
  void tell_watchers(const std::vector<ChangePtr>& changes);
  void finish_watches();
  void compact();

  Strand strand_;
  std::filesystem::path file_;
  std::unique_ptr<store::Storage> storage_;
  std::shared_ptr<store::Statements> statements_ = std::make_shared<store::Statements>();
  LatestState latest_;
  PublishedObjects published_;
  Compaction compaction_;
  /// Changed on the strand alone; the strand reads without it, get() reads with it from any thread.
  mutable std::shared_mutex published_mutex_;
  std::vector<Entry> waiting_;
  bool in_flight_ = false;
  std::vector<Watcher> watchers_;
  std::shared_ptr<VersionWaits> waits_;
  OnCommit on_commit_;
  std::vector<std::string> ended_;  ///< kinds whose watches end after this commit
};

Result<void> ObjectStore::Impl::open() {
  store::StorageOptions options;
  options.file = file_;
  options.schema = kStoreSchema;
  options.snapshots.every = kSnapshotsEvery;
  auto storage = store::Storage::open(std::move(options));
  if (!storage) return std::move(storage).error().within("the API's store");
  storage_ = std::move(*storage);
  StoredState state;
  auto loaded = storage_->run([&state](SQLite::Database& database) { state = load_state(database); });
  if (!loaded) return std::move(loaded).error().within("the API's store");
  const auto& problem = storage_->opened().problem;
  if (!problem.empty()) {
    spdlog::warn("api: {}", problem);
    state.version += kVersionsSkipped;
  }
  latest_ = {state.objects, state.version};
  compaction_.load(state.objects);
  published_.load(std::move(state.objects), state.version);
  return {};
}

Answer<ObjectPtr> ObjectStore::Impl::work_on(Writing& writing, const Work& work, bool dry_run) {
  try {
    auto answer = work(writing);
    if (answer && writing.oversized()) answer = too_large(kMaxObject);
    if (!answer || dry_run) writing.undo();
    return answer;
  } catch (const std::exception& error) {
    writing.undo();
    spdlog::error("api: a write failed: {}", error.what());
    return internal_status(error.what());
  }
}

Answer<ObjectPtr> ObjectStore::Impl::write_at_start(const Work& work, const Keep& keep) {
  const auto kept = keep({latest_.last_version, latest_.objects});
  return kept ? write_at_start(work) : Answer<ObjectPtr>(store_failed(kept.error().text));
}

Answer<ObjectPtr> ObjectStore::Impl::write_at_start(const Work& work) {
  Writing writing(latest_, false);
  auto answer = work_on(writing, work, false);
  const auto changes = writing.take();
  const auto saved =
      storage_->run([&](SQLite::Database& database) { save_changes(database, *statements_, changes); });
  if (!saved) return store_failed(saved.error().text);
  for (const auto& change : changes)
    published_.publish(change);
  compaction_.committed(changes);
  return answer;
}

void ObjectStore::Impl::submit(const Work& work, bool dry_run, Completion done) {
  Writing writing(latest_, dry_run);
  auto answer = work_on(writing, work, dry_run);
  if (!answer || dry_run) return done(std::move(answer));
  // A write that changed nothing may still have looked at what is not committed yet: it waits its turn.
  waiting_.push_back({writing.take(), std::move(answer), std::move(done)});
  flush();
}

void ObjectStore::Impl::submit_keeping(const Work& work, const Keep& keep, Completion done) {
  auto before = std::make_shared<const StoredState>(StoredState{latest_.last_version, latest_.objects});
  Writing writing(latest_, false);
  auto answer = work_on(writing, work, false);
  if (!answer) return done(std::move(answer));
  waiting_.push_back({writing.take(), std::move(answer), std::move(done),
                      [before = std::move(before), keep] { return keep(*before); }});
  flush();
}

void ObjectStore::Impl::flush() {
  if (in_flight_ || waiting_.empty()) return;
  auto batch = std::make_shared<Batch>();
  batch->entries = std::exchange(waiting_, {});
  for (const auto& entry : batch->entries) {
    batch->changes.insert(batch->changes.end(), entry.changes.begin(), entry.changes.end());
  }
  if (batch->changes.empty()) return committed(batch, {});
  in_flight_ = true;
  storage_->write(
      [batch, statements = statements_](SQLite::Database& database) {
        for (const auto& entry : batch->entries)
          if (entry.before_commit) entry.before_commit().value();
        save_changes(database, *statements, batch->changes);
      },
      strand_,
      [self = shared_from_this(), batch](const Result<void>& result) {
        self->in_flight_ = false;
        self->committed(batch, result);
      });
}

/// The writer hears of it before the watches do: who waits for both sees the cause before its effect.
void ObjectStore::Impl::committed(const BatchPtr& batch, const Result<void>& result) {
  if (!result) return roll_back(*batch, result.error().text);
  publish(batch->changes);
  if (on_commit_) on_commit_(batch->changes);
  for (auto& entry : batch->entries)
    entry.done(std::move(entry.answer));
  tell_watchers(batch->changes);
  finish_watches();
  waits_->reached(published_.version());
  compaction_.committed(batch->changes);
  flush();
  compact();
}

/// One slice, which rides along with the next commit or is stored alone after a second.
void ObjectStore::Impl::compact() {
  if (!compaction_.due()) return;
  auto packing = std::make_shared<Packing>(compaction_.begin());
  storage_->write_lazily(
      [packing, before = *packing, allowed = compaction_.allowed(), statements = statements_](
          SQLite::Database& database) { *packing = pack_slice(database, *statements, before, allowed); },
      strand_,
      [weak = weak_from_this(), packing](const Result<void>& result) {
        const auto self = weak.lock();
        if (!self) return;
        result ? self->compaction_.sliced(*packing) : self->compaction_.failed();
        if (result) self->compact();
      });
}

void ObjectStore::Impl::publish(const std::vector<ChangePtr>& changes) {
  const std::unique_lock lock(published_mutex_);
  for (const auto& change : changes)
    published_.publish(change);
}

void ObjectStore::Impl::roll_back(const Batch& batch, const std::string& why) {
  spdlog::warn("api: {} writes could not be committed: {}", batch.entries.size() + waiting_.size(), why);
  // What waits was built on what has just failed.
  auto waiting = std::exchange(waiting_, {});
  latest_.objects = published_.all();
  for (const auto& entry : batch.entries)
    entry.done(store_failed(why));
  for (const auto& entry : waiting)
    entry.done(store_failed(why));
}

void ObjectStore::Impl::tell_watchers(const std::vector<ChangePtr>& changes) {
  std::erase_if(watchers_, [&](const Watcher& watcher) {
    const auto queue = watcher.queue.lock();
    if (queue == nullptr) return true;
    std::vector<ChangePtr> wanted;
    for (const auto& change : changes) {
      if (concerns(*change, watcher.resource, watcher.ns)) wanted.push_back(change);
    }
    if (!wanted.empty()) queue->offer(std::move(wanted));
    return false;
  });
}

void ObjectStore::Impl::finish_watches() {
  for (const auto& resource : std::exchange(ended_, {})) {
    std::erase_if(watchers_, [&](const Watcher& watcher) {
      if (watcher.resource != resource) return false;
      if (const auto queue = watcher.queue.lock()) queue->finish();
      return true;
    });
  }
}

Answer<WatchStart> ObjectStore::Impl::watch(const std::string& resource, const std::string& ns,
                                            std::optional<std::uint64_t> after,
                                            const std::shared_ptr<WatchQueue>& queue) {
  auto start = published_.watch_start(resource, ns, after);
  if (start) watchers_.push_back({resource, ns, queue});
  return start;
}

ObjectStore::ObjectStore(asio::any_io_executor executor, std::filesystem::path file)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(file))) {}
ObjectStore::~ObjectStore() = default;

Result<void> ObjectStore::open() {
  return impl_->open();
}
Answer<ObjectPtr> ObjectStore::write_at_start(const Work& work) {
  return impl_->write_at_start(work);
}

Answer<ObjectPtr> ObjectStore::write_at_start(const Work& work, const Keep& keep) {
  return impl_->write_at_start(work, keep);
}

void ObjectStore::on_commit(OnCommit on_commit) {
  impl_->on_commit(std::move(on_commit));
}
void ObjectStore::end_watches(const std::string& resource) {
  impl_->end_watches(resource);
}
const ChangeWindow& ObjectStore::window() const {
  return impl_->published().window();
}

asio::awaitable<Answer<ObjectPtr>> ObjectStore::write(Work work, bool dry_run) {
  return on_strand<Answer<ObjectPtr>>(impl_->strand(),
                                      [impl = impl_, work = std::move(work), dry_run](Completion done) {
                                        impl->submit(work, dry_run, std::move(done));
                                      });
}

asio::awaitable<Answer<ObjectPtr>> ObjectStore::write_keeping(Work work, Keep keep) {
  return on_strand<Answer<ObjectPtr>>(
      impl_->strand(), [impl = impl_, work = std::move(work), keep = std::move(keep)](Completion done) {
        impl->submit_keeping(work, keep, std::move(done));
      });
}

ObjectPtr ObjectStore::get(const Key& key) const {
  return impl_->get(key);
}

asio::awaitable<Answer<Snapshot>> ObjectStore::list(std::string resource, std::string ns,
                                                    std::optional<std::uint64_t> version) const {
  return on_strand<Answer<Snapshot>>(
      impl_->strand(), [impl = impl_, resource = std::move(resource), ns = std::move(ns),
                        version](auto done) { done(impl->published().list(resource, ns, version)); });
}

asio::awaitable<Answer<WatchStart>> ObjectStore::watch(std::string resource, std::string ns,
                                                       std::optional<std::uint64_t> after,
                                                       std::shared_ptr<WatchQueue> queue) {
  return on_strand<Answer<WatchStart>>(
      impl_->strand(),
      [impl = impl_, resource = std::move(resource), ns = std::move(ns), after,
       queue = std::move(queue)](auto done) { done(impl->watch(resource, ns, after, queue)); });
}

asio::awaitable<std::uint64_t> ObjectStore::version() const {
  return on_strand<std::uint64_t>(impl_->strand(),
                                  [impl = impl_](auto done) { done(impl->published().version()); });
}

asio::awaitable<std::uint64_t> ObjectStore::reach(std::uint64_t version) const {
  return on_strand<std::uint64_t>(
      impl_->strand(), [impl = impl_, version](auto done) { impl->reach(version, std::move(done)); });
}

}  // namespace hearth::api
