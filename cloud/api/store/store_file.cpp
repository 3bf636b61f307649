// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/store_file.hpp"

#include <spdlog/spdlog.h>

namespace hearth::api {

// A row is found by its index and changed in its own page alone; the version of what was deleted last is in the counter.
const char* const kStoreSchema = R"(
CREATE TABLE IF NOT EXISTS objects (
  id INTEGER PRIMARY KEY, resource TEXT NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL,
  version INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (resource, ns, name));
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO counter (name, value) VALUES ('version', 0);
)";

namespace {

void bind_key(SQLite::Statement& statement, const Key& key) {
  statement.tryReset();  // an earlier use may have ended by an exception
  statement.bindNoCopy(1, key.resource);
  statement.bindNoCopy(2, key.ns);
  statement.bindNoCopy(3, key.name);
}

void run(SQLite::Statement& statement) {
  statement.exec();
  statement.reset();
}

void put(SQLite::Database& database, store::Statements& statements, const Change& change) {
  auto& statement =
      statements.get(database,
                     "INSERT INTO objects (resource, ns, name, version, body) VALUES (?, ?, ?, ?, ?) "
                     "ON CONFLICT (resource, ns, name) DO UPDATE SET "
                     "version = excluded.version, body = excluded.body");
  bind_key(statement, change.key);
  statement.bind(4, static_cast<std::int64_t>(change.version));
  statement.bindNoCopy(5, change.object->text());
  run(statement);
}

void erase(SQLite::Database& database, store::Statements& statements, const Change& change) {
  auto& statement =
      statements.get(database, "DELETE FROM objects WHERE resource = ? AND ns = ? AND name = ?");
  bind_key(statement, change.key);
  run(statement);
  auto& counter = statements.get(database, "UPDATE counter SET value = ? WHERE name = 'version'");
  counter.bind(1, static_cast<std::int64_t>(change.version));
  run(counter);
}

}  // namespace

StoredState load_state(SQLite::Database& database) {
  StoredState state;
  SQLite::Statement version(database,
                            "SELECT MAX(value) FROM (SELECT value FROM counter WHERE name = 'version' "
                            "UNION ALL SELECT MAX(version) FROM objects)");
  if (version.executeStep()) state.version = static_cast<std::uint64_t>(version.getColumn(0).getInt64());
  SQLite::Statement rows(database, "SELECT resource, ns, name, body FROM objects");
  while (rows.executeStep()) {
    Key key{rows.getColumn(0).getString(), rows.getColumn(1).getString(), rows.getColumn(2).getString()};
    auto object = Object::read(rows.getColumn(3).getString());
    if (object == nullptr) {
      spdlog::warn("api: {} {}/{} in the store is damaged and left out", key.resource, key.ns, key.name);
      continue;
    }
    state.objects.emplace(std::move(key), std::move(object));
  }
  return state;
}

void save_changes(SQLite::Database& database, store::Statements& statements,
                  const std::vector<ChangePtr>& changes) {
  for (const auto& change : changes)
    change->deleted ? erase(database, statements, *change) : put(database, statements, *change);
}

}  // namespace hearth::api
