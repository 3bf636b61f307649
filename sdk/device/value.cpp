// SPDX-License-Identifier: Apache-2.0
#include "sdk/device/value.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "sdk/base/base64.hpp"
#include "sdk/base/utf8.hpp"

namespace hearth::device {
namespace {

struct TypeName {
  PropertyType type;
  std::string_view model;  ///< in DeviceModel
  std::string_view twin;   ///< in twin metadata
};

constexpr std::array kTypeNames{
    TypeName{PropertyType::integer, "INT", "int"},         TypeName{PropertyType::single, "FLOAT", "float"},
    TypeName{PropertyType::real, "DOUBLE", "double"},      TypeName{PropertyType::string, "STRING", "string"},
    TypeName{PropertyType::boolean, "BOOLEAN", "boolean"}, TypeName{PropertyType::bytes, "BYTES", "bytes"},
};

const TypeName& names_of(PropertyType type) {
  return kTypeNames[static_cast<std::size_t>(type)];
}

Error does_not_fit(PropertyType type, std::string_view text, std::string_view wanted) {
  return invalid("BadValue",
                 fmt::format("\"{}\" is no {}: expected {}", text.substr(0, 80), to_string(type), wanted));
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

template <class Float>
Result<Value> parse_float(PropertyType type, std::string_view text) {
  const auto number = whole_number<Float>(text);
  if (!number || !std::isfinite(*number)) return does_not_fit(type, text, "a finite decimal such as 20.5");
  return Value(*number);
}

Result<Value> parse_integer(std::string_view text) {
  const auto number = whole_number<std::int64_t>(text);
  if (!number) return does_not_fit(PropertyType::integer, text, "a decimal integer of 64 bits such as 42");
  return Value(*number);
}

Result<Value> parse_boolean(std::string_view text) {
  for (const std::string_view word : {"true", "1", "on"}) {
    if (boost::iequals(text, word)) return Value(true);
  }
  for (const std::string_view word : {"false", "0", "off"}) {
    if (boost::iequals(text, word)) return Value(false);
  }
  return does_not_fit(PropertyType::boolean, text, "true or false");
}

Result<Value> parse_bytes(std::string_view text) {
  const auto bytes = decode_base64(text);
  if (!bytes) return does_not_fit(PropertyType::bytes, text, "base64 such as AAEC");
  return Value(Bytes(bytes->begin(), bytes->end()));
}

std::string print_bytes(const Bytes& bytes) {
  return encode_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

struct Printer {
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(float value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const Bytes& value) const { return print_bytes(value); }
};

struct ToNumber {
  std::optional<double> operator()(std::int64_t value) const { return static_cast<double>(value); }
  std::optional<double> operator()(float value) const { return value; }
  std::optional<double> operator()(double value) const { return value; }
  std::optional<double> operator()(const std::string&) const { return std::nullopt; }
  std::optional<double> operator()(bool) const { return std::nullopt; }
  std::optional<double> operator()(const Bytes&) const { return std::nullopt; }
};

}  // namespace

std::string_view to_string(PropertyType type) {
  return names_of(type).model;
}

std::string_view twin_type(PropertyType type) {
  return names_of(type).twin;
}

Result<PropertyType> parse_property_type(std::string_view text) {
  for (const auto& name : kTypeNames) {
    if (boost::iequals(name.model, text)) return name.type;
  }
  return invalid("BadType",
                 fmt::format("\"{}\" is no property type: expected INT, FLOAT, DOUBLE, STRING, BOOLEAN or "
                             "BYTES",
                             text.substr(0, 40)));
}

PropertyType type_of(const Value& value) {
  return static_cast<PropertyType>(value.index());
}

Result<Value> parse_value(PropertyType type, std::string_view text) {
  if (text.size() > kMaxValueSize) {
    return invalid("ValueTooLong",
                   fmt::format("value of {} bytes: at most {} are allowed", text.size(), kMaxValueSize));
  }
  switch (type) {
    case PropertyType::integer:
      return parse_integer(text);
    case PropertyType::single:
      return parse_float<float>(type, text);
    case PropertyType::real:
      return parse_float<double>(type, text);
    case PropertyType::boolean:
      return parse_boolean(text);
    case PropertyType::bytes:
      return parse_bytes(text);
    case PropertyType::string:
      if (!is_utf8(text)) return does_not_fit(type, "…", "UTF-8");
      return Value(std::string(text));
  }
  return internal_error("property type out of range");
}

std::string print_value(const Value& value) {
  return std::visit(Printer{}, value);
}

std::optional<double> numeric(const Value& value) {
  return std::visit(ToNumber{}, value);
}

}  // namespace hearth::device
