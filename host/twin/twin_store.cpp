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
  explicit Rows(SQLite::Statement& statement) : statement_(statement) {}

  template <class... Values>
  void run(const Values&... values) {
    const Reset reset{statement_};
    int index = 0;
    (bind(++index, values), ...);
    statement_.exec();
  }

 private:
  /// Also after a failure: a statement that is not reset holds its locks.
  struct Reset {
    SQLite::Statement& statement;
    ~Reset() { statement.tryReset(); }
  };

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

  SQLite::Statement& statement_;
};

constexpr const char* kEraseTwins = "DELETE FROM device_twin WHERE deviceid=?1";
constexpr const char* kEraseDevice = "DELETE FROM device WHERE id=?1";
constexpr const char* kEraseObject = "DELETE FROM meta WHERE key=?1";
constexpr const char* kEraseTwin = "DELETE FROM device_twin WHERE deviceid=?1 AND name=?2";
constexpr const char* kPutDevice =
    "INSERT INTO device (id, name, description, state, last_online) VALUES (?1,?2,?3,?4,?5)"
    " ON CONFLICT (id) DO UPDATE SET description=?3, state=?4, last_online=?5";
constexpr const char* kPutTwin =
    "INSERT INTO device_twin (deviceid, name, expected, actual, expected_meta, actual_meta,"
    " expected_version, actual_version, optional, attr_type) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)"
    " ON CONFLICT (deviceid, name) DO UPDATE SET expected=?3, actual=?4, expected_meta=?5,"
    " actual_meta=?6, expected_version=?7, actual_version=?8, optional=?9, attr_type=?10";
constexpr const char* kPutObject =
    "INSERT INTO meta (key, type, value) VALUES (?1,?2,?3)"
    " ON CONFLICT (key) DO UPDATE SET type=?2, value=?3";

/// Writes one batch.
class Put {
 public:
  Put(SQLite::Database& db, store::Statements& statements) : db_(db), statements_(statements) {}

  void erase_devices(const std::vector<DeviceId>& ids) {
    for (const auto& id : ids) {
      const auto name = id.str();
      rows(kEraseTwins).run(name);
      rows(kEraseDevice).run(name);
      rows(kEraseObject).run(wire::device_resource(id));
    }
  }
  void devices(const std::vector<DeviceRow>& all) {
    for (const auto& row : all)
      rows(kPutDevice).run(row.id.str(), row.id.name, row.description, row.state, row.last_online);
  }
  void twins(const std::vector<TwinRow>& all) {
    for (const auto& row : all) {
      if (row.property) {
        twin(row, *row.property);
      } else {
        rows(kEraseTwin).run(row.device, row.key);
      }
    }
  }
  void objects(const Batch& batch) {
    for (const auto& key : batch.erased_objects)
      rows(kEraseObject).run(key);
    for (const auto& object : batch.objects)
      rows(kPutObject).run(object.key, object.type, object.text);
    if (batch.time_ms != 0) rows(kPutObject).run(kTimeKey, kTimeType, std::to_string(batch.time_ms));
  }

 private:
  Rows rows(const char* text) { return Rows(statements_.get(db_, text)); }

  void twin(const TwinRow& row, const Property& property) {
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
    rows(kPutTwin).run(row.device, row.key, expected, actual, expected_meta, actual_meta,
                       print_version(property.expected_version), print_version(property.actual_version),
                       std::int64_t{property.optional ? 1 : 0}, property.type);
  }

  SQLite::Database& db_;
  store::Statements& statements_;
};

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

void put(SQLite::Database& db, store::Statements& statements, const Batch& batch) {
  Put put(db, statements);
  put.erase_devices(batch.erased_devices);
  put.devices(batch.devices);
  put.twins(batch.twins);
  put.objects(batch);
}

}  // namespace hearth::twin::sql
