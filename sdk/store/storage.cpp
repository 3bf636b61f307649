// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/storage.hpp"

#include <SQLiteCpp/Savepoint.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

namespace hearth::store {
namespace {

namespace asio = boost::asio;

// The write-ahead log is cut back to this after a checkpoint, so that one burst does not hold the disk.
constexpr int kJournalSizeLimit = 4 * 1024 * 1024;

struct Entry {
  Storage::Job job;
  asio::any_io_executor executor;  ///< empty: `done` runs on the storage thread
  Storage::Done done;
};

Error from_sqlite(const SQLite::Exception& failure) {
  const std::string text = failure.what();
  switch (failure.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return unavailable("StorageBusy", fmt::format("the database is locked by another process ({})", text));
    case SQLITE_FULL:
      return {ErrorClass::exhausted, "DiskFull", fmt::format("no space left for the database ({})", text)};
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return invalid("NotADatabase", fmt::format("the file is no SQLite database, or is damaged ({})", text));
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return unavailable("StorageUnavailable",
                         fmt::format("the database cannot be read or written ({})", text));
    default:
      return {ErrorClass::internal, "StorageFailed", text};
  }
}

/// Only inside a catch block: the exception under way as an Error.
Error current_error() {
  try {
    throw;
  } catch (const ErrorException& failure) {
    return failure.error();
  } catch (const SQLite::Exception& failure) {
    return from_sqlite(failure);
  } catch (const std::exception& failure) {
    return internal_error(failure.what());
  } catch (...) {
    return internal_error("a storage job threw something that is no exception");
  }
}

/// SQLite would make the file by the umask; its -wal and -shm files copy the mode of the main one.
Result<void> make_private_file(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return unavailable("StorageUnavailable", std::strerror(errno));
  const bool ok = ::fchmod(fd, 0600) == 0;
  const int code = errno;
  ::close(fd);
  if (!ok) return unavailable("StorageUnavailable", std::strerror(code));
  return {};
}

SQLite::Database open_database(const StorageOptions& options) {
  SQLite::Database db(options.file.string(), SQLite::OPEN_READWRITE, options.busy_timeout_ms);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = FULL");
  db.exec(fmt::format("PRAGMA journal_size_limit = {}", kJournalSizeLimit));
  db.exec("PRAGMA foreign_keys = ON");
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  db.exec(options.schema);
  transaction.commit();
  return db;
}

}  // namespace

class Storage::Impl {
 public:
  Impl(StorageOptions options, SQLite::Database db) : options_(std::move(options)), db_(std::move(db)) {
    thread_ = std::thread([this] { work(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  void push(Entry entry) {
    {
      const std::lock_guard lock(mutex_);
      if (queue_.size() < options_.max_queue) {
        queue_.push_back(std::move(entry));
        wake_.notify_one();
        return;
      }
    }
    finish(entry, Error{ErrorClass::exhausted, "StorageQueueFull",
                        fmt::format("{} storage jobs wait already", options_.max_queue)});
  }

  StorageStats stats() const {
    const std::lock_guard lock(mutex_);
    return {queue_.size(), commits_, failed_jobs_};
  }

 private:
  void work() {
    while (confirm(next_group())) {
    }
  }

  /// Takes the group by value: its hold on the executors must end before the next wait.
  bool confirm(std::vector<Entry> group) {
    auto results = run_group(group);
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (!results[i]) ++failed_jobs_;
      finish(group[i], std::move(results[i]));
    }
    return !group.empty();
  }

  /// Waits for jobs; empty only when stopping and all are done.
  std::vector<Entry> next_group() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    std::vector<Entry> group;
    while (!queue_.empty() && group.size() < options_.max_group) {
      group.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    return group;
  }

  std::vector<Result<void>> run_group(const std::vector<Entry>& group) {
    if (group.empty()) return {};
    try {
      std::vector<Result<void>> results;
      results.reserve(group.size());
      // IMMEDIATE: a lock held by somebody else shows here, before any job ran.
      SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
      for (const auto& entry : group) {
        results.push_back(run_job(entry.job));
        // On a full disk SQLite may roll back everything by itself; then no job of the group holds.
        if (sqlite3_get_autocommit(db_.getHandle()) != 0) throw ErrorException(results.back().error());
      }
      transaction.commit();
      ++commits_;
      return results;
    } catch (...) {
      return std::vector<Result<void>>(group.size(), Result<void>(current_error()));
    }
  }

  Result<void> run_job(const Job& job) {
    try {
      SQLite::Savepoint savepoint(db_, "job");
      job(db_);
      savepoint.release();
      return {};
    } catch (...) {
      return current_error();
    }
  }

  static void finish(Entry& entry, Result<void> result) {
    if (!entry.done) return;
    if (!entry.executor) return entry.done(std::move(result));
    asio::post(entry.executor, [done = std::move(entry.done), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  }

  const StorageOptions options_;
  SQLite::Database db_;  ///< the storage thread's
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> failed_jobs_{0};

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

Storage::Storage(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Storage::~Storage() = default;

Result<std::unique_ptr<Storage>> Storage::open(StorageOptions options) {
  const std::string where = "database " + options.file.string();
  if (auto made = make_private_file(options.file); !made) return std::move(made).error().within(where);
  try {
    auto db = open_database(options);
    return std::unique_ptr<Storage>(new Storage(std::make_unique<Impl>(std::move(options), std::move(db))));
  } catch (...) {
    return current_error().within(where);
  }
}

void Storage::write(Job job, asio::any_io_executor executor, Done done) {
  // The context must not run out of work while the storage thread still owes it a completion.
  if (executor) executor = asio::prefer(executor, asio::execution::outstanding_work.tracked);
  impl_->push({std::move(job), std::move(executor), std::move(done)});
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
      {std::move(job), {}, [&promise](Result<void> result) { promise.set_value(std::move(result)); }});
  return future.get();
}

StorageStats Storage::stats() const {
  return impl_->stats();
}

}  // namespace hearth::store
