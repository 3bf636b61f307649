// SPDX-License-Identifier: Apache-2.0
// Opening a database file whatever state it was left in: checked if there is reason, rolled back if it is damaged.
// Thread: any; blocks.   Errors: class unavailable where the file cannot be opened; damage is no Error but a report.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "sdk/store/storage.hpp"

namespace hearth::store {

struct OpenedDatabase {
  SQLite::Database db;
  OpenReport report;
};

/// On the VFS of this name.
Result<OpenedDatabase> open_database(const StorageOptions& options, const std::string& vfs);

/// A file that was seen damaged while it was open is checked at the next open, however that one ended.
void mark_suspect(const std::filesystem::path& database);

}  // namespace hearth::store
