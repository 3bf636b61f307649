// SPDX-License-Identifier: Apache-2.0
#include "host/twin/twin_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
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
// The last time that a WallTime can hold, in 2262.
constexpr std::uint64_t kLatestMs = 9'223'372'036'854;

// A row that is no object: the time the host has lived through. KubeEdge's reader passes over types it does not know.
constexpr const char* kTimeKey = "hearth/time";
constexpr const char* kTimeType = "hearth-time";

struct LapseName {
  Lapse lapse;
  std::string_view name;
};
constexpr std::array kLapses{LapseName{Lapse::met, "met"}, LapseName{Lapse::unmet, "unmet"},
                             LapseName{Lapse::unreadable, "unreadable"}};

std::string print_version(std::uint64_t edge) {
  return fmt::format(R"({{"cloud":0,"edge":{}}})", edge);
}

std::string print_actual_meta(const Property& property) {
  return fmt::format(R"({{"timestamp":{}}})", property.actual->timestamp);
}

/// KubeEdge's timestamp, and beside it when the value expires and what became of it then.
std::string print_expected_meta(const Property& property) {
  auto text = fmt::format(R"({{"timestamp":{})", property.expected->timestamp);
  if (property.expires_ms != 0) text += fmt::format(R"(,"expiresAt":{})", property.expires_ms);
  for (const auto& entry : kLapses) {
    if (entry.lapse == property.lapse) text += fmt::format(R"(,"expired":"{}")", entry.name);
  }
  return text + '}';
}

json read_cell(const SQLite::Column& cell) {
  auto document = parse_json(cell.getString(), kMaxCell);
  return document && document->is_object() ? std::move(*document) : json::object();
}

/// A whole number in a cell's JSON object; 0 if there is none.
std::uint64_t number_in(const json& cell, const char* name) {
  const auto found = cell.find(name);
  return found != cell.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

Lapse lapse_in(const json& cell) {
  const auto found = cell.find("expired");
  if (found == cell.end()) return Lapse::none;
  for (const auto& entry : kLapses) {
    if (*found == entry.name) return entry.lapse;
  }
  return Lapse::unreadable;
}

std::optional<wire::TwinValue> read_value(const SQLite::Column& value, const json& meta) {
  if (value.isNull()) return std::nullopt;
  return wire::TwinValue{value.getString(), static_cast<std::int64_t>(number_in(meta, "timestamp"))};
}

/// One statement, run for row after row.
class Rows {
 public:
  Rows(SQLite::Database& db, const char* text) : statement_(db, text) {}

  template <class... Values>
  void run(const Values&... values) {
    statement_.reset();
    int index = 0;
    (bind(++index, values), ...);
    statement_.exec();
  }

 private:
  // The texts outlive exec(), so SQLite needs no copy of them.
  void bind(int index, const std::string& text) { statement_.bindNoCopy(index, text); }
  void bind(int index, const char* text) { statement_.bind(index, text); }
  void bind(int index, std::int64_t number) { statement_.bind(index, number); }
  void bind(int index, const std::optional<std::string>& text) {
    if (text) {
      statement_.bindNoCopy(index, *text);
    } else {
      statement_.bind(index);
    }
  }

  SQLite::Statement statement_;
};

void erase_devices(SQLite::Database& db, const std::vector<DeviceId>& ids) {
  if (ids.empty()) return;
  Rows twins(db, "DELETE FROM device_twin WHERE deviceid=?1");
  Rows devices(db, "DELETE FROM device WHERE id=?1");
  Rows objects(db, "DELETE FROM meta WHERE key=?1");
  for (const auto& id : ids) {
    const auto name = id.str();
    twins.run(name);
    devices.run(name);
    objects.run(wire::device_resource(id));
  }
}

void put_devices(SQLite::Database& db, const std::vector<DeviceRow>& rows) {
  if (rows.empty()) return;
  Rows put(db,
           "INSERT INTO device (id, name, description, state, last_online) VALUES (?1,?2,?3,?4,?5)"
           " ON CONFLICT (id) DO UPDATE SET description=?3, state=?4, last_online=?5");
  for (const auto& row : rows) {
    const auto id = row.id.str();
    put.run(id, row.id.name, row.description, row.state, row.last_online);
  }
}

void put_twin(Rows& put, const TwinRow& row) {
  const auto& property = *row.property;
  std::optional<std::string> expected;
  std::optional<std::string> expected_meta;
  if (property.expected) {
    expected = property.expected->value;
    expected_meta = print_expected_meta(property);
  }
  std::optional<std::string> actual;
  std::optional<std::string> actual_meta;
  if (property.actual) {
    actual = property.actual->value;
    actual_meta = print_actual_meta(property);
  }
  const auto expected_version = print_version(property.expected_version);
  const auto actual_version = print_version(property.actual_version);
  put.run(row.device, row.key, expected, actual, expected_meta, actual_meta, expected_version, actual_version,
          std::int64_t{property.optional ? 1 : 0}, property.type);
}

void put_twins(SQLite::Database& db, const std::vector<TwinRow>& rows) {
  std::optional<Rows> put;
  std::optional<Rows> erase;
  for (const auto& row : rows) {
    if (!row.property) {
      if (!erase) erase.emplace(db, "DELETE FROM device_twin WHERE deviceid=?1 AND name=?2");
      erase->run(row.device, row.key);
      continue;
    }
    if (!put) {
      put.emplace(
          db,
          "INSERT INTO device_twin (deviceid, name, expected, actual, expected_meta, actual_meta,"
          " expected_version, actual_version, optional, attr_type) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)"
          " ON CONFLICT (deviceid, name) DO UPDATE SET expected=?3, actual=?4, expected_meta=?5,"
          " actual_meta=?6, expected_version=?7, actual_version=?8, optional=?9, attr_type=?10");
    }
    put_twin(*put, row);
  }
}

void put_objects(SQLite::Database& db, const Batch& batch) {
  if (!batch.erased_objects.empty()) {
    Rows erase(db, "DELETE FROM meta WHERE key=?1");
    for (const auto& key : batch.erased_objects)
      erase.run(key);
  }
  if (batch.objects.empty() && batch.time_ms == 0) return;
  Rows put(db,
           "INSERT INTO meta (key, type, value) VALUES (?1,?2,?3)"
           " ON CONFLICT (key) DO UPDATE SET type=?2, value=?3");
  for (const auto& object : batch.objects)
    put.run(object.key, object.type, object.text);
  if (batch.time_ms != 0) put.run(kTimeKey, kTimeType, std::to_string(batch.time_ms));
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
    const auto expected_meta = read_cell(row.getColumn(3));
    Property property;
    property.expected = read_value(row.getColumn(2), expected_meta);
    property.actual = read_value(row.getColumn(4), read_cell(row.getColumn(5)));
    if (property.expected) {
      property.expires_ms =
          static_cast<std::int64_t>(std::min(number_in(expected_meta, "expiresAt"), kLatestMs));
      property.lapse = lapse_in(expected_meta);
    }
    property.expected_version = number_in(read_cell(row.getColumn(6)), "edge");
    property.actual_version = number_in(read_cell(row.getColumn(7)), "edge");
    property.optional = row.getColumn(8).getInt() != 0;
    property.type = row.getColumn(9).getString();
    device->second.properties.emplace(row.getColumn(1).getString(), std::move(property));
  }
}

void load_objects(SQLite::Database& db, Stored& stored) {
  SQLite::Statement row(db, "SELECT key, type, value FROM meta");
  while (row.executeStep()) {
    StoredObject object{row.getColumn(0).getString(), row.getColumn(1).getString(),
                        row.getColumn(2).getString()};
    if (object.type == kTimeType) {
      const auto end = object.text.data() + object.text.size();
      if (std::from_chars(object.text.data(), end, stored.time_ms).ec != std::errc()) ++stored.unreadable;
    } else {
      stored.objects.push_back(std::move(object));
    }
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
  load_objects(db, stored);
  return stored;
}

void put(SQLite::Database& db, const Batch& batch) {
  erase_devices(db, batch.erased_devices);
  put_devices(db, batch.devices);
  put_twins(db, batch.twins);
  put_objects(db, batch);
}

}  // namespace hearth::twin::sql
