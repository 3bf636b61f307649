// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/openapi/protobuf_writer.hpp"

#include <bit>

namespace hearth::openapi {
namespace {

constexpr std::uint32_t kVarint = 0;
constexpr std::uint32_t kFixed64 = 1;
constexpr std::uint32_t kLengthDelimited = 2;

}  // namespace

void ProtobufWriter::bytes(std::uint32_t field, std::string_view value) {
  tag(field, kLengthDelimited);
  raw_varint(value.size());
  data_ += value;
}

void ProtobufWriter::varint(std::uint32_t field, std::uint64_t value) {
  tag(field, kVarint);
  raw_varint(value);
}

void ProtobufWriter::float64(std::uint32_t field, double value) {
  tag(field, kFixed64);
  auto bits = std::bit_cast<std::uint64_t>(value);
  for (int i = 0; i < 8; ++i, bits >>= 8U)
    data_ += static_cast<char>(bits & 0xFFU);
}

void ProtobufWriter::tag(std::uint32_t field, std::uint32_t wire_type) {
  raw_varint((field << 3U) | wire_type);
}

void ProtobufWriter::raw_varint(std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U)
    data_ += static_cast<char>((value & 0x7FU) | 0x80U);
  data_ += static_cast<char>(value);
}

}  // namespace hearth::openapi
