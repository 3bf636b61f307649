// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store_file.hpp"

#include <spdlog/spdlog.h>

namespace hearth::api {

const char* const kStoreSchema = R"(
CREATE TABLE IF NOT EXISTS object (
  resource TEXT NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (resource, ns, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO counter (name, value) VALUES ('version', 0);
)";

StoredState load_state(SQLite::Database& database) {
  StoredState state;
  SQLite::Statement counter(database, "SELECT value FROM counter WHERE name = 'version'");
  if (counter.executeStep()) state.version = static_cast<std::uint64_t>(counter.getColumn(0).getInt64());
  SQLite::Statement rows(database, "SELECT resource, ns, name, body FROM object");
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

void save_changes(SQLite::Database& database, const std::vector<ChangePtr>& changes) {
  if (changes.empty()) return;
  SQLite::Statement put(database,
                        "INSERT OR REPLACE INTO object (resource, ns, name, body) VALUES (?, ?, ?, ?)");
  SQLite::Statement erase(database, "DELETE FROM object WHERE resource = ? AND ns = ? AND name = ?");
  for (const auto& made : changes) {
    const auto& change = *made;
    auto& statement = change.deleted ? erase : put;
    statement.bindNoCopy(1, change.key.resource);
    statement.bindNoCopy(2, change.key.ns);
    statement.bindNoCopy(3, change.key.name);
    if (!change.deleted) statement.bindNoCopy(4, change.object->text());
    statement.exec();
    statement.reset();
  }
  SQLite::Statement counter(database, "UPDATE counter SET value = ? WHERE name = 'version'");
  counter.bind(1, static_cast<std::int64_t>(changes.back()->version));
  counter.exec();
}

}  // namespace hearth::api
