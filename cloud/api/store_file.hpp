// SPDX-License-Identifier: Apache-2.0
// The API server's tables in SQLite.
// Thread: load() at start-up; save() runs on the storage thread.   Errors: SQLite's, as exceptions that the
// storage turns into Errors.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <map>
#include <vector>

#include "cloud/api/change.hpp"

namespace hearth::api {

extern const char* const kStoreSchema;

struct StoredState {
  std::uint64_t version = 0;
  std::map<Key, ObjectPtr> objects;
};

StoredState load_state(SQLite::Database& database);
/// Prints what has no text yet: the rows are also what watches and answers send.
void save_changes(SQLite::Database& database, std::vector<WatchedChange>& changes);

}  // namespace hearth::api
