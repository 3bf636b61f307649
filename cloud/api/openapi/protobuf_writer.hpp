// SPDX-License-Identifier: Apache-2.0
// Writes protobuf's wire format, as little of it as a document needs.
// Thread: none, a plain value.   Errors: none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hearth::openapi {

class ProtobufWriter {
 public:
  /// Strings, and messages already written.
  void bytes(std::uint32_t field, std::string_view value);
  /// Integers (negative ones as two's complement) and booleans.
  void varint(std::uint32_t field, std::uint64_t value);
  void float64(std::uint32_t field, double value);

  const std::string& data() const { return data_; }
  std::string take() && { return std::move(data_); }

 private:
  void tag(std::uint32_t field, std::uint32_t wire_type);
  void raw_varint(std::uint64_t value);

  std::string data_;
};

}  // namespace hearth::openapi
