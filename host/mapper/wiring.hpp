// SPDX-License-Identifier: Apache-2.0
// What a mapper is to see of a device: manifest and model together, without what concerns no mapper. Equal wirings are
// served alike, so that an open device is closed and opened again only where they differ.
// Thread: plain values.   Errors: issues.
#pragma once

#include <string>
#include <vector>

#include "sdk/device/device.hpp"

namespace hearth::runtime {

struct Wiring {
  device::ResolvedDevice device;      ///< nothing of desired values, versions and descriptions
  std::vector<device::Issue> issues;  ///< of the manifests, in the light of each other
  bool operator==(const Wiring&) const = default;

  const device::ResolvedProperty* find(const std::string& property) const;
};

Wiring make_wiring(const device::Device& device, const device::DeviceModel& model);

/// One sentence.
std::string list_issues(const std::vector<device::Issue>& issues);

}  // namespace hearth::runtime
