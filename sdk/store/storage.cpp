// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/storage.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <mutex>
#include <thread>

#include "sdk/store/counting_vfs.hpp"
#include "sdk/store/database_file.hpp"
#include "sdk/store/group_runner.hpp"
#include "sdk/store/job_queue.hpp"
#include "sdk/store/sqlite_error.hpp"
#include "sdk/store/storage_metrics.hpp"
#include "sdk/store/upkeep.hpp"

namespace hearth::store {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

std::filesystem::path reserve_place(const StorageOptions& options) {
  return options.file.string() + ".reserve";
}

bool room_may_help(const Error& error) {
  return error.code == kFullCode || error.code == kUnavailableCode;
}

}  // namespace

class Storage::Impl {
 public:
  /// What open() has made so far. The database goes before the VFS it stands on.
  struct Parts {
    std::unique_ptr<CountingVfs> vfs;
    std::unique_ptr<ReserveFile> reserve;
    OpenedDatabase opened;
  };

  Impl(StorageOptions options, Parts parts)
      : options_(std::move(options)),
        vfs_(std::move(parts.vfs)),
        reserve_(std::move(parts.reserve)),
        report_(std::move(parts.opened.report)),
        db_(std::move(parts.opened.db)),
        queue_(options_),
        runner_(db_, *reserve_, options_.busy_timeout_ms),
        upkeep_(db_, options_, vfs_->name(), *reserve_),
        metrics_(options_) {
    thread_ = std::thread([this] { work(); });
  }

  ~Impl() {
    runner_.hurry();
    queue_.stop();
    thread_.join();
  }

  void push(Entry entry, bool lazy) {
    auto refused = lazy ? queue_.push_lazily(entry) : queue_.push(entry);
    if (refused) finish(entry, std::move(*refused));
  }

  void on_health(asio::any_io_executor executor, std::function<void(StorageHealth)> changed) {
    const std::lock_guard lock(mutex_);
    listener_executor_ = std::move(executor);
    listener_ = std::move(changed);
  }

  const OpenReport& opened() const { return report_; }

  StorageStats stats() const {
    const auto depth = queue_.depth();
    const std::lock_guard lock(mutex_);
    return {depth.jobs,    commits_,           failed_jobs_, depth.bytes, health_, vfs_->written_bytes(),
            vfs_->syncs(), upkeep_.snapshots()};
  }

 private:
  void work() {
    for (;;) {
      // The group's hold on the executors ends before the next wait.
      auto group = queue_.next_group(upkeep_.due());
      if (group.empty() && queue_.stopped()) return;
      if (!group.empty()) confirm(std::move(group));
      upkeep_.turn(steady_clock::now());
      if (options_.metrics != nullptr) metrics_.show(stats());
    }
  }

  void confirm(std::vector<Entry> group) {
    auto results = runner_.run(group);
    if (runner_.committed()) upkeep_.committed(steady_clock::now());
    note(results);
    for (std::size_t i = 0; i < group.size(); ++i)
      finish(group[i], std::move(results[i]));
  }

  /// Before the jobs hear of it, so that who asks then finds it counted.
  void note(const std::vector<Result<void>>& results) {
    StorageHealth health;
    std::uint64_t failed = 0;
    for (const auto& result : results) {
      if (result) continue;
      ++failed;
      if (is_storage_problem(result.error())) health = {false, result.error()};
    }
    const std::lock_guard lock(mutex_);
    failed_jobs_ += failed;
    if (runner_.committed()) ++commits_;
    const bool changed = health.healthy != health_.healthy || health.problem.code != health_.problem.code;
    health_ = std::move(health);
    if (changed) tell_health();
  }

  void tell_health() {
    if (health_.healthy) {
      spdlog::info("storage: {} can be written again", options_.file.string());
    } else {
      spdlog::warn("storage: {}: {}", options_.file.string(), health_.problem.text);
      if (health_.problem.code == kDamagedCode) mark_suspect(options_.file);
    }
    if (listener_)
      asio::post(listener_executor_, [listener = listener_, health = health_] { listener(health); });
  }

  static void finish(Entry& entry, Result<void> result) {
    if (!entry.done) return;
    if (!entry.executor) return entry.done(std::move(result));
    asio::post(entry.executor, [done = std::move(entry.done), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  }

  const StorageOptions options_;
  const std::unique_ptr<CountingVfs> vfs_;
  const std::unique_ptr<ReserveFile> reserve_;
  const OpenReport report_;
  SQLite::Database db_;  ///< the storage thread's, as are runner_ and upkeep_
  JobQueue queue_;
  GroupRunner runner_;
  Upkeep upkeep_;
  StorageMetrics metrics_;

  mutable std::mutex mutex_;
  std::uint64_t commits_ = 0;
  std::uint64_t failed_jobs_ = 0;
  StorageHealth health_;
  asio::any_io_executor listener_executor_;
  std::function<void(StorageHealth)> listener_;
  std::thread thread_;
};

Storage::Storage(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Storage::~Storage() = default;

Result<std::unique_ptr<Storage>> Storage::open(StorageOptions options) {
  const std::string where = "database " + options.file.string();
  try {
    auto vfs = std::make_unique<CountingVfs>(options.vfs);
    auto reserve = std::make_unique<ReserveFile>(reserve_place(options), options.reserve_bytes);
    auto opened = open_database(options, vfs->name());
    // SQLite needs a little room even to open a file.
    if (!opened && room_may_help(opened.error()) && reserve->release())
      opened = open_database(options, vfs->name());
    if (!opened) return std::move(opened).error().within(where);
    Impl::Parts parts{std::move(vfs), std::move(reserve), std::move(*opened)};
    return std::unique_ptr<Storage>(
        new Storage(std::make_unique<Impl>(std::move(options), std::move(parts))));
  } catch (...) {
    return current_error().within(where);
  }
}

void Storage::write(Job job, asio::any_io_executor executor, Done done, std::size_t bytes) {
  // The context must not run out of work while the storage thread still owes it a completion.
  if (executor) executor = asio::prefer(executor, asio::execution::outstanding_work.tracked);
  impl_->push({std::move(job), std::move(executor), std::move(done), bytes}, false);
}

void Storage::write_lazily(Job job, asio::any_io_executor executor, Done done, std::size_t bytes) {
  if (executor) executor = asio::prefer(executor, asio::execution::outstanding_work.tracked);
  impl_->push({std::move(job), std::move(executor), std::move(done), bytes}, true);
}

asio::awaitable<Result<void>> Storage::write(Job job) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto initiate = [this, executor](auto handler, Job queued) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    write(std::move(queued), executor,
          [shared](Result<void> result) { std::move (*shared)(std::move(result)); });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
      initiate, asio::use_awaitable, std::move(job));
}

Result<void> Storage::run(Job job) {
  std::promise<Result<void>> promise;
  auto future = promise.get_future();
  impl_->push(
      {std::move(job), {}, [&promise](Result<void> result) { promise.set_value(std::move(result)); }, 0},
      false);
  return future.get();
}

void Storage::on_health(asio::any_io_executor executor, std::function<void(StorageHealth)> changed) {
  impl_->on_health(std::move(executor), std::move(changed));
}

const OpenReport& Storage::opened() const {
  return impl_->opened();
}

StorageStats Storage::stats() const {
  return impl_->stats();
}

}  // namespace hearth::store
