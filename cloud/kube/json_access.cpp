// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/json_access.hpp"

namespace hearth::kube {
namespace {

using nlohmann::json;

const json* member(const json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

std::string string_at(const json& object, std::string_view key) {
  const auto* found = member(object, key);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

const json& object_at(const json& object, std::string_view key) {
  static const auto kEmpty = json::object();
  const auto* found = member(object, key);
  return found != nullptr && found->is_object() ? *found : kEmpty;
}

const json& array_at(const json& object, std::string_view key) {
  static const auto kEmpty = json::array();
  const auto* found = member(object, key);
  return found != nullptr && found->is_array() ? *found : kEmpty;
}

std::string name_of(const json& object) {
  return string_at(object_at(object, "metadata"), "name");
}
std::string namespace_of(const json& object) {
  return string_at(object_at(object, "metadata"), "namespace");
}
std::string version_of(const json& object) {
  return string_at(object_at(object, "metadata"), "resourceVersion");
}

}  // namespace hearth::kube
