// SPDX-License-Identifier: Apache-2.0
// Reads Device and DeviceModel documents field by field, so that each wrong one is named by its path.
#include <fmt/format.h>

#include <charconv>

#include "sdk/device/device.hpp"

namespace hearth::device {
namespace {

using nlohmann::json;

/// One JSON object and where it stands. Remembers the first thing that was wrong; later reads then give
/// defaults.
class Reader {
 public:
  Reader(const json& object, std::string path, std::optional<Error>& error)
      : object_(object), path_(std::move(path)), error_(error) {
    if (!object_.is_object()) fail("", "must be an object");
  }

  std::string text(const char* key) const {
    const auto* value = get(key);
    if (!value) return {};
    if (!value->is_string()) return fail(key, "must be a string"), std::string();
    return value->get<std::string>();
  }

  std::string required_text(const char* key) const {
    auto value = text(key);
    if (value.empty()) fail(key, "must be given");
    return value;
  }

  /// Range bounds are strings in v1beta1; numbers are taken too.
  std::optional<double> number(const char* key) const {
    const auto* value = get(key);
    if (!value) return std::nullopt;
    if (value->is_number()) return value->get<double>();
    const auto written = text(key);
    if (written.empty()) return std::nullopt;
    double number = 0;
    const auto end = written.data() + written.size();
    if (std::from_chars(written.data(), end, number).ptr != end)
      return fail(key, "must be a number"), std::nullopt;
    return number;
  }

  std::chrono::milliseconds cycle(const char* key) const {
    constexpr std::chrono::milliseconds kDefault{1000};
    constexpr std::int64_t kLongest = 366LL * 24 * 3600 * 1000;
    const auto* value = get(key);
    if (!value) return kDefault;
    if (!value->is_number_integer()) return fail(key, "must be a whole number of milliseconds"), kDefault;
    const auto ms = value->get<std::int64_t>();
    if (ms < 0 || ms > kLongest) return fail(key, "must be between 0 and a year in milliseconds"), kDefault;
    return ms == 0 ? kDefault : std::chrono::milliseconds(ms);
  }

  bool flag(const char* key, bool otherwise) const {
    const auto* value = get(key);
    if (!value) return otherwise;
    if (!value->is_boolean()) return fail(key, "must be true or false"), otherwise;
    return value->get<bool>();
  }

  json object(const char* key) const {
    const auto* value = get(key);
    if (!value) return json::object();
    if (!value->is_object()) return fail(key, "must be an object"), json::object();
    return *value;
  }

  std::map<std::string, std::string> texts(const char* key) const {
    std::map<std::string, std::string> found;
    const auto entries = object(key);
    for (const auto& [name, value] : entries.items()) {
      if (!value.is_string()) return fail(key, "must hold only strings"), found;
      found.emplace(name, value.get<std::string>());
    }
    return found;
  }

  bool has(const char* key) const { return get(key) != nullptr; }

  template <class Item, class ReadItem>
  std::vector<Item> list(const char* key, ReadItem read_item) const {
    std::vector<Item> items;
    const auto* value = get(key);
    if (!value) return items;
    if (!value->is_array()) return fail(key, "must be a list"), items;
    for (std::size_t i = 0; i < value->size(); ++i) {
      items.push_back(read_item(Reader((*value)[i], fmt::format("{}[{}]", at(key), i), error_)));
    }
    return items;
  }

  /// The object under `key`; an absent one reads as empty.
  template <class Read>
  auto inside(const char* key, Read read) const {
    static const json kEmpty = json::object();
    const auto* value = get(key);
    return read(Reader(value ? *value : kEmpty, at(key), error_));
  }

  void fail(const char* key, std::string_view what) const {
    if (!error_) error_ = invalid("BadDocument", fmt::format("{} {}", at(key), what));
  }

 private:
  const json* get(const char* key) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  std::string at(const char* key) const {
    if (*key == '\0') return path_.empty() ? "the document" : path_;
    return path_.empty() ? std::string(key) : path_ + "." + key;
  }

  const json& object_;
  std::string path_;
  std::optional<Error>& error_;
};

ObjectMeta read_meta(const Reader& reader) {
  ObjectMeta meta;
  meta.id = {reader.text("namespace"), reader.required_text("name")};
  if (meta.id.ns.empty()) meta.id.ns = "default";
  if (!is_dns_subdomain(meta.id.ns)) reader.fail("namespace", "must be a lower-case DNS name");
  if (!meta.id.name.empty() && !is_dns_subdomain(meta.id.name))
    reader.fail("name", "must be a lower-case DNS name");
  meta.uid = reader.text("uid");
  const auto version = reader.text("resourceVersion");
  const auto end = version.data() + version.size();
  if (!version.empty() && std::from_chars(version.data(), end, meta.resource_version).ptr != end) {
    reader.fail("resourceVersion", "must be a decimal number");
  }
  return meta;
}

ProtocolConfig read_protocol(const Reader& reader) {
  return {reader.text("protocolName"), reader.object("configData")};
}

std::optional<ProtocolConfig> read_visitors(const Reader& reader) {
  if (!reader.has("visitors")) return std::nullopt;
  return reader.inside("visitors", read_protocol);
}

DeviceProperty read_device_property(const Reader& reader) {
  DeviceProperty property;
  property.name = reader.required_text("name");
  if (reader.has("desired")) {
    reader.inside("desired", [&](const Reader& desired) {
      if (desired.has("value")) property.desired = desired.text("value");
      property.desired_metadata = desired.texts("metadata");
    });
  }
  property.visitors = read_visitors(reader);
  property.collect_cycle = reader.cycle("collectCycle");
  property.report_cycle = reader.cycle("reportCycle");
  property.report_to_cloud = reader.flag("reportToCloud", true);
  return property;
}

AccessMode read_access(const Reader& reader) {
  const auto text = reader.text("accessMode");
  if (text == "ReadOnly") return AccessMode::read_only;
  if (!text.empty() && text != "ReadWrite") reader.fail("accessMode", "must be ReadWrite or ReadOnly");
  return AccessMode::read_write;
}

ModelProperty read_model_property(const Reader& reader) {
  ModelProperty property;
  property.name = reader.required_text("name");
  property.description = reader.text("description");
  const auto type_text = reader.text("type");
  const auto type = parse_property_type(type_text.empty() ? "STRING" : type_text);
  if (type) {
    property.type = *type;
  } else {
    reader.fail("type", "must be INT, FLOAT, DOUBLE, STRING, BOOLEAN or BYTES");
  }
  property.access = read_access(reader);
  property.minimum = reader.number("minimum");
  property.maximum = reader.number("maximum");
  property.unit = reader.text("unit");
  property.visitors = read_visitors(reader);
  return property;
}

/// Properties of type STREAM carry no value that a twin could hold, and are passed over.
bool carries_a_value(const json& property) {
  return !property.is_object() || property.value("/type"_json_pointer, json()) != "STREAM";
}

json without_streams(const json& object) {
  auto copy = object;
  const auto pointer = json::json_pointer("/spec/properties");
  if (!copy.contains(pointer) || !copy[pointer].is_array()) return copy;
  auto kept = json::array();
  for (auto& property : copy[pointer]) {
    if (carries_a_value(property)) kept.push_back(std::move(property));
  }
  copy[pointer] = std::move(kept);
  return copy;
}

}  // namespace

Result<Device> parse_device(const json& object) {
  std::optional<Error> error;
  const Reader reader(object, "", error);
  Device device;
  device.meta = reader.inside("metadata", read_meta);
  reader.inside("spec", [&](const Reader& spec) {
    device.model_name = spec.inside("deviceModelRef", [](const Reader& ref) { return ref.text("name"); });
    device.node_name = spec.text("nodeName");
    device.protocol = spec.inside("protocol", read_protocol);
    device.properties = spec.list<DeviceProperty>("properties", read_device_property);
  });
  if (error) return std::move(*error).within("Device");
  return device;
}

Result<DeviceModel> parse_device_model(const json& object) {
  std::optional<Error> error;
  const auto document = without_streams(object);
  const Reader reader(document, "", error);
  DeviceModel model;
  model.meta = reader.inside("metadata", read_meta);
  reader.inside("spec", [&](const Reader& spec) {
    model.protocol = spec.text("protocol");
    model.protocol_config = spec.object("protocolConfigData");
    model.properties = spec.list<ModelProperty>("properties", read_model_property);
  });
  if (error) return std::move(*error).within("DeviceModel");
  return model;
}

}  // namespace hearth::device
