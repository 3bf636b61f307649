// SPDX-License-Identifier: Apache-2.0
#include "host/twin/twin_store.hpp"

#include <nlohmann/json.hpp>

#include "sdk/base/bounded_json.hpp"
#include "sdk/wire/resource.hpp"

namespace hearth::twin::sql {
namespace {

using nlohmann::json;

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS device (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  state       TEXT NOT NULL DEFAULT '',
  last_online TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS device_twin (
  id               INTEGER PRIMARY KEY,
  deviceid         TEXT NOT NULL REFERENCES device(id) ON DELETE CASCADE,
  name             TEXT NOT NULL,
  description      TEXT NOT NULL DEFAULT '',
  expected         TEXT,
  actual           TEXT,
  expected_meta    TEXT,
  actual_meta      TEXT,
  expected_version TEXT NOT NULL,
  actual_version   TEXT NOT NULL,
  optional         INTEGER NOT NULL DEFAULT 1,
  attr_type        TEXT NOT NULL,
  metadata         TEXT NOT NULL DEFAULT '',
  UNIQUE (deviceid, name)
);
CREATE TABLE IF NOT EXISTS meta (
  key   TEXT PRIMARY KEY,
  type  TEXT NOT NULL,
  value TEXT NOT NULL
);
)";

constexpr std::size_t kMaxCell = 4096;

std::string print_version(std::uint64_t edge) {
  return json{{"cloud", 0}, {"edge", edge}}.dump();
}

/// A whole number in a small JSON object of a cell; 0 if the cell holds anything else.
std::uint64_t number_in_cell(const std::string& cell, const char* name) {
  const auto document = parse_json(cell, kMaxCell);
  if (!document || !document->is_object()) return 0;
  const auto found = document->find(name);
  return found != document->end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

void bind_value(SQLite::Statement& statement, int value_index, int meta_index,
                const std::optional<wire::TwinValue>& value) {
  if (!value) {
    statement.bind(value_index);
    statement.bind(meta_index);
    return;
  }
  statement.bind(value_index, value->value);
  statement.bind(meta_index, json{{"timestamp", value->timestamp}}.dump());
}

std::optional<wire::TwinValue> read_value(SQLite::Statement& row, int value_index, int meta_index) {
  const auto value = row.getColumn(value_index);
  if (value.isNull()) return std::nullopt;
  const auto timestamp = number_in_cell(row.getColumn(meta_index).getString(), "timestamp");
  return wire::TwinValue{value.getString(), static_cast<std::int64_t>(timestamp)};
}

void put_twin(SQLite::Database& db, const DeviceId& id, const std::string& key, const Property& property) {
  SQLite::Statement statement(
      db,
      "INSERT INTO device_twin (deviceid, name, expected, actual, expected_meta, actual_meta,"
      " expected_version, actual_version, optional, attr_type) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)"
      " ON CONFLICT (deviceid, name) DO UPDATE SET expected=?3, actual=?4, expected_meta=?5, actual_meta=?6,"
      " expected_version=?7, actual_version=?8, optional=?9, attr_type=?10");
  statement.bind(1, id.str());
  statement.bind(2, key);
  bind_value(statement, 3, 5, property.expected);
  bind_value(statement, 4, 6, property.actual);
  statement.bind(7, print_version(property.expected_version));
  statement.bind(8, print_version(property.actual_version));
  statement.bind(9, property.optional ? 1 : 0);
  statement.bind(10, property.type);
  statement.exec();
}

void run(SQLite::Database& db, const char* text, const std::vector<std::string>& values) {
  SQLite::Statement statement(db, text);
  for (std::size_t i = 0; i < values.size(); ++i)
    statement.bind(static_cast<int>(i) + 1, values[i]);
  statement.exec();
}

void load_devices(SQLite::Database& db, Stored& stored) {
  SQLite::Statement row(db, "SELECT id, description, state, last_online FROM device");
  while (row.executeStep()) {
    const auto id = parse_device_id(row.getColumn(0).getString());
    if (!id) {
      ++stored.unreadable;
      continue;
    }
    stored.devices[*id] = {
        row.getColumn(1).getString(), row.getColumn(2).getString(), row.getColumn(3).getString(), {}};
  }
}

void load_twins(SQLite::Database& db, Stored& stored) {
  SQLite::Statement row(
      db,
      "SELECT deviceid, name, expected, expected_meta, actual, actual_meta, expected_version,"
      " actual_version, optional, attr_type FROM device_twin");
  while (row.executeStep()) {
    const auto id = parse_device_id(row.getColumn(0).getString());
    const auto device = id ? stored.devices.find(*id) : stored.devices.end();
    if (device == stored.devices.end()) {
      ++stored.unreadable;
      continue;
    }
    Property property;
    property.expected = read_value(row, 2, 3);
    property.actual = read_value(row, 4, 5);
    property.expected_version = number_in_cell(row.getColumn(6).getString(), "edge");
    property.actual_version = number_in_cell(row.getColumn(7).getString(), "edge");
    property.optional = row.getColumn(8).getInt() != 0;
    property.type = row.getColumn(9).getString();
    device->second.properties.emplace(row.getColumn(1).getString(), std::move(property));
  }
}

}  // namespace

std::string schema() {
  return kSchema;
}

Stored load(SQLite::Database& db) {
  Stored stored;
  load_devices(db, stored);
  load_twins(db, stored);
  SQLite::Statement row(db, "SELECT key, type, value FROM meta");
  while (row.executeStep()) {
    stored.objects.push_back(
        {row.getColumn(0).getString(), row.getColumn(1).getString(), row.getColumn(2).getString()});
  }
  return stored;
}

void put_device(SQLite::Database& db, const DeviceId& id, const TwinDevice& device) {
  run(db,
      "INSERT INTO device (id, name, description, state, last_online) VALUES (?1,?2,?3,?4,?5)"
      " ON CONFLICT (id) DO UPDATE SET description=?3, state=?4, last_online=?5",
      {id.str(), id.name, device.description, device.state, device.last_online});
}

void put_change(SQLite::Database& db, const DeviceId& id, const TwinChange& change) {
  for (const auto& [key, next] : change.properties) {
    if (next) {
      put_twin(db, id, key, *next);
    } else {
      run(db, "DELETE FROM device_twin WHERE deviceid=?1 AND name=?2", {id.str(), key});
    }
  }
}

void clear_twins(SQLite::Database& db, const DeviceId& id) {
  run(db, "DELETE FROM device_twin WHERE deviceid=?1", {id.str()});
}

void erase_device(SQLite::Database& db, const DeviceId& id) {
  clear_twins(db, id);
  run(db, "DELETE FROM device WHERE id=?1", {id.str()});
  erase_object(db, wire::device_resource(id));
}

void put_object(SQLite::Database& db, const StoredObject& object) {
  run(db,
      "INSERT INTO meta (key, type, value) VALUES (?1,?2,?3)"
      " ON CONFLICT (key) DO UPDATE SET type=?2, value=?3",
      {object.key, object.type, object.text});
}

void erase_object(SQLite::Database& db, const std::string& key) {
  run(db, "DELETE FROM meta WHERE key=?1", {key});
}

}  // namespace hearth::twin::sql
