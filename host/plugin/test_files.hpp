// SPDX-License-Identifier: Apache-2.0
// What the tests of this folder share: mappers built for the tests, and a device to open.
// Thread: a test's.   Errors: a test's failure.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sdk/device/device.hpp"
#include "sdk/mapper/types.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::plugin::test {

namespace fs = std::filesystem;
using FileBytes = std::vector<std::uint8_t>;

using hearth::test::TempFolder;

inline fs::path probe_file() {
  return fs::path(HEARTH_TEST_MAPPERS) / "probe.so";
}
inline fs::path no_symbol_file() {
  return fs::path(HEARTH_TEST_MAPPERS) / "no_symbol.so";
}
inline fs::path virtual_file() {
  return fs::path(HEARTH_BUILT_MAPPERS) / "virtual.so";
}
inline fs::path gpio_file() {
  return fs::path(HEARTH_BUILT_MAPPERS) / "gpio.so";
}

inline FileBytes bytes_of(const fs::path& file) {
  FileBytes bytes(fs::file_size(file));
  std::ifstream(file, std::ios::binary)
      .read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

/// Written beside and renamed into place, as an installer does it, with mode 0755.
inline fs::path put_file(const fs::path& file, const FileBytes& bytes) {
  auto temporary = file;
  temporary += ".part";
  std::ofstream(temporary, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  fs::permissions(temporary, fs::perms::owner_all | fs::perms::group_read | fs::perms::others_read);
  fs::rename(temporary, file);
  return file;
}

/// Replaces the first occurrence of `from` after `anchor` by `to` of the same length.
inline FileBytes patched(FileBytes bytes, std::string_view anchor, std::string_view from,
                         std::string_view to) {
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto start = text.find(anchor);
  const auto at = start == text.npos ? start : text.find(from, start);
  EXPECT_NE(at, text.npos) << "nothing to patch: " << anchor;
  EXPECT_EQ(from.size(), to.size());
  if (at != text.npos) std::copy(to.begin(), to.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
  return bytes;
}

inline mapper::Deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(5);
}

inline device::ResolvedProperty property(std::string name, device::PropertyType type,
                                         nlohmann::json config = nlohmann::json::object(),
                                         device::AccessMode access = device::AccessMode::read_write) {
  device::ResolvedProperty out;
  out.model.name = name;
  out.model.type = type;
  out.model.access = access;
  out.device.name = std::move(name);
  out.config = std::move(config);
  return out;
}

inline device::ResolvedDevice device_of(std::string protocol,
                                        std::vector<device::ResolvedProperty> properties,
                                        nlohmann::json config = nlohmann::json::object()) {
  device::ResolvedDevice out;
  out.meta.id = {"default", "lamp"};
  out.model_name = "lamp";
  out.protocol_name = std::move(protocol);
  out.config = std::move(config);
  out.properties = std::move(properties);
  return out;
}

}  // namespace hearth::plugin::test
