// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <functional>
#include <optional>

#include "cloud/api/body.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::string_view kMagic{"k8s\0", 4};

/// Walks the fields of one message: calls back with length-delimited fields, skips scalars.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}

  /// False when the bytes are no protobuf message.
  bool each(const std::function<bool(std::uint32_t, std::string_view)>& on_bytes) {
    while (!rest_.empty()) {
      const auto tag = varint();
      if (!tag || *tag >> 3 == 0 || *tag >> 3 > 0x1fffffff) return false;
      if (!field(static_cast<std::uint32_t>(*tag >> 3), *tag & 7U, on_bytes)) return false;
    }
    return true;
  }

 private:
  bool field(std::uint32_t number, std::uint64_t wire_type,
             const std::function<bool(std::uint32_t, std::string_view)>& on_bytes) {
    if (wire_type == 0) return varint().has_value();
    if (wire_type == 1) return skip(8);
    if (wire_type == 5) return skip(4);
    if (wire_type != 2) return false;
    const auto size = varint();
    if (!size || *size > rest_.size()) return false;
    const auto value = rest_.substr(0, *size);
    rest_.remove_prefix(*size);
    return on_bytes(number, value);
  }

  std::optional<std::uint64_t> varint() {
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

  bool skip(std::size_t count) {
    if (rest_.size() < count) return false;
    rest_.remove_prefix(count);
    return true;
  }

  std::string_view rest_;
};

bool read_map_entry(std::string_view bytes, json& map) {
  std::string key;
  std::string value;
  const bool read = Fields(bytes).each([&](std::uint32_t number, std::string_view text) {
    if (number == 1) key = text;
    if (number == 2) value = text;
    return true;
  });
  if (read) map[key] = value;
  return read;
}

/// Proto2 writes unset strings as empty ones: those are left out.
bool read_meta(std::string_view bytes, json& meta) {
  meta = json::object();
  return Fields(bytes).each([&](std::uint32_t number, std::string_view text) {
    const auto put = [&](const char* name) {
      if (!text.empty()) meta[name] = text;
      return true;
    };
    switch (number) {
      case 1:
        return put("name");
      case 2:
        return put("generateName");
      case 3:
        return put("namespace");
      case 5:
        return put("uid");
      case 6:
        return put("resourceVersion");
      case 11:
        return read_map_entry(text, meta["labels"]);
      case 12:
        return read_map_entry(text, meta["annotations"]);
      default:
        return true;
    }
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
  return Fields(bytes).each([&](std::uint32_t number, std::string_view text) {
    if (number == 2) envelope.raw = text;
    if (number != 1) return true;
    return Fields(text).each([&](std::uint32_t inner, std::string_view value) {
      if (inner == 1) envelope.api_version = value;
      if (inner == 2) envelope.kind = value;
      return true;
    });
  });
}

}  // namespace

Answer<json> decode_protobuf(std::string_view bytes) {
  Envelope envelope;
  if (!bytes.starts_with(kMagic) || !read_envelope(bytes.substr(kMagic.size()), envelope))
    return no_protobuf();
  json object = {{"apiVersion", envelope.api_version}, {"kind", envelope.kind}};
  if (envelope.kind == "DeleteOptions") return object;
  if (envelope.kind != "Namespace") {
    return unsupported_type("application/json, application/yaml");
  }
  const bool read = Fields(envelope.raw).each([&](std::uint32_t number, std::string_view text) {
    return number != 1 || read_meta(text, object["metadata"]);
  });
  if (!read) return no_protobuf();
  return object;
}

}  // namespace hearth::api
