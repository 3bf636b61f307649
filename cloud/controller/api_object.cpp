// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/api_object.hpp"

#include <charconv>
#include <utility>

#include "cloud/object/member_scan.hpp"

namespace hearth::controller {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

nlohmann::json brief_conditions(std::string_view conditions) {
  auto brief = nlohmann::json::array();
  object::ItemScan items(conditions);
  while (const auto item = items.next()) {
    brief.push_back(
        {{"type", object::string_at(*item, {"type"})}, {"status", object::string_at(*item, {"status"})}});
  }
  return brief;
}

}  // namespace

const nlohmann::json* find_at(const nlohmann::json& document, std::initializer_list<std::string_view> path) {
  const nlohmann::json* at = &document;
  for (const std::string_view key : path) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(key);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

std::string_view view_at(const nlohmann::json& document, std::initializer_list<std::string_view> path) {
  const nlohmann::json* found = find_at(document, path);
  return found && found->is_string() ? std::string_view(found->get_ref<const std::string&>())
                                     : std::string_view();
}

std::string text_at(const nlohmann::json& document, std::initializer_list<std::string_view> path) {
  return std::string(view_at(document, path));
}

nlohmann::json ApiObject::spec() const {
  return object ? object::tree_of(object->spec()) : nlohmann::json();
}
nlohmann::json ApiObject::status() const {
  return object ? object::tree_of(object->status()) : nlohmann::json();
}

nlohmann::json ApiObject::brief_spec() const {
  auto properties = nlohmann::json::array();
  object::ItemScan items(object::value_at(object ? object->spec() : std::string_view(), {"properties"}));
  while (const auto property = items.next())
    properties.push_back({{"name", object::string_at(*property, {"name"})}});
  return {{"properties", std::move(properties)}};
}

nlohmann::json ApiObject::brief_status() const {
  nlohmann::json brief;
  object::MemberScan members(object ? object->status() : std::string_view());
  while (const auto member = members.next()) {
    auto& value = brief[std::string(member->name)];
    value = member->name == "conditions" ? brief_conditions(member->value) : object::tree_of(member->value);
  }
  return brief;
}

bool same_spec(const ApiObject& left, const ApiObject& right) {
  if (left.uid != right.uid) return false;
  // Each change of the spec raises the generation; without a status subresource so does one of the status.
  if (left.generation != 0 && left.generation == right.generation) return true;
  return left.object->spec() == right.object->spec() || left.spec() == right.spec();
}

std::optional<ApiObject> read_model(ObjectPtr object) {
  if (!object) return std::nullopt;
  ApiObject read;
  read.id = {std::string(object->ns()), std::string(object->name())};
  if (read.id.name.empty()) return std::nullopt;
  read.uid = object->uid();
  read.resource_version = object->version();
  read.generation = object->generation();
  read.object = std::move(object);
  return read;
}

std::optional<DeviceObject> read_device(ObjectPtr object) {
  auto base = read_model(std::move(object));
  if (!base) return std::nullopt;
  DeviceObject device{*std::move(base), {}, {}, {}};
  const auto spec = device.object->spec();
  device.node = object::string_at(spec, {"nodeName"});
  device.model = {device.id.ns, object::string_at(spec, {"deviceModelRef", "name"})};
  device.description = object::string_at(device.object->metadata(), {"labels", "description"});
  return device;
}

bool is_later(std::string_view left, std::string_view right) {
  const auto l = number(left);
  const auto r = number(right);
  return !l || !r || *l > *r;
}

}  // namespace hearth::controller
