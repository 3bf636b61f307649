// SPDX-License-Identifier: Apache-2.0
#include "cloud/backup.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "cloud/pki.hpp"
#include "cloud/private_file.hpp"
#include "sdk/base/time.hpp"
#include "sdk/store/sqlite_error.hpp"

namespace hearth::cloud {
namespace {

namespace fs = std::filesystem;

/// A checkpoint of the running cloud may hold the file for a moment.
constexpr int kBusyTimeoutMs = 10'000;

/// All rows as of one moment: a reader of SQLite's log sees what was committed before it began, and holds up nobody.
Result<api::StoredState> read_database(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) {
    return not_found(
        "NoDatabase",
        fmt::format("{} is not there: is --data-dir that of a cloud with an API of its own?", file.string()));
  }
  try {
    SQLite::Database database(file.string(), SQLite::OPEN_READONLY, kBusyTimeoutMs);
    SQLite::Transaction one_moment(database);
    return api::load_state(database);
  } catch (...) {
    return store::current_error().within(file.string());
  }
}

Result<void> check_target(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error) || api::looks_like_backup(file)) return {};
  return invalid("Exists",
                 fmt::format("{} is there and is no backup: it is not written over", file.string()));
}

}  // namespace

fs::path database_of(const fs::path& data_dir) {
  return data_dir / "api.db";
}

Result<api::Backup> backup_of(const fs::path& data_dir, api::StoredState state) {
  api::Backup backup;
  backup.made_at = to_rfc3339(std::chrono::system_clock::now());
  backup.state = std::move(state);
  auto files = ca_files(data_dir);
  if (!files) return files.error();
  backup.files = std::move(*files);
  return backup;
}

fs::path place_for_replaced(const fs::path& data_dir) {
  using std::chrono::milliseconds;
  const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(now);
  return data_dir / fmt::format("replaced-{:%Y%m%dT%H%M%S}.{:03}Z.backup", fmt::gmtime(seconds),
                                (now - seconds).count());
}

api::Keep keep_at(const fs::path& data_dir, const fs::path& place) {
  return [data_dir, place](const api::StoredState& replaced) -> Result<void> {
    const auto backup = backup_of(data_dir, replaced);
    if (!backup) return backup.error();
    if (replaced.objects.empty() && backup->files.empty()) return {};
    return api::write_backup(place, *backup);
  };
}

Result<void> back_up(const CloudOptions& options, const fs::path& file, std::ostream& out) {
  if (const auto free = check_target(file); !free) return free;
  auto state = read_database(database_of(options.data_dir));
  if (!state) return state.error();
  const auto backup = backup_of(options.data_dir, std::move(*state));
  if (!backup) return backup.error();
  const auto alone = FileLock::attempt(file.string() + ".part");
  if (!alone) return alone.error();
  if (const auto written = api::write_backup(file, *backup); !written) return written;
  out << fmt::format("{} holds {} objects at version {}{}, in {} KiB\n", file.string(),
                     backup->state.objects.size(), backup->state.version,
                     backup->files.empty() ? "" : " and the CA with its key", fs::file_size(file) / 1024 + 1);
  out << "Secrets and the CA's key are in it as they are: who can read it can pass for this cloud\n";
  return {};
}

}  // namespace hearth::cloud
