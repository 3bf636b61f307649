// SPDX-License-Identifier: Apache-2.0
// What the controller reads of Device and DeviceModel objects as the API sends them. It reads leniently: a field
// of another type counts as absent, so that no object can stop the others.
// Thread: plain values.   Errors: an object without a usable name is nothing.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/object/object.hpp"
#include "sdk/base/ids.hpp"

namespace hearth::controller {

using object::Object;
using object::ObjectPtr;

/// The value at a path of object keys; null when a step is missing.
const nlohmann::json* find_at(const nlohmann::json& document, std::initializer_list<std::string_view> path);
/// The string at a path; empty when it is missing or no string. The view lives as long as the document.
std::string_view view_at(const nlohmann::json& document, std::initializer_list<std::string_view> path);
std::string text_at(const nlohmann::json& document, std::initializer_list<std::string_view> path);

struct ApiObject {
  DeviceId id;
  std::string uid;
  std::string resource_version;
  std::int64_t generation = 0;
  ObjectPtr object;

  /// Made anew by each call; null JSON when there is none.
  nlohmann::json spec() const;
  nlohmann::json status() const;
  /// What is wanted of them where nothing but values has been reported, for less: the properties' names; and all but what
  /// conditions say in words.
  nlohmann::json brief_spec() const;
  nlohmann::json brief_status() const;
};

struct DeviceObject : ApiObject {
  std::string node;         ///< spec.nodeName
  DeviceId model;           ///< spec.deviceModelRef.name in the device's namespace; empty name = none
  std::string description;  ///< label "description"
};

/// Whether they are one object with the same spec.
bool same_spec(const ApiObject& left, const ApiObject& right);

std::optional<ApiObject> read_model(ObjectPtr object);
std::optional<DeviceObject> read_device(ObjectPtr object);

/// Whether `left` is a later version than `right` of one object. Versions that are no numbers: always.
bool is_later(std::string_view left, std::string_view right);

}  // namespace hearth::controller
