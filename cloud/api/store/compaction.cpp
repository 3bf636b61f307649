// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/compaction.hpp"

#include <algorithm>

namespace hearth::api {
namespace {

constexpr int kSliceRows = 64;
constexpr std::int64_t kSliceBytes = 1024 * 1024;
/// Of used to live bytes. With an eighth of dead pages, which upkeep leaves, the file stays below 1.5.
constexpr double kAllowed = 1.3;
/// Better than the last walk came to is not to be had; so much worse is worth another.
constexpr double kWorse = 1.1;
constexpr std::uint64_t kSmall = 256 * 1024;
/// One part in so many of what lives, changed, is worth a look.
constexpr std::uint64_t kLookShare = 32;

/// The key is in the index once more.
std::uint64_t row_bytes(const Key& key, const ObjectPtr& object) {
  constexpr std::uint64_t kHeaders = 24;
  return object == nullptr
             ? 0
             : object->text().size() + kHeaders + 2 * (key.resource.size() + key.ns.size() + key.name.size());
}

std::uint64_t number(SQLite::Database& database, const char* query) {
  return static_cast<std::uint64_t>(database.execAndGet(query).getInt64());
}

std::uint64_t used_bytes(SQLite::Database& database) {
  const auto pages = number(database, "PRAGMA page_count") - number(database, "PRAGMA freelist_count");
  return pages * number(database, "PRAGMA page_size");
}

std::vector<std::int64_t> next_rows(SQLite::Database& database, store::Statements& statements,
                                    const Packing& packing) {
  auto& rows = statements.get(
      database, "SELECT id, LENGTH(body) FROM objects WHERE id > ? AND id <= ? ORDER BY id LIMIT ?");
  rows.tryReset();
  rows.bind(1, packing.after);
  rows.bind(2, packing.last);
  rows.bind(3, kSliceRows);
  std::vector<std::int64_t> ids;
  for (std::int64_t bytes = 0; bytes < kSliceBytes && rows.executeStep();) {
    ids.push_back(rows.getColumn(0).getInt64());
    bytes += rows.getColumn(1).getInt64();
  }
  rows.reset();
  return ids;
}

void move_to_end(SQLite::Database& database, store::Statements& statements, std::int64_t id) {
  auto& move =
      statements.get(database, "UPDATE objects SET id = (SELECT MAX(id) FROM objects) + 1 WHERE id = ?");
  move.tryReset();
  move.bind(1, id);
  move.exec();
  move.reset();
}

}  // namespace

Packing pack_slice(SQLite::Database& database, store::Statements& statements, Packing so_far,
                   std::uint64_t allowed) {
  so_far.used = used_bytes(database);
  if (so_far.last == 0) {
    so_far.last = database.execAndGet("SELECT COALESCE(MAX(id), 0) FROM objects").getInt64();
    so_far.over = so_far.used <= allowed || so_far.last == 0;
    if (so_far.over) return so_far;
  }
  const auto ids = next_rows(database, statements, so_far);
  for (const auto id : ids)
    move_to_end(database, statements, id);
  if (!ids.empty()) so_far.after = ids.back();
  so_far.over = ids.empty();
  return so_far;
}

void Compaction::load(const Objects& objects) {
  live_ = 0;
  for (const auto& [key, object] : objects)
    live_ += row_bytes(key, object);
}

void Compaction::committed(const std::vector<ChangePtr>& changes) {
  for (const auto& change : changes) {
    const auto before = row_bytes(change->key, change->previous);
    const auto after = change->deleted ? 0 : row_bytes(change->key, change->object);
    live_ = live_ + after - before;
    changed_ += std::max(before, after) - std::min(before, after);
  }
}

std::uint64_t Compaction::worth_a_look() const {
  return std::max(kSmall, live_ / kLookShare);
}

std::uint64_t Compaction::allowed() const {
  return kSmall + static_cast<std::uint64_t>(static_cast<double>(live_) * std::max(kAllowed, best_ * kWorse));
}

Packing Compaction::begin() {
  under_way_ = true;
  if (packing_.over) packing_ = {};
  if (packing_.last == 0) changed_ = 0;
  return packing_;
}

void Compaction::sliced(const Packing& packing) {
  under_way_ = false;
  packing_ = packing;
  const bool walked = packing.over && packing.after > 0;
  if (walked && live_ > kSmall) best_ = static_cast<double>(packing.used) / static_cast<double>(live_);
}

void Compaction::failed() {
  under_way_ = false;
  packing_ = {.over = true};
}

}  // namespace hearth::api
