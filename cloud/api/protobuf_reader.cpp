// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/protobuf_reader.hpp"

namespace hearth::api {

bool ProtobufReader::each(const std::function<bool(const ProtobufField&)>& on_field) {
  while (!rest_.empty()) {
    if (!one(on_field)) return false;
  }
  return true;
}

bool ProtobufReader::one(const std::function<bool(const ProtobufField&)>& on_field) {
  const auto tag = varint();
  if (!tag || *tag >> 3 == 0 || *tag >> 3 > 0x1fffffff) return false;
  ProtobufField field;
  field.number = static_cast<std::uint32_t>(*tag >> 3);
  const auto wire_type = *tag & 7U;
  if (wire_type == 1) return skip(8);
  if (wire_type == 5) return skip(4);
  if (wire_type != 0 && wire_type != 2) return false;
  const auto value = varint();
  if (!value) return false;
  if (wire_type == 0) {
    field.number_value = *value;
    return on_field(field);
  }
  if (*value > rest_.size()) return false;
  field.is_bytes = true;
  field.bytes = rest_.substr(0, *value);
  rest_.remove_prefix(*value);
  return on_field(field);
}

std::optional<std::uint64_t> ProtobufReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

bool ProtobufReader::skip(std::size_t count) {
  if (rest_.size() < count) return false;
  rest_.remove_prefix(count);
  return true;
}

}  // namespace hearth::api
