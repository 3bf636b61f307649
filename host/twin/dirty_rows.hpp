// SPDX-License-Identifier: Apache-2.0
// Which rows of the database are not as memory has them: names, never values. What is written is what memory holds at
// that moment, so a row waits at most once, and nothing that is gone can be written back.
// Thread: none, plain values.   Errors: none.
#pragma once

#include <map>
#include <set>
#include <string>

#include "host/twin/inventory.hpp"
#include "host/twin/twin_store.hpp"
#include "host/twin/twin_table.hpp"

namespace hearth::twin {

class DirtyRows {
 public:
  void device_row(const DeviceId& id) { devices_[id].row = true; }
  void device_object(const DeviceId& id) { devices_[id].object = true; }
  void twins(const DeviceId& id, const TwinChange& change);
  /// The device is gone, or another one under its name: nothing stored of it may stay.
  void wipe(const DeviceId& id) { devices_[id].wipe = true; }
  void model(const DeviceId& id) { models_.insert(id); }
  /// What was taken could not be stored.
  void put_back(DirtyRows taken);

  bool empty() const { return devices_.empty() && models_.empty(); }
  std::size_t count() const;
  /// The rows as memory holds them now.
  sql::Batch rows(const TwinTable& table, const Inventory& inventory) const;

 private:
  struct Device {
    bool row = false;
    bool object = false;
    bool wipe = false;
    std::set<std::string> keys;
  };

  static void add_twins(sql::Batch& batch, const DeviceId& id, const Device& marks, const TwinDevice& device);

  std::map<DeviceId, Device> devices_;
  std::set<DeviceId> models_;
};

}  // namespace hearth::twin
