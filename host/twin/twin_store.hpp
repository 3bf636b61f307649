// SPDX-License-Identifier: Apache-2.0
// All SQL of DeviceTwin. Tables and columns are named as in KubeEdge's edgecore.db.
// Thread: the storage thread; call from within a Storage job.
// Errors: SQLite's exceptions, which Storage turns into Errors. Rows that make no sense are counted at load.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <string>
#include <vector>

#include "host/twin/twin_table.hpp"
#include "sdk/store/statements.hpp"

namespace hearth::twin::sql {

/// CREATE TABLE IF NOT EXISTS …
std::string schema();

/// Rows of `meta`: the objects as last received.
struct StoredObject {
  std::string key;   ///< default/device/lamp
  std::string type;  ///< device or devicemodel
  std::string text;  ///< JSON
};

struct Stored {
  std::map<DeviceId, TwinDevice> devices;
  std::vector<StoredObject> objects;
  std::int64_t time_ms = 0;  ///< the latest time that is known to have passed; 0: none was stored
  std::size_t unreadable = 0;
};

Stored load(SQLite::Database& db);

struct DeviceRow {
  DeviceId id;
  std::string description;
  std::string state;
  std::string last_online;
};
struct TwinRow {
  std::string device;  ///< default/lamp
  std::string key;
  std::optional<Property> property;  ///< nothing: the row goes
};

/// What is to be stored at once. Erased devices go first, so that one made anew under the same name can follow.
struct Batch {
  std::vector<DeviceId> erased_devices;  ///< with their twins and objects
  std::vector<DeviceRow> devices;
  std::vector<TwinRow> twins;
  std::vector<StoredObject> objects;
  std::vector<std::string> erased_objects;
  std::int64_t time_ms = 0;  ///< 0: not stored
};

/// Does the same when it runs twice. `statements` is kept from batch to batch.
void put(SQLite::Database& db, store::Statements& statements, const Batch& batch);

inline constexpr const char* kDeviceType = "device";
inline constexpr const char* kDeviceModelType = "devicemodel";

}  // namespace hearth::twin::sql
