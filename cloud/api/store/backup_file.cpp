// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/backup_file.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include "sdk/net/x509.hpp"
#include "sdk/store/files.hpp"
#include "sdk/store/snapshots.hpp"
#include "sdk/store/sqlite_error.hpp"

namespace hearth::api {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kApplicationId = 0x48727468;  // "Hrth"
constexpr std::int64_t kFormat = 1;
/// What a JSON number holds exactly; nobody's counter comes near it.
constexpr std::int64_t kLargestVersion = std::int64_t{1} << 53;
constexpr int kLongestValue = 64 * 1024 * 1024;

// The objects and their counter stand as in the store, so that one reader serves both.
constexpr const char* kBackupSchema = R"(
CREATE TABLE file (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
)";

/// Of everything a backup holds; lengths keep one value from passing for two.
std::string sum_of(const Backup& backup) {
  std::string sums = fmt::format("{}\n", backup.state.version);
  for (const auto& [key, object] : backup.state.objects) {
    sums += net::sha256_hex(fmt::format("{} {} {} {}:{}{}{}{}", key.resource.size(), key.ns.size(),
                                        key.name.size(), object->text().size(), key.resource, key.ns,
                                        key.name, object->text()));
  }
  for (const auto& [name, body] : backup.files)
    sums += net::sha256_hex(fmt::format("{}:{}{}", name.size(), name, body));
  return net::sha256_hex(sums);
}

void put_rows(SQLite::Database& database, const Backup& backup) {
  SQLite::Statement object(database,
                           "INSERT INTO objects (resource, ns, name, version, body) VALUES (?, ?, ?, 0, ?)");
  for (const auto& [key, held] : backup.state.objects) {
    object.bindNoCopy(1, key.resource);
    object.bindNoCopy(2, key.ns);
    object.bindNoCopy(3, key.name);
    object.bindNoCopy(4, held->text());
    object.exec();
    object.reset();
  }
  SQLite::Statement counter(database, "UPDATE counter SET value = ? WHERE name = 'version'");
  counter.bind(1, static_cast<std::int64_t>(backup.state.version));
  counter.exec();
  SQLite::Statement file(database, "INSERT INTO file (name, body) VALUES (?, ?)");
  for (const auto& [name, body] : backup.files) {
    file.bindNoCopy(1, name);
    file.bindNoCopy(2, body.data(), static_cast<int>(body.size()));
    file.exec();
    file.reset();
  }
  SQLite::Statement about(database, "INSERT INTO about (name, value) VALUES ('madeAt', ?), ('sum', ?)");
  about.bind(1, backup.made_at);
  about.bind(2, sum_of(backup));
  about.exec();
}

void fill(const fs::path& part, const Backup& backup) {
  SQLite::Database database(part.string(), SQLite::OPEN_READWRITE);
  // It counts only once it was checked and flushed as a whole: until then it needs no safety of its own.
  database.exec("PRAGMA journal_mode = OFF");
  database.exec("PRAGMA synchronous = OFF");
  database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  database.exec(fmt::format("PRAGMA user_version = {}", kFormat));
  SQLite::Transaction transaction(database);
  database.exec(kStoreSchema);
  database.exec(kBackupSchema);
  put_rows(database, backup);
  transaction.commit();
}

std::int64_t number(SQLite::Database& database, const char* sql) {
  return database.execAndGet(sql).getInt64();
}

Error refused(std::string why) {
  return {ErrorClass::invalid, "BadBackup", std::move(why)};
}

Error not_a_backup() {
  return refused("this is no backup of hearth-cloud");
}

Error damaged(const std::string& why) {
  return refused("the backup is damaged: " + why);
}

SQLite::Database open_backup(const fs::path& file) {
  auto database = store::open_unshared(file, "");
  sqlite3_limit(database.getHandle(), SQLITE_LIMIT_LENGTH, kLongestValue);
  // A file from elsewhere is data: nothing in its schema is to be carried out.
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  return database;
}

void check_format(SQLite::Database& database) {
  if (number(database, "PRAGMA application_id") != kApplicationId) throw ErrorException(not_a_backup());
  const auto format = number(database, "PRAGMA user_version");
  if (format > kFormat) {
    throw ErrorException(refused(
        fmt::format("the backup was made by a newer hearth-cloud (its format is {}, this one reads {})",
                    format, kFormat)));
  }
  store::quick_check(database);
}

void check_versions(SQLite::Database& database) {
  const auto version = number(database, "SELECT value FROM counter WHERE name = 'version'");
  if (version < 0 || version > kLargestVersion)
    throw ErrorException(damaged(fmt::format("its version is {}", version)));
}

/// A row is found by its key, an object by what its text says: they must be one.
void check_objects(const Objects& objects, std::int64_t rows) {
  if (static_cast<std::int64_t>(objects.size()) != rows)
    throw ErrorException(damaged("not every object of it can be read"));
  for (const auto& [key, object] : objects) {
    if (object->name() == key.name && object->ns() == key.ns) continue;
    throw ErrorException(damaged(fmt::format("{} {}/{} is another object", key.resource, key.ns, key.name)));
  }
}

Backup read_rows(SQLite::Database& database) {
  check_format(database);
  check_versions(database);
  Backup backup;
  backup.state = load_state(database);
  check_objects(backup.state.objects, number(database, "SELECT count(*) FROM objects"));
  SQLite::Statement files(database, "SELECT name, body FROM file");
  while (files.executeStep())
    backup.files.emplace(files.getColumn(0).getString(), files.getColumn(1).getString());
  backup.made_at = database.execAndGet("SELECT value FROM about WHERE name = 'madeAt'").getString();
  if (database.execAndGet("SELECT value FROM about WHERE name = 'sum'").getString() != sum_of(backup))
    throw ErrorException(damaged("its sum does not fit what is in it"));
  return backup;
}

/// SQLite's own words name a database; the user has a backup in hand.
Error reason(const Error& error) {
  if (error.code == store::kDamagedCode) return damaged("it is cut short, or no backup at all");
  return error.cls == ErrorClass::internal ? damaged(error.text) : error;
}

}  // namespace

Result<void> write_backup(const fs::path& file, const Backup& backup) {
  const fs::path part = file.string() + ".part";
  std::error_code ignored;
  const auto given_up = [&](const Error& error) {
    fs::remove(part, ignored);
    return error.within(file.string());
  };
  try {
    if (const auto made = store::make_private_file(part); !made) return made.error();
    fs::resize_file(part, 0);  // a rest of one that was cut short
    fill(part, backup);
  } catch (...) {
    return given_up(store::current_error());
  }
  if (const auto good = store::check_file(part, ""); !good) return given_up(good.error());
  if (const auto flushed = store::sync_file(part); !flushed) return given_up(flushed.error());
  if (const auto moved = store::move_into_place(part, file); !moved) return given_up(moved.error());
  return {};
}

Result<Backup> read_backup(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error))
    return refused(error ? error.message() : "is no file").within(file.string());
  if (fs::file_size(file, error) == 0) return refused("the file is empty").within(file.string());
  try {
    auto database = open_backup(file);
    return read_rows(database);
  } catch (...) {
    return reason(store::current_error()).within(file.string());
  }
}

bool looks_like_backup(const fs::path& file) {
  try {
    auto database = open_backup(file);
    return number(database, "PRAGMA application_id") == kApplicationId;
  } catch (...) {
    return false;
  }
}

}  // namespace hearth::api
