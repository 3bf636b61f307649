// SPDX-License-Identifier: Apache-2.0
// The keys of a virtual device's configData.
// Thread: none, pure functions.   Errors: issues with their path.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <vector>

#include "plugins/virtual/waveform.hpp"
#include "sdk/mapper/mapper.hpp"

namespace hearth::virtual_device {

struct PropertyOptions {
  device::PropertyType type = device::PropertyType::string;
  bool read_only = false;
  device::Value initial;                      ///< of the property's type; its zero if not given
  std::optional<WaveformOptions> waveform;    ///< none: the value is what was written
  std::chrono::milliseconds latency{0};       ///< how long each call takes
  std::optional<std::int64_t> fail_every;     ///< every n-th call fails
  std::optional<std::filesystem::path> file;  ///< the value lives in this file
};

PropertyOptions read_options(const mapper::PropertyConfig& property, std::uint64_t seed,
                             mapper::Config& config);

/// protocol.configData's seed.
std::uint64_t read_seed(const mapper::DeviceConfig& device, std::vector<mapper::Issue>& issues);

/// 0, "", false, or no bytes.
device::Value zero_of(device::PropertyType type);

/// A waveform's number as a value: BOOLEAN is true in the upper half of the range, STRING and BYTES hold the
/// number's text.
device::Value value_of(double number, device::PropertyType type, const WaveformOptions& range);

}  // namespace hearth::virtual_device
