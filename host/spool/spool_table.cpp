// SPDX-License-Identifier: Apache-2.0
#include "host/spool/spool_table.hpp"

namespace hearth::spool::sql {
namespace {

/// `size` stands before the payload, so that a look at it reads no overflow pages.
constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS event (
  sequence INTEGER PRIMARY KEY,
  time_ms  INTEGER NOT NULL,
  size     INTEGER NOT NULL,
  id       TEXT NOT NULL,
  topic    TEXT NOT NULL,
  payload  BLOB NOT NULL
);
)";

std::int64_t as_key(std::uint64_t sequence) {
  return static_cast<std::int64_t>(sequence);
}

EventPtr event_in(SQLite::Statement& row) {
  auto event = std::make_shared<Event>();
  event->sequence = static_cast<std::uint64_t>(row.getColumn(0).getInt64());
  event->time_ms = row.getColumn(1).getInt64();
  event->id = row.getColumn(2).getString();
  event->topic = row.getColumn(3).getString();
  event->payload = row.getColumn(4).getString();
  return event;
}

}  // namespace

std::string schema() {
  return kSchema;
}

BlockList load(SQLite::Database& db, const SpoolLimits& limits) {
  BlockList blocks(limits);
  SQLite::Statement row(db, "SELECT sequence, size, time_ms FROM event WHERE sequence > 0 ORDER BY sequence");
  while (row.executeStep()) {
    blocks.add(static_cast<std::uint64_t>(row.getColumn(0).getInt64()),
               disk_cost(static_cast<std::size_t>(row.getColumn(1).getUInt())), row.getColumn(2).getInt64());
  }
  return blocks;
}

void insert(SQLite::Database& db, const std::vector<EventPtr>& events) {
  SQLite::Statement statement(db,
                              "INSERT OR REPLACE INTO event (sequence, time_ms, size, id, topic, payload)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  for (const auto& event : events) {
    statement.bind(1, as_key(event->sequence));
    statement.bind(2, event->time_ms);
    statement.bind(3, static_cast<std::int64_t>(event->topic.size() + event->payload.size()));
    statement.bind(4, event->id);
    statement.bind(5, event->topic);
    statement.bind(6, event->payload.data(), static_cast<int>(event->payload.size()));
    statement.exec();
    statement.reset();
  }
}

std::vector<EventPtr> read(SQLite::Database& db, const SpoolQueue::Read& wanted) {
  std::vector<EventPtr> events;
  std::size_t bytes = 0;
  SQLite::Statement row(db,
                        "SELECT sequence, time_ms, id, topic, payload FROM event WHERE sequence >= ?1"
                        " ORDER BY sequence LIMIT ?2");
  row.bind(1, as_key(wanted.from));
  row.bind(2, static_cast<std::int64_t>(wanted.max_events));
  while ((events.empty() || bytes < wanted.max_bytes) && row.executeStep()) {
    events.push_back(event_in(row));
    bytes += events.back()->topic.size() + events.back()->payload.size();
  }
  return events;
}

void erase_through(SQLite::Database& db, std::uint64_t sequence) {
  SQLite::Statement statement(db, "DELETE FROM event WHERE sequence <= ?1");
  statement.bind(1, as_key(sequence));
  statement.exec();
}

}  // namespace hearth::spool::sql
