// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/device_admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "cloud/controller/api_object.hpp"
#include "cloud/object/member_scan.hpp"
#include "sdk/device/desired_life.hpp"
#include "sdk/device/device.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;

/// A violation and what makes it the same fault in another version of the object: list indexes move.
struct Fault {
  DeviceViolation violation;
  std::string property;

  bool same_as(const Fault& other) const {
    return property == other.property && violation.reason == other.violation.reason &&
           violation.message == other.violation.message;
  }
};

std::string quoted(const std::string& text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

Fault invalid_value(std::string field, const std::string& property, const std::string& value,
                    const std::string& detail) {
  return {
      {std::move(field), "FieldValueInvalid", fmt::format("Invalid value: {}: {}", quoted(value), detail)},
      property};
}

Fault duplicate(std::string field, const std::string& property) {
  return {{std::move(field), "FieldValueDuplicate", fmt::format("Duplicate value: {}", quoted(property))},
          property};
}

std::string wanted_range(const device::ModelProperty& property, const std::string& value) {
  const auto parsed = device::parse_value(property.type, value);
  const auto number = parsed ? device::numeric(*parsed) : std::nullopt;
  if (number && property.maximum && *number > *property.maximum) {
    return fmt::format("must be at most {}", *property.maximum);
  }
  return fmt::format("must be at least {}", property.minimum.value_or(0));
}

std::size_t index_of(const device::Issue& issue) {
  const auto bracket = issue.path.find('[');
  std::size_t index = 0;
  if (bracket != std::string::npos) {
    std::from_chars(issue.path.data() + bracket + 1, issue.path.data() + issue.path.size(), index);
  }
  return index;
}

Fault describe(const device::Issue& issue, const device::Device& device, const device::DeviceModel& model) {
  const std::size_t index = std::min(index_of(issue), device.properties.size() - 1);
  const device::DeviceProperty& property = device.properties[index];
  const device::ModelProperty* known = model.find(property.name);
  const std::string value = property.desired.value_or("");
  const std::string where = fmt::format("(DeviceModel {}, property {})", model.meta.id.name, property.name);
  if (issue.reason == "Duplicate") return duplicate(issue.path, property.name);
  if (issue.reason == "UnknownProperty") {
    return {{issue.path, "FieldValueNotFound",
             fmt::format("Not found: {}: DeviceModel {} has no such property", quoted(property.name),
                         model.meta.id.name)},
            property.name};
  }
  if (issue.reason == "ReadOnly") {
    return {{issue.path, "FieldValueForbidden", fmt::format("Forbidden: the property is ReadOnly {}", where)},
            property.name};
  }
  if (issue.reason == "OutOfRange" && known) {
    return invalid_value(issue.path, property.name, value, wanted_range(*known, value) + " " + where);
  }
  return invalid_value(
      issue.path, property.name, value,
      known ? fmt::format("must be of type {} {}", device::to_string(known->type), where) : issue.message);
}

/// Repeated names are a fault with or without a model.
std::vector<Fault> repeated_names(const json& object) {
  std::vector<Fault> faults;
  const json* properties = find_at(object, {"spec", "properties"});
  if (!properties || !properties->is_array()) return faults;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < properties->size(); ++i) {
    const std::string name = text_at((*properties)[i], {"name"});
    if (!name.empty() && !seen.insert(name).second) {
      faults.push_back(duplicate(fmt::format("spec.properties[{}].name", i), name));
    }
  }
  return faults;
}

void check_life(const json& desired, const std::string& path, const std::string& property,
                const std::string& key, const char* wanted, std::vector<Fault>& faults) {
  const json* text = find_at(desired, {"metadata", key});
  if (!text || !text->is_string()) return;
  const auto& value = text->get_ref<const std::string&>();
  if (device::parse_desired_life({{key, value}})) return;
  faults.push_back(invalid_value(fmt::format("{}.metadata.{}", path, key), property, value, wanted));
}

/// How long a desired value lives is a matter of its own, with or without a model.
std::vector<Fault> life_faults(const json& object) {
  std::vector<Fault> faults;
  const json* properties = find_at(object, {"spec", "properties"});
  if (!properties || !properties->is_array()) return faults;
  for (std::size_t i = 0; i < properties->size(); ++i) {
    const json* desired = find_at((*properties)[i], {"desired"});
    if (!desired) continue;
    const std::string path = fmt::format("spec.properties[{}].desired", i);
    const std::string name = text_at((*properties)[i], {"name"});
    check_life(*desired, path, name, device::kExpiresAt, "must be a time such as 2026-01-01T00:00:05Z",
               faults);
    check_life(*desired, path, name, device::kTtl,
               "must be a duration such as 30s or 5m, or a number of seconds, of at most ten years", faults);
  }
  return faults;
}

std::vector<Fault> device_faults(const json& object, const json* model_object) {
  auto faults = repeated_names(object);
  auto lives = life_faults(object);
  faults.insert(faults.end(), std::make_move_iterator(lives.begin()), std::make_move_iterator(lives.end()));
  if (!model_object) return faults;
  const auto device = device::parse_device(object);
  const auto model = device::parse_device_model(*model_object);
  if (!device || !model || device->properties.empty()) return faults;
  for (const auto& issue : device::check_device(*device, *model)) {
    if (issue.reason != "Duplicate") faults.push_back(describe(issue, *device, *model));
  }
  return faults;
}

/// One bound of a model's property; empty counts as none.
std::optional<double> read_bound(const json& property, const std::string& path, const char* key,
                                 std::vector<Fault>& faults) {
  const std::string text = text_at(property, {key});
  if (text.empty()) return std::nullopt;
  double bound = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bound);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(bound)) return bound;
  faults.push_back(invalid_value(fmt::format("{}.{}", path, key), text_at(property, {"name"}), text,
                                 "must be a number such as 20 or -4.5"));
  return std::nullopt;
}

void check_model_property(const json& property, std::size_t index, std::vector<Fault>& faults) {
  const std::string path = fmt::format("spec.properties[{}]", index);
  const std::string name = text_at(property, {"name"});
  const std::string type = text_at(property, {"type"});
  // STREAM is KubeEdge's from 1.17 on and carries no value.
  if (!type.empty() && type != "STREAM" && !device::parse_property_type(type)) {
    faults.push_back({{path + ".type", "FieldValueNotSupported",
                       fmt::format("Unsupported value: {}: supported values: \"INT\", \"FLOAT\", \"DOUBLE\", "
                                   "\"STRING\", \"BOOLEAN\", \"BYTES\", \"STREAM\"",
                                   quoted(type))},
                      name});
  }
  const auto minimum = read_bound(property, path, "minimum", faults);
  const auto maximum = read_bound(property, path, "maximum", faults);
  if (minimum && maximum && *minimum > *maximum) {
    faults.push_back(
        invalid_value(path + ".minimum", name, text_at(property, {"minimum"}),
                      fmt::format("must not be above the maximum {}", text_at(property, {"maximum"}))));
  }
}

std::vector<Fault> model_faults(const json& object) {
  auto faults = repeated_names(object);
  const json* properties = find_at(object, {"spec", "properties"});
  if (!properties || !properties->is_array()) return faults;
  for (std::size_t i = 0; i < properties->size(); ++i)
    check_model_property((*properties)[i], i, faults);
  return faults;
}

/// The desired value of a property in another version of the device; null when there is none.
const json* desired_of(const json* device, const std::string& property) {
  const json* properties = device ? find_at(*device, {"spec", "properties"}) : nullptr;
  if (!properties || !properties->is_array()) return nullptr;
  for (const json& entry : *properties) {
    if (view_at(entry, {"name"}) == property) return find_at(entry, {"desired"});
  }
  return nullptr;
}

std::string life_text(const json* desired, const char* key) {
  return desired ? text_at(*desired, {"metadata", key}) : std::string();
}

void resolve_one(json& desired, const json* old, WallTime now) {
  const auto metadata = desired.find("metadata");
  if (metadata == desired.end() || !metadata->is_object()) return;
  const std::string ttl = life_text(&desired, device::kTtl);
  const std::string expires_at = life_text(&desired, device::kExpiresAt);
  const std::string old_ttl = life_text(old, device::kTtl);
  const std::string old_expires_at = life_text(old, device::kExpiresAt);
  if (!expires_at.empty() && expires_at != old_expires_at) return;
  if (ttl.empty()) {
    if (!old_ttl.empty()) metadata->erase(device::kExpiresAt);
    return;
  }
  const bool is_new = !old || ttl != old_ttl || text_at(desired, {"value"}) != text_at(*old, {"value"});
  if (!is_new && !old_expires_at.empty()) {
    (*metadata)[device::kExpiresAt] = old_expires_at;
    return;
  }
  if (const auto length = device::parse_ttl(ttl)) {
    (*metadata)[device::kExpiresAt] = to_rfc3339_micro(now + *length);
  }
}

std::vector<DeviceViolation> new_ones(std::vector<Fault> faults, const std::vector<Fault>& before) {
  std::vector<DeviceViolation> violations;
  for (auto& fault : faults) {
    const bool known =
        std::any_of(before.begin(), before.end(), [&](const Fault& old) { return old.same_as(fault); });
    if (!known) violations.push_back(std::move(fault.violation));
  }
  return violations;
}

}  // namespace

std::vector<DeviceViolation> check_device_write(const json& device, const json* old_device,
                                                const json* model) {
  return new_ones(device_faults(device, model),
                  old_device ? device_faults(*old_device, model) : std::vector<Fault>());
}

void resolve_desired_life(json& device, const json* old_device, WallTime now) {
  const auto spec = device.find("spec");
  if (spec == device.end() || !spec->is_object()) return;
  const auto properties = spec->find("properties");
  if (properties == spec->end() || !properties->is_array()) return;
  for (json& property : *properties) {
    if (!property.is_object()) continue;
    const auto desired = property.find("desired");
    if (desired == property.end() || !desired->is_object()) continue;
    resolve_one(*desired, desired_of(old_device, text_at(property, {"name"})), now);
  }
}

std::vector<DeviceViolation> check_device_model_write(const json& model, const json* old_model) {
  return new_ones(model_faults(model), old_model ? model_faults(*old_model) : std::vector<Fault>());
}

std::optional<std::string> why_model_stays(const std::string& model,
                                           const std::vector<object::ObjectPtr>& devices) {
  std::string_view first;
  std::size_t users = 0;
  for (const auto& device : devices) {
    if (object::string_at(device->spec(), {"deviceModelRef", "name"}) != model) continue;
    if (users++ == 0) first = device->name();
  }
  if (users == 0) return std::nullopt;
  return fmt::format(
      "spec.deviceModelRef.name of Device {} refers to it{}; delete the device{} first, or use --force",
      quoted(std::string(first)), users > 1 ? fmt::format(", and that of {} more", users - 1) : "",
      users > 1 ? "s" : "");
}

std::string model_name_of(const json& device) {
  return text_at(device, {"spec", "deviceModelRef", "name"});
}

}  // namespace hearth::controller
