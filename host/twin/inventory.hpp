// SPDX-License-Identifier: Apache-2.0
// The DeviceModels and Devices of the node as last received, and whether a received one is news.
// Thread: none, plain values.   Errors: none; stale objects get a verdict.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "host/twin/device_map.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/device/device.hpp"

namespace hearth::twin {

enum class Verdict {
  apply,     ///< newer, or from a folder (no resourceVersion)
  recreate,  ///< another object under a known name: nothing of the old one may stay
  same,      ///< this very version is held
  older,     ///< late
};

struct HeldDevice {
  device::Device device;
  std::string text;           ///< the whole object as JSON; as a document it would take five times the room
  std::uint64_t session = 0;  ///< of the link it came by
};

struct HeldModel {
  device::DeviceModel model;
  std::string text;
  std::uint64_t session = 0;
};

/// Whether two versions differ in spec; changes of status and metadata alone concern nobody here.
bool spec_differs(const device::Device& a, const device::Device& b);
bool spec_differs(const device::DeviceModel& a, const device::DeviceModel& b);

class Inventory {
 public:
  Verdict judge(const device::Device& next) const;
  Verdict judge(const device::DeviceModel& next) const;

  void adopt(device::Device device, std::string text);
  void adopt(device::DeviceModel model, std::string text);
  /// The held version was received again: it is of this link, too.
  void seen_device(const DeviceId& id);
  void seen_model(const DeviceId& id);
  void drop_device(const DeviceId& id);
  void drop_model(const DeviceId& id);
  /// A new link: the cloud behind it may have been set up anew, with versions that begin again.
  void new_session() { ++session_; }
  /// Whether the held version was not received on this link yet.
  bool first_in_session(const DeviceId& id) const;

  const HeldDevice* device(const DeviceId& id) const;
  const HeldModel* model(const DeviceId& id) const;
  /// The model that a device names, of its own namespace; null while it is not known.
  const device::DeviceModel* model_of(const device::Device& device) const;
  std::vector<const device::Device*> devices_of(const DeviceId& model) const;
  const std::map<DeviceId, HeldDevice>& devices() const { return devices_.ordered(); }
  /// From a folder rather than the cloud: the cloud's lists do not speak of it.
  bool is_local(const DeviceId& device) const;

 private:
  Verdict judge(const device::ObjectMeta& held, std::uint64_t held_session,
                const device::ObjectMeta& next) const;

  DeviceMap<HeldDevice> devices_;
  std::map<DeviceId, HeldModel> models_;
  std::uint64_t session_ = 1;
};

}  // namespace hearth::twin
