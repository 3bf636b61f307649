// SPDX-License-Identifier: Apache-2.0
// What the author of a mapper writes against: derive from Mapper and Device, and end one source file with
// HEARTH_MAPPER(MyMapper) Name, version, models, protocols and config schema stand in mapper.json (see
// README.md).
// Thread: a Mapper's members may be called from several threads at once; a Device's never overlap, nor do
// those of devices with the same bus key.
// Errors: Status; an exception that escapes becomes a status of class bug.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/device/value.hpp"
#include "sdk/mapper/abi.h"
#include "sdk/mapper/config.hpp"
#include "sdk/mapper/types.hpp"

namespace hearth::mapper {

/// The mapper's own number for a prepared property.
using Handle = std::uint64_t;

struct PropertyConfig {
  std::string name;
  device::PropertyType type = device::PropertyType::string;
  bool read_only = false;
  std::string unit;
  nlohmann::json config = nlohmann::json::object();  ///< visitors.configData
};

struct DeviceConfig {
  std::string ns;
  std::string name;
  std::string model;
  std::string protocol;
  nlohmann::json config = nlohmann::json::object();  ///< protocol.configData
  std::vector<PropertyConfig> properties;
};

/// What the host does for a mapper. Cheap to copy; valid as long as the mapper.
class Host {
 public:
  explicit Host(const hearth_host* host) : host_(host) {}

  /// What a developer wants; info: what an operator wants once; warn: something a user should mend.
  void debug(std::string_view text) const { log(HEARTH_LOG_DEBUG, text); }
  void info(std::string_view text) const { log(HEARTH_LOG_INFO, text); }
  void warn(std::string_view text) const { log(HEARTH_LOG_WARN, text); }
  void error(std::string_view text) const { log(HEARTH_LOG_ERROR, text); }

 private:
  void log(std::uint32_t level, std::string_view text) const;

  const hearth_host* host_;
};

/// Pushes a value to the host. Valid until the device's destructor returns.
using Push = std::function<void(Handle, const ReadResult&)>;

/// An open device. Its destructor closes it, and joins the threads it started.
class Device {
 public:
  virtual ~Device() = default;

  /// Called once for each property before it is read or written.
  virtual Expected<Handle> prepare(const PropertyConfig& property) = 0;
  virtual ReadResult read(Handle property, Deadline deadline) = 0;
  virtual WriteOutcome write(Handle property, const device::Value& value, Deadline deadline) = 0;

  /// Override to merge reads. As it is: one after the other, and past the deadline the rest is busy.
  virtual std::vector<ReadResult> read_batch(std::span<const Handle> properties, Deadline deadline);
  /// No I/O: what stands in the way of the next call.
  virtual Status health() { return {}; }
  /// Only called if the mapper's kSubscribes is true.
  virtual Status subscribe(std::span<const Handle> properties, Push push);
};

class Mapper {
 public:
  /// Declare it true in your mapper if its devices override subscribe.
  static constexpr bool kSubscribes = false;

  explicit Mapper(Host host) : host_(host) {}
  virtual ~Mapper() = default;
  Mapper(const Mapper&) = delete;
  Mapper& operator=(const Mapper&) = delete;

  /// What the schema of mapper.json cannot say. No I/O.
  virtual std::vector<Issue> validate(const DeviceConfig& config) const;
  /// Names the connection that the device shares with others, such as "/dev/ttyUSB0". No I/O.
  virtual Expected<std::string> bus_key(const DeviceConfig& config) const = 0;
  virtual Expected<std::unique_ptr<Device>> open(const DeviceConfig& config, Deadline deadline) = 0;
  /// Offered to the host only if overridden.
  virtual Expected<std::vector<Discovered>> discover(Deadline deadline);

 protected:
  const Host& host() const { return host_; }

 private:
  Host host_;
};

}  // namespace hearth::mapper

#include "sdk/mapper/entry.hpp"
