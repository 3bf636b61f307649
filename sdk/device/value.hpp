// SPDX-License-Identifier: Apache-2.0
// A property's value in the types a DeviceModel knows, and its text form in twins and manifests.
// Thread: plain values.   Errors: text that does not fit the type gives an Error naming both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::device {

/// DeviceModel's spec.properties[].type (KubeEdge v1beta1; STREAM carries no value and is not among them).
enum class PropertyType { integer, single, real, string, boolean, bytes };

/// INT, FLOAT, DOUBLE, STRING, BOOLEAN, BYTES.
std::string_view to_string(PropertyType type);
Result<PropertyType> parse_property_type(std::string_view text);

using Bytes = std::vector<std::uint8_t>;

/// One alternative per PropertyType, in its order.
using Value = std::variant<std::int64_t, float, double, std::string, bool, Bytes>;

PropertyType type_of(const Value& value);

/// The longest text a value may have (UTF-8 bytes).
inline constexpr std::size_t kMaxValueSize = 64 * 1024;

/// INT takes decimal int64; FLOAT and DOUBLE finite decimals; BOOLEAN true/false (any case), 1/0, on/off;
/// STRING any UTF-8; BYTES base64.
Result<Value> parse_value(PropertyType type, std::string_view text);

/// Shortest text that parse_value reads back as the same value. BOOLEAN prints true or false, BYTES base64.
std::string print_value(const Value& value);

/// The value as a number, for range checks; nothing for STRING, BOOLEAN and BYTES.
std::optional<double> numeric(const Value& value);

/// What twin metadata.type says of this type: int, float, double, string, boolean, bytes.
std::string_view twin_type(PropertyType type);

}  // namespace hearth::device
