// SPDX-License-Identifier: Apache-2.0
// Small moves of members between JSON objects, for conversions.
// Thread: pure functions.   Errors: none; a member that is not there, or of another shape, is left alone.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace hearth::convert {

/// The object at a member; null if it is none.
inline const nlohmann::json* object_at(const nlohmann::json& from, const char* name) {
  if (!from.is_object()) return nullptr;
  const auto found = from.find(name);
  return found != from.end() && found->is_object() ? &*found : nullptr;
}

/// The items of the list at a member; none if it is no list.
inline nlohmann::json list_at(const nlohmann::json& from, const char* name) {
  if (!from.is_object()) return nlohmann::json::array();
  const auto found = from.find(name);
  return found != from.end() && found->is_array() ? *found : nlohmann::json::array();
}

inline std::string text_at(const nlohmann::json& from, const char* name) {
  if (!from.is_object()) return {};
  const auto found = from.find(name);
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Takes a member out.
inline std::optional<nlohmann::json> take(nlohmann::json& from, const std::string& name) {
  if (!from.is_object()) return std::nullopt;
  const auto found = from.find(name);
  if (found == from.end()) return std::nullopt;
  auto value = std::move(*found);
  from.erase(found);
  return value;
}

inline void move_member(nlohmann::json& from, nlohmann::json& to, const std::string& name) {
  if (auto value = take(from, name)) to[name] = std::move(*value);
}

inline bool is_empty(const nlohmann::json& value) {
  return value.is_null() || (value.is_structured() && value.empty());
}

}  // namespace hearth::convert
