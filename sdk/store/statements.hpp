// SPDX-License-Identifier: Apache-2.0
// SQL prepared once for a connection and kept: parsing it anew costs more than running it for one row.
// Thread: the storage thread; may be destroyed elsewhere while no job uses it, and before the connection closes.
// Errors: SQLite's exceptions.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>

namespace hearth::store {

class Statements {
 public:
  /// `text` is a literal: it is known by where it stands.
  SQLite::Statement& get(SQLite::Database& db, const char* text) {
    if (connection_ != db.getHandle()) {
      prepared_.clear();
      connection_ = db.getHandle();
    }
    const auto found = prepared_.find(text);
    return found != prepared_.end() ? found->second : prepared_.try_emplace(text, db, text).first->second;
  }

 private:
  sqlite3* connection_ = nullptr;
  std::map<const char*, SQLite::Statement> prepared_;
};

}  // namespace hearth::store
