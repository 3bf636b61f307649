// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/object_store.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <map>
#include <type_traits>

#include "cloud/api/store_file.hpp"
#include "sdk/store/storage.hpp"

namespace hearth::api {

namespace asio = boost::asio;
using nlohmann::json;
using Objects = std::map<Key, ObjectPtr>;
using Strand = asio::strand<asio::any_io_executor>;
using Completion = std::function<void(Answer<Written>)>;

namespace {

constexpr std::chrono::hours kSnapshotsEvery{24};
/// Nodes and watches have seen newer versions than a store that was rolled back remembers: none is given out twice.
constexpr std::uint64_t kVersionsSkipped = 1'000'000'000;

/// Calls `visit` for each object of one kind, in one namespace or in all.
template <class Visit>
void visit_objects(const Objects& objects, const std::string& resource, const std::string& ns, Visit visit) {
  for (auto it = objects.lower_bound(Key{resource, ns, {}}); it != objects.end(); ++it) {
    if (it->first.resource != resource || (!ns.empty() && it->first.ns != ns)) return;
    visit(it->second);
  }
}

bool concerns(const Change& change, const std::string& resource, const std::string& ns) {
  return change.key.resource == resource && (ns.empty() || change.key.ns == ns);
}

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
      : strand_(asio::make_strand(executor)), file_(std::move(file)) {}

  Result<void> open();
  Answer<ObjectPtr> write_at_start(const Work& work);
  void submit(const Work& work, bool dry_run, Completion done);
  ObjectPtr get(const Key& key) const;
  Answer<Snapshot> list(const std::string& resource, const std::string& ns,
                        std::optional<std::uint64_t> version) const;
  Answer<WatchStart> watch(const std::string& resource, const std::string& ns,
                           std::optional<std::uint64_t> after, const std::shared_ptr<WatchQueue>& queue);

  const Strand& strand() const { return strand_; }
  std::uint64_t version() const { return version_; }

 private:
  class Writing;
  struct Entry {
    std::vector<ChangePtr> changes;
    Answer<ObjectPtr> answer;
    Completion done;
  };
  /// Entries that share a commit, and all their changes; the storage thread fills in the texts.
  struct Batch {
    std::vector<Entry> entries;
    std::vector<WatchedChange> changes;
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
  void publish(const ChangePtr& change);
  void tell_watchers(const std::vector<WatchedChange>& changes);
  std::optional<Status> unreachable(std::uint64_t version) const;

  Strand strand_;
  std::filesystem::path file_;
  std::unique_ptr<store::Storage> storage_;
  Objects latest_;     ///< with writes that are not committed yet
  Objects published_;  ///< what readers see
  std::uint64_t last_given_ = 0;
  std::uint64_t version_ = 0;       ///< of published_
  std::uint64_t window_start_ = 0;  ///< changes after this version are in window_
  std::deque<ChangePtr> window_;
  std::vector<Entry> waiting_;
  bool in_flight_ = false;
  std::vector<Watcher> watchers_;
};

/// One write: changes the latest state at once and remembers how to undo that.
class ObjectStore::Impl::Writing : public Transaction {
 public:
  Writing(Impl& store, bool dry_run) : store_(store), dry_run_(dry_run) {}

  ObjectPtr get(const Key& key) const override {
    const auto found = store_.latest_.find(key);
    return found == store_.latest_.end() ? nullptr : found->second;
  }

  std::vector<ObjectPtr> list(const std::string& resource, const std::string& ns) const override {
    std::vector<ObjectPtr> found;
    visit_objects(store_.latest_, resource, ns, [&](const ObjectPtr& object) { found.push_back(object); });
    return found;
  }

  bool namespace_empty(const std::string& ns) const override {
    return std::none_of(store_.latest_.begin(), store_.latest_.end(),
                        [&](const auto& entry) { return entry.first.ns == ns; });
  }

  std::vector<Key> keys_in_namespace(const std::string& ns) const override {
    std::vector<Key> keys;
    for (const auto& [key, object] : store_.latest_) {
      if (key.ns == ns) keys.push_back(key);
    }
    return keys;
  }

  ObjectPtr put(const Key& key, json object) override { return change(key, std::move(object), false); }

  ObjectPtr erase(const Key& key, json last) override { return change(key, std::move(last), true); }

  void undo() {
    for (auto it = changes_.rbegin(); it != changes_.rend(); ++it)
      set((*it)->key, (*it)->previous);
    changes_.clear();
  }

  std::vector<ChangePtr> take() { return std::move(changes_); }

 private:
  void set(const Key& key, const ObjectPtr& object) {
    if (object == nullptr) {
      store_.latest_.erase(key);
    } else {
      store_.latest_[key] = object;
    }
  }

  ObjectPtr change(const Key& key, json object, bool deleted) {
    auto made = std::make_shared<Change>();
    made->version = ++store_.last_given_;
    made->key = key;
    made->previous = get(key);
    made->deleted = deleted;
    auto& meta = object["metadata"];
    if (!dry_run_) meta["resourceVersion"] = std::to_string(made->version);
    if (dry_run_ && made->previous == nullptr) meta.erase("resourceVersion");
    made->object = std::make_shared<const json>(std::move(object));
    set(key, deleted ? nullptr : made->object);
    auto stored = made->object;
    changes_.push_back(std::move(made));
    return stored;
  }

  Impl& store_;
  bool dry_run_;
  std::vector<ChangePtr> changes_;
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
  latest_ = std::move(state.objects);
  published_ = latest_;
  last_given_ = version_ = window_start_ = state.version;
  return {};
}

Answer<ObjectPtr> ObjectStore::Impl::work_on(Writing& writing, const Work& work, bool dry_run) {
  try {
    auto answer = work(writing);
    if (!answer || dry_run) writing.undo();
    return answer;
  } catch (const std::exception& error) {
    writing.undo();
    spdlog::error("api: a write failed: {}", error.what());
    return internal_status(error.what());
  }
}

Answer<ObjectPtr> ObjectStore::Impl::write_at_start(const Work& work) {
  Writing writing(*this, false);
  auto answer = work_on(writing, work, false);
  std::vector<WatchedChange> changes;
  for (auto& change : writing.take())
    changes.push_back({std::move(change), nullptr});
  const auto saved =
      storage_->run([&changes](SQLite::Database& database) { save_changes(database, changes); });
  if (!saved) return store_failed(saved.error().text);
  for (const auto& watched : changes)
    publish(watched.change);
  return answer;
}

void ObjectStore::Impl::submit(const Work& work, bool dry_run, Completion done) {
  Writing writing(*this, dry_run);
  auto answer = work_on(writing, work, dry_run);
  if (!answer) return done(answer.error());
  if (dry_run) return done(Written{*answer, nullptr});
  // A write that changed nothing may still have looked at what is not committed yet: it waits its turn.
  waiting_.push_back({writing.take(), std::move(answer), std::move(done)});
  flush();
}

void ObjectStore::Impl::flush() {
  if (in_flight_ || waiting_.empty()) return;
  auto batch = std::make_shared<Batch>();
  batch->entries = std::exchange(waiting_, {});
  for (const auto& entry : batch->entries) {
    for (const auto& change : entry.changes)
      batch->changes.push_back({change, nullptr});
  }
  if (batch->changes.empty()) return committed(batch, {});
  in_flight_ = true;
  storage_->write([batch](SQLite::Database& database) { save_changes(database, batch->changes); }, strand_,
                  [self = shared_from_this(), batch](const Result<void>& result) {
                    self->in_flight_ = false;
                    self->committed(batch, result);
                  });
}

/// The writer hears of it before the watches do: who waits for both sees the cause before its effect.
void ObjectStore::Impl::committed(const BatchPtr& batch, const Result<void>& result) {
  if (!result) return roll_back(*batch, result.error().text);
  for (const auto& watched : batch->changes)
    publish(watched.change);
  auto text = batch->changes.begin();
  for (auto& entry : batch->entries) {
    Written written{std::move(*entry.answer), nullptr};
    for (std::size_t i = 0; i < entry.changes.size(); ++i, ++text) {
      if (text->change->object == written.object) written.text = text->text;
    }
    entry.done(std::move(written));
  }
  tell_watchers(batch->changes);
  flush();
}

void ObjectStore::Impl::roll_back(const Batch& batch, const std::string& why) {
  spdlog::warn("api: {} writes could not be committed: {}", batch.entries.size() + waiting_.size(), why);
  // What waits was built on what has just failed.
  auto waiting = std::exchange(waiting_, {});
  latest_ = published_;
  for (const auto& entry : batch.entries)
    entry.done(store_failed(why));
  for (const auto& entry : waiting)
    entry.done(store_failed(why));
}

void ObjectStore::Impl::publish(const ChangePtr& change) {
  if (change->deleted) {
    published_.erase(change->key);
  } else {
    published_[change->key] = change->object;
  }
  version_ = change->version;
  window_.push_back(change);
  if (window_.size() > kWindow) {
    window_start_ = window_.front()->version;
    window_.pop_front();
  }
}

void ObjectStore::Impl::tell_watchers(const std::vector<WatchedChange>& changes) {
  std::erase_if(watchers_, [&](const Watcher& watcher) {
    const auto queue = watcher.queue.lock();
    if (queue == nullptr) return true;
    std::vector<WatchedChange> wanted;
    for (const auto& watched : changes) {
      if (concerns(*watched.change, watcher.resource, watcher.ns)) wanted.push_back(watched);
    }
    if (!wanted.empty()) queue->offer(std::move(wanted));
    return false;
  });
}

ObjectPtr ObjectStore::Impl::get(const Key& key) const {
  const auto found = published_.find(key);
  return found == published_.end() ? nullptr : found->second;
}

std::optional<Status> ObjectStore::Impl::unreachable(std::uint64_t version) const {
  if (version > version_) return future_version(version, version_);
  if (version >= window_start_) return std::nullopt;
  return expired("too old resource version: " + std::to_string(version) + " (" +
                 std::to_string(window_start_) + ")");
}

Answer<Snapshot> ObjectStore::Impl::list(const std::string& resource, const std::string& ns,
                                         std::optional<std::uint64_t> version) const {
  Snapshot snapshot;
  snapshot.version = version.value_or(version_);
  if (auto refused = unreachable(snapshot.version)) return *refused;
  if (snapshot.version == version_) {
    visit_objects(published_, resource, ns,
                  [&](const ObjectPtr& object) { snapshot.objects.push_back(object); });
    return snapshot;
  }
  Objects past;
  for (auto it = published_.lower_bound(Key{resource, ns, {}});
       it != published_.end() && it->first.resource == resource && (ns.empty() || it->first.ns == ns); ++it) {
    past.insert(*it);
  }
  for (auto it = window_.rbegin(); it != window_.rend() && (*it)->version > snapshot.version; ++it) {
    const auto& change = **it;
    if (!concerns(change, resource, ns)) continue;
    if (change.previous == nullptr) {
      past.erase(change.key);
    } else {
      past[change.key] = change.previous;
    }
  }
  for (auto& [key, object] : past)
    snapshot.objects.push_back(object);
  return snapshot;
}

Answer<WatchStart> ObjectStore::Impl::watch(const std::string& resource, const std::string& ns,
                                            std::optional<std::uint64_t> after,
                                            const std::shared_ptr<WatchQueue>& queue) {
  WatchStart start;
  start.version = version_;
  if (!after) {
    visit_objects(published_, resource, ns,
                  [&](const ObjectPtr& object) { start.initial.push_back(object); });
  } else {
    if (auto refused = unreachable(*after)) return *refused;
    for (const auto& change : window_) {
      if (change->version > *after && concerns(*change, resource, ns)) start.backlog.push_back(change);
    }
  }
  watchers_.push_back({resource, ns, queue});
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

asio::awaitable<Answer<Written>> ObjectStore::write(Work work, bool dry_run) {
  return on_strand<Answer<Written>>(impl_->strand(),
                                    [impl = impl_, work = std::move(work), dry_run](Completion done) {
                                      impl->submit(work, dry_run, std::move(done));
                                    });
}

asio::awaitable<ObjectPtr> ObjectStore::get(Key key) const {
  return on_strand<ObjectPtr>(impl_->strand(),
                              [impl = impl_, key = std::move(key)](auto done) { done(impl->get(key)); });
}

asio::awaitable<Answer<Snapshot>> ObjectStore::list(std::string resource, std::string ns,
                                                    std::optional<std::uint64_t> version) const {
  return on_strand<Answer<Snapshot>>(impl_->strand(),
                                     [impl = impl_, resource = std::move(resource), ns = std::move(ns),
                                      version](auto done) { done(impl->list(resource, ns, version)); });
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
  return on_strand<std::uint64_t>(impl_->strand(), [impl = impl_](auto done) { done(impl->version()); });
}

}  // namespace hearth::api
