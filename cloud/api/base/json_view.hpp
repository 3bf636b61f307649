// SPDX-License-Identifier: Apache-2.0
// Looking into JSON from outside without trusting its shape.
// Thread: pure functions.   Errors: what is not there is null or empty.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cloud/object/object.hpp"

namespace hearth::api {

using object::Object;
using object::ObjectPtr;

inline const nlohmann::json* at_path(const nlohmann::json& root,
                                     std::initializer_list<std::string_view> path) {
  const auto* at = &root;
  for (const auto name : path) {
    if (!at->is_object()) return nullptr;
    const auto next = at->find(name);
    if (next == at->end()) return nullptr;
    at = &*next;
  }
  return at;
}

/// The text at a path; empty when there is none or it is no text.
inline std::string text_at(const nlohmann::json& root, std::initializer_list<std::string_view> path) {
  const auto* found = at_path(root, path);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

/// The array at a path; an empty one when there is none.
inline const nlohmann::json& array_at(const nlohmann::json& root,
                                      std::initializer_list<std::string_view> path) {
  static const nlohmann::json kEmpty = nlohmann::json::array();
  const auto* found = at_path(root, path);
  return found != nullptr && found->is_array() ? *found : kEmpty;
}

/// A text as messages quote it; what is no UTF-8 is replaced.
inline std::string in_quotes(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

inline std::string name_of(const nlohmann::json& object) {
  return text_at(object, {"metadata", "name"});
}
inline std::string namespace_of(const nlohmann::json& object) {
  return text_at(object, {"metadata", "namespace"});
}
inline std::string version_of(const nlohmann::json& object) {
  return text_at(object, {"metadata", "resourceVersion"});
}

inline std::string name_of(const Object& object) {
  return std::string(object.name());
}
inline std::string namespace_of(const Object& object) {
  return std::string(object.ns());
}
inline std::string version_of(const Object& object) {
  return std::string(object.version());
}

}  // namespace hearth::api
