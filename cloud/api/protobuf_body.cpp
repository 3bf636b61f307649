// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "cloud/api/body.hpp"
#include "cloud/api/protobuf_messages.hpp"
#include "cloud/api/protobuf_reader.hpp"
#include "sdk/base/base64.hpp"
#include "sdk/base/time.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::string_view kMagic{"k8s\0", 4};
/// Years 1 to 9999: what RFC 3339 can say.
constexpr std::int64_t kFirstSecond = -62135596800;
constexpr std::int64_t kLastSecond = 253402300799;

bool read_message(std::string_view message, std::string_view bytes, json& object);

bool read_entry(Form form, std::string_view bytes, json& map) {
  std::string key;
  std::string_view value;
  const bool read = ProtobufReader(bytes).each([&](const ProtobufField& field) {
    if (field.number == 1) key = field.bytes;
    if (field.number == 2) value = field.bytes;
    return true;
  });
  if (!read) return false;
  if (form == Form::text_map) map[key] = value;
  if (form == Form::bytes_map) map[key] = encode_base64(value);
  if (form != Form::quantity_map) return true;
  return ProtobufReader(value).each([&](const ProtobufField& field) {
    if (field.number == 1) map[key] = field.bytes;
    return true;
  });
}

/// Nothing at all for the time that was never set.
bool read_time(Form form, std::string_view bytes, json& value) {
  if (bytes.empty()) return true;
  std::int64_t seconds = 0;
  std::int64_t nanos = 0;
  const bool read = ProtobufReader(bytes).each([&](const ProtobufField& field) {
    if (field.number == 1) seconds = static_cast<std::int64_t>(field.number_value);
    if (field.number == 2) nanos = static_cast<std::int64_t>(field.number_value);
    return true;
  });
  if (!read || seconds < kFirstSecond || seconds > kLastSecond || nanos < 0 || nanos > 999'999'999)
    return false;
  const std::chrono::sys_seconds whole{std::chrono::seconds(seconds)};
  const auto time = std::chrono::time_point_cast<WallTime::duration>(whole) +
                    std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds(nanos));
  value = form == Form::time ? to_rfc3339(time) : to_rfc3339_micro(time);
  return true;
}

void read_number(Form form, std::uint64_t number, json& object, std::string_view name) {
  const bool unset = number == 0 && (form == Form::count || form == Form::raised_flag);
  if (unset) return;
  if (form == Form::flag || form == Form::raised_flag) {
    object[std::string(name)] = number != 0;
  } else {
    object[std::string(name)] = static_cast<std::int64_t>(number);
  }
}

bool read_bytes(const MessageField& known, std::string_view bytes, json& object) {
  const std::string name(known.name);
  switch (known.form) {
    case Form::text:
      // Texts that are not set are sent as empty ones.
      if (!bytes.empty()) object[name] = bytes;
      return true;
    case Form::texts:
      object[name].push_back(bytes);
      return true;
    case Form::time:
    case Form::micro_time: {
      json value;
      if (!read_time(known.form, bytes, value)) return false;
      if (!value.is_null()) object[name] = std::move(value);
      return true;
    }
    case Form::message:
      if (object[name].is_null()) object[name] = json::object();
      return read_message(known.of, bytes, object[name]);
    case Form::messages:
      return read_message(known.of, bytes, object[name].emplace_back(json::object()));
    case Form::text_map:
    case Form::bytes_map:
    case Form::quantity_map:
      return read_entry(known.form, bytes, object[name]);
    case Form::number:
    case Form::count:
    case Form::flag:
    case Form::raised_flag:
      return false;
  }
  return false;
}

bool takes_number(Form form) {
  return form == Form::number || form == Form::count || form == Form::flag || form == Form::raised_flag;
}

/// As deep as the table of messages goes, which is not in a circle.
bool read_message(std::string_view message, std::string_view bytes, json& object) {
  return ProtobufReader(bytes).each([&](const ProtobufField& field) {
    const auto* known = find_field(message, field.number);
    if (known == nullptr) return true;
    if (field.is_bytes) return read_bytes(*known, field.bytes, object);
    if (!takes_number(known->form)) return false;
    read_number(known->form, field.number_value, object, known->name);
    return true;
  });
}

Status no_protobuf() {
  return bad_request("the body of the request is not the protobuf message it claims to be");
}

struct Envelope {
  std::string api_version;
  std::string kind;
  std::string_view raw;
};

bool read_envelope(std::string_view bytes, Envelope& envelope) {
  return ProtobufReader(bytes).each([&](const ProtobufField& field) {
    if (field.number == 2) envelope.raw = field.bytes;
    if (field.number != 1) return true;
    return ProtobufReader(field.bytes).each([&](const ProtobufField& inner) {
      if (inner.number == 1) envelope.api_version = inner.bytes;
      if (inner.number == 2) envelope.kind = inner.bytes;
      return true;
    });
  });
}

}  // namespace

Answer<json> decode_protobuf(std::string_view bytes) {
  Envelope envelope;
  if (!bytes.starts_with(kMagic) || !read_envelope(bytes.substr(kMagic.size()), envelope))
    return no_protobuf();
  const auto message = message_of(envelope.api_version, envelope.kind);
  if (message.empty()) return unsupported_type("application/json, application/yaml");
  json object = {{"apiVersion", envelope.api_version}, {"kind", envelope.kind}};
  if (!read_message(message, envelope.raw, object)) return no_protobuf();
  return object;
}

}  // namespace hearth::api
