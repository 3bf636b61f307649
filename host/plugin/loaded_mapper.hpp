// SPDX-License-Identifier: Apache-2.0
// A mapper whose file is open, and its devices, as plain C++: the host's side of the C boundary.
// Thread: LoadedMapper's members may be called from several threads at once; a LoadedDevice from one at a
// time (the strand of its bus key). All may block up to their deadline, so not on the io_context thread,
// except validate and bus_key, which do no I/O.
// Errors: statuses; nothing a mapper does wrong is thrown from here.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/plugin/elf_note.hpp"
#include "sdk/base/error.hpp"
#include "sdk/device/device.hpp"
#include "sdk/mapper/types.hpp"

namespace hearth::plugin {

using mapper::Deadline;
using mapper::Discovered;
using mapper::Expected;
using mapper::PushSink;
using mapper::Quality;
using mapper::ReadResult;
using mapper::Status;
using mapper::StatusClass;
using mapper::WriteOutcome;

/// An open device. Destroying it closes the device; the mapper's file stays open as long as one lives.
class LoadedDevice {
 public:
  class Impl;
  explicit LoadedDevice(std::unique_ptr<Impl> impl);
  ~LoadedDevice();
  LoadedDevice(const LoadedDevice&) = delete;
  LoadedDevice& operator=(const LoadedDevice&) = delete;

  /// One result for each property named, in that order. A property whose config the mapper refused, or that
  /// the device does not have, answers with a config status; the others are read all the same.
  std::vector<ReadResult> read(std::span<const std::string> properties, Deadline deadline);
  WriteOutcome write(const std::string& property, const device::Value& value, Deadline deadline);

  bool can_subscribe() const;
  /// The sink may be called from any thread until this object is destroyed.
  Status subscribe(std::span<const std::string> properties, PushSink sink);

  /// ok, or what stands in the way of the next call; no I/O.
  Status health();

 private:
  std::unique_ptr<Impl> impl_;
};

class LoadedMapper {
 public:
  class Impl;
  explicit LoadedMapper(std::shared_ptr<Impl> impl);
  ~LoadedMapper();
  LoadedMapper(const LoadedMapper&) = delete;
  LoadedMapper& operator=(const LoadedMapper&) = delete;

  /// Opens a private copy of the file, so that whatever happens to the file later does not reach the running
  /// code, and compares its descriptor with the note. Error code MapperRefused with both sides and the mend.
  static Result<std::shared_ptr<LoadedMapper>> load(const std::filesystem::path& file,
                                                    const MapperNote& note);

  const MapperNote& note() const;
  const std::filesystem::path& file() const;

  /// The note's schema first, and if that is kept, the mapper's own opinion. Paths are those of a Device:
  /// "spec.protocol.configData.x", "spec.properties[0].visitors.configData.y".
  std::vector<device::Issue> validate(const device::ResolvedDevice& device) const;

  /// The name of the connection the device shares with others; calls of one key must not overlap.
  Expected<std::string> bus_key(const device::ResolvedDevice& device) const;

  /// Opens the device and prepares its properties.
  Expected<std::unique_ptr<LoadedDevice>> open(const device::ResolvedDevice& device, Deadline deadline) const;

  bool can_discover() const;
  Expected<std::vector<Discovered>> discover(Deadline deadline) const;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::plugin
