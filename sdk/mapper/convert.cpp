// SPDX-License-Identifier: Apache-2.0
#include "sdk/mapper/convert.hpp"

namespace hearth::mapper {

using device::PropertyType;
using device::Value;

std::string_view view(hearth_string text) {
  return text.data ? std::string_view(text.data, text.size) : std::string_view();
}

hearth_class to_abi(StatusClass cls) {
  switch (cls) {
    case StatusClass::ok:
      return HEARTH_OK;
    case StatusClass::config:
      return HEARTH_CONFIG;
    case StatusClass::point:
      return HEARTH_POINT;
    case StatusClass::unit:
      return HEARTH_UNIT;
    case StatusClass::link:
      return HEARTH_LINK;
    case StatusClass::busy:
      return HEARTH_BUSY;
    case StatusClass::bug:
      return HEARTH_BUG;
  }
  return HEARTH_BUG;
}

StatusClass status_class_from_abi(hearth_class cls) {
  return cls <= HEARTH_BUG ? static_cast<StatusClass>(cls) : StatusClass::bug;
}

hearth_status to_abi(const Status& status) {
  return {to_abi(status.cls), 0, borrow(status.text)};
}

Status from_abi(const hearth_status& status) {
  return {status_class_from_abi(status.cls), std::string(view(status.text))};
}

std::uint32_t to_abi(PropertyType type) {
  switch (type) {
    case PropertyType::integer:
      return HEARTH_INT;
    case PropertyType::single:
      return HEARTH_FLOAT;
    case PropertyType::real:
      return HEARTH_DOUBLE;
    case PropertyType::string:
      return HEARTH_STRING;
    case PropertyType::boolean:
      return HEARTH_BOOLEAN;
    case PropertyType::bytes:
      return HEARTH_BYTES;
  }
  return HEARTH_STRING;
}

std::optional<PropertyType> property_type_from_abi(std::uint32_t type) {
  if (type > HEARTH_BYTES) return std::nullopt;
  return static_cast<PropertyType>(type);
}

namespace {

struct ValueFiller {
  hearth_value& out;

  void operator()(std::int64_t value) const { out.type = HEARTH_INT, out.as.integer = value; }
  void operator()(float value) const { out.type = HEARTH_FLOAT, out.as.single = value; }
  void operator()(double value) const { out.type = HEARTH_DOUBLE, out.as.real = value; }
  void operator()(bool value) const { out.type = HEARTH_BOOLEAN, out.as.boolean = value ? 1 : 0; }
  void operator()(const std::string& value) const { out.type = HEARTH_STRING, out.as.string = borrow(value); }
  void operator()(const device::Bytes& value) const {
    out.type = HEARTH_BYTES;
    out.as.string = {reinterpret_cast<const char*>(value.data()), value.size()};
  }
};

}  // namespace

hearth_value to_abi(const Value& value) {
  hearth_value out{};
  std::visit(ValueFiller{out}, value);
  return out;
}

std::optional<Value> from_abi(const hearth_value& value) {
  const auto type = property_type_from_abi(value.type);
  if (!type) return std::nullopt;
  switch (*type) {
    case PropertyType::integer:
      return Value(value.as.integer);
    case PropertyType::single:
      return Value(value.as.single);
    case PropertyType::real:
      return Value(value.as.real);
    case PropertyType::boolean:
      return Value(value.as.boolean != 0);
    case PropertyType::string:
      return Value(std::string(view(value.as.string)));
    case PropertyType::bytes: {
      const auto bytes = view(value.as.string);
      return Value(device::Bytes(bytes.begin(), bytes.end()));
    }
  }
  return std::nullopt;
}

hearth_read_result to_abi(const ReadResult& result) {
  hearth_read_result out{};
  out.status = to_abi(result.status);
  out.value = to_abi(result.value);
  if (result.source_time) {
    out.source_time =
        std::chrono::duration_cast<std::chrono::nanoseconds>(result.source_time->time_since_epoch()).count();
  }
  out.quality = static_cast<std::uint32_t>(result.quality);
  return out;
}

ReadResult from_abi(const hearth_read_result& result) {
  ReadResult out;
  out.status = from_abi(result.status);
  if (result.source_time != 0) {
    out.source_time = SourceTime(
        std::chrono::duration_cast<SourceTime::duration>(std::chrono::nanoseconds(result.source_time)));
  }
  out.quality = result.quality <= HEARTH_STALE ? static_cast<Quality>(result.quality) : Quality::uncertain;
  if (!out.status.ok()) return out;
  if (auto value = from_abi(result.value)) {
    out.value = std::move(*value);
  } else {
    out.status =
        bug_error("the mapper returned a value of an unknown type " + std::to_string(result.value.type));
  }
  return out;
}

hearth_write_result to_abi(const WriteOutcome& outcome) {
  hearth_write_result out{};
  out.outcome = static_cast<std::uint32_t>(outcome.kind);
  out.status = to_abi(outcome.status);
  if (outcome.actual) {
    out.has_actual = 1;
    out.actual = to_abi(*outcome.actual);
  }
  return out;
}

WriteOutcome from_abi(const hearth_write_result& result) {
  WriteOutcome out;
  out.status = from_abi(result.status);
  if (result.outcome > HEARTH_FAILED) {
    out.status = bug_error("the mapper returned an unknown outcome " + std::to_string(result.outcome));
    return out;
  }
  out.kind = static_cast<WriteOutcome::Kind>(result.outcome);
  if (result.has_actual != 0) out.actual = from_abi(result.actual);
  if (out.kind == WriteOutcome::Kind::failed && out.status.ok()) {
    out.status = bug_error("the mapper failed to write and gave no reason");
  }
  return out;
}

std::int64_t to_abi(Deadline deadline) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count();
}

Deadline deadline_from_abi(std::int64_t nanoseconds) {
  return Deadline(std::chrono::duration_cast<Deadline::duration>(std::chrono::nanoseconds(nanoseconds)));
}

}  // namespace hearth::mapper
