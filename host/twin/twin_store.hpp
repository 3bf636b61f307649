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
  std::size_t unreadable = 0;
};

Stored load(SQLite::Database& db);

/// Inserts or updates the device's own row; its twins are put_change's.
void put_device(SQLite::Database& db, const DeviceId& id, const TwinDevice& device);
void put_change(SQLite::Database& db, const DeviceId& id, const TwinChange& change);
/// All keys of the device, for a device that was made anew.
void clear_twins(SQLite::Database& db, const DeviceId& id);
/// Device, twins and object.
void erase_device(SQLite::Database& db, const DeviceId& id);
void put_object(SQLite::Database& db, const StoredObject& object);
void erase_object(SQLite::Database& db, const std::string& key);

inline constexpr const char* kDeviceType = "device";
inline constexpr const char* kDeviceModelType = "devicemodel";

}  // namespace hearth::twin::sql
