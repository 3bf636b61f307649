// SPDX-License-Identifier: Apache-2.0
// The fields of one protobuf message, one after the other.
// Thread: plain value on somebody else's bytes.   Errors: false for bytes that are no message.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace hearth::api {

struct ProtobufField {
  std::uint32_t number = 0;
  bool is_bytes = false;  ///< a text, a message, …; otherwise a whole number
  std::string_view bytes;
  std::uint64_t number_value = 0;
};

class ProtobufReader {
 public:
  explicit ProtobufReader(std::string_view bytes) : rest_(bytes) {}

  /// Skips fields of fixed width, of which Kubernetes sends none. `on_field` says whether it could read the field.
  bool each(const std::function<bool(const ProtobufField&)>& on_field);

 private:
  bool one(const std::function<bool(const ProtobufField&)>& on_field);
  std::optional<std::uint64_t> varint();
  bool skip(std::size_t count);

  std::string_view rest_;
};

}  // namespace hearth::api
