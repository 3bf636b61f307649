// SPDX-License-Identifier: Apache-2.0
#include "plugins/virtual/value_file.hpp"

#include <fstream>
#include <string>
#include <system_error>

namespace hearth::virtual_device {

namespace fs = std::filesystem;

mapper::Expected<device::Value> read_value_file(const fs::path& file, device::PropertyType type,
                                                const device::Value& absent) {
  std::error_code ec;
  const auto status = fs::status(file, ec);
  if (!fs::exists(status)) return absent;
  if (!fs::is_regular_file(status))
    return mapper::unit_error("the value file " + file.string() + " is no file");
  std::ifstream in(file, std::ios::binary);
  std::string text(device::kMaxValueSize + 2, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || !in.is_open())
    return mapper::unit_error("the value file " + file.string() + " cannot be read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  const auto end = text.find_last_not_of(" \t\r\n");
  text.resize(end == std::string::npos ? 0 : end + 1);
  auto value = device::parse_value(type, text);
  if (!value) return mapper::point_error(file.string() + ": " + value.error().text);
  return *value;
}

mapper::Status write_value_file(const fs::path& file, const device::Value& value) {
  auto temporary = file;
  temporary += ".new";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out << device::print_value(value) << '\n';
  out.close();
  std::error_code ec;
  if (out) fs::rename(temporary, file, ec);
  if (!out || ec) {
    return mapper::unit_error("the value file " + file.string() + " cannot be written; is its folder there?");
  }
  return {};
}

}  // namespace hearth::virtual_device
