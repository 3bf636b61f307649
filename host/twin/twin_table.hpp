// SPDX-License-Identifier: Apache-2.0
// The devices of the node and what each is expected to be and was found to be. Changes are planned first,
// stored by the owner, and adopted once they are committed, so that memory never runs ahead of the disk.
// Thread: none, plain values.   Errors: a refused update is an Error of code 400 or 404 with the reason.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sdk/base/error.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/device/device.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::twin {

struct Property {
  std::optional<wire::TwinValue> expected;
  std::optional<wire::TwinValue> actual;
  std::string type = "string";  ///< metadata.type: the model's where the model knows the property
  bool optional = true;         ///< goes from true to false only, as with KubeEdge
  std::uint64_t expected_version = 0;
  std::uint64_t actual_version = 0;
  bool operator==(const Property&) const = default;
};

using Properties = std::map<std::string, Property>;

struct TwinDevice {
  std::string description;
  std::string state;
  std::string last_online;  ///< RFC 3339; the last time the state was online or ok
  Properties properties;
};

/// What an update does to a device, before it is done.
struct TwinChange {
  std::map<std::string, std::optional<Property>> properties;  ///< new state; nothing = deleted
  std::map<std::string, wire::DocumentEntry> document;        ///< P6, the same keys
  wire::TwinMap touched;                                      ///< P3: every key of the update, changed or not
  bool empty() const { return properties.empty(); }
  /// The keys that the cloud is to hear of: those changed and not deleted.
  std::set<std::string> reported_keys() const;
};

/// More keys than these are refused, so that no client can fill the disk with names.
inline constexpr std::size_t kMaxProperties = 1024;

wire::TwinEntry to_entry(const Property& property);

/// P1 from the edge. Values must fit the model's type where the model knows the key, else their own
/// metadata.type. Equal values change nothing.
Result<TwinChange> plan_update(const Properties& held, const wire::TwinMap& update,
                               const device::DeviceModel* model, std::int64_t now_ms);

/// spec.properties[].desired against the spec before it: only what the user changed is taken over, so that a
/// value set at the edge since then stays until the user decides otherwise. `previous` null: all are new.
TwinChange plan_desired(const Properties& held, const device::Device* previous, const device::Device& next,
                        const device::DeviceModel* model, std::int64_t now_ms);

/// P5 with all differing keys; nothing when actual and expected agree. Values are compared by the model's
/// type: "1.0" and "1" are the same FLOAT.
std::optional<nlohmann::json> make_delta(const Properties& held, const device::DeviceModel* model,
                                         std::int64_t now_ms);

class TwinTable {
 public:
  const TwinDevice* find(const DeviceId& id) const;
  TwinDevice& add(const DeviceId& id);
  void remove(const DeviceId& id);
  void adopt(const DeviceId& id, const TwinChange& change);
  const std::map<DeviceId, TwinDevice>& devices() const { return devices_; }

 private:
  std::map<DeviceId, TwinDevice> devices_;
};

}  // namespace hearth::twin
