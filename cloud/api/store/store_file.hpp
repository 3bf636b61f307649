// SPDX-License-Identifier: Apache-2.0
// The API server's tables in SQLite.
// Thread: load() at start-up; save() runs on the storage thread.   Errors: SQLite's, as exceptions that the
// storage turns into Errors.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <vector>

#include "cloud/api/store/published_objects.hpp"
#include "sdk/store/statements.hpp"

namespace hearth::api {

extern const char* const kStoreSchema;

StoredState load_state(SQLite::Database& database);
void save_changes(SQLite::Database& database, store::Statements& statements,
                  const std::vector<ChangePtr>& changes);

}  // namespace hearth::api
