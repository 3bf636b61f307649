// SPDX-License-Identifier: Apache-2.0
// `--manifests DIR`: the same DeviceModel and Device files that are applied to the cloud, read from a folder.
// Thread: start-up.   Errors: all faults of all files in one Error, each with file:line:column.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "host/options.hpp"
#include "host/twin/device_twin.hpp"
#include "sdk/base/error.hpp"
#include "sdk/device/device.hpp"

namespace hearth::host {

struct Manifests {
  std::vector<std::pair<device::DeviceModel, nlohmann::json>> models;
  std::vector<std::pair<device::Device, nlohmann::json>> devices;  ///< those of this node, or of none
};

/// Every *.yaml and *.yml of the folder, in the order of their names.
Result<Manifests> read_manifests(const std::filesystem::path& folder, const std::string& node_name);

/// The folder of the options as it is now: what it no longer holds goes; without a folder, all that ever came from one.
Result<void> apply_manifests(const HostOptions& options, twin::DeviceTwin& twin);

}  // namespace hearth::host
