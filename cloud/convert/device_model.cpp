// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "cloud/convert/left_over.hpp"
#include "cloud/convert/members.hpp"
#include "cloud/convert/v1alpha2.hpp"

namespace hearth::convert {
namespace {

using nlohmann::json;

constexpr const char* kOld = "devices.kubeedge.io/v1alpha2";
constexpr const char* kNew = "devices.kubeedge.io/v1beta1";

struct TypeName {
  std::string_view old_name;
  std::string_view new_name;
};
constexpr std::array<TypeName, 6> kTypes{{{"int", "INT"},
                                          {"float", "FLOAT"},
                                          {"double", "DOUBLE"},
                                          {"string", "STRING"},
                                          {"boolean", "BOOLEAN"},
                                          {"bytes", "BYTES"}}};

/// v1beta1 writes ranges as text.
json as_text(const json& number) {
  return number.is_string() ? number : json(number.dump());
}

/// The number that a text is, in full; else nothing.
json as_number(const json& text) {
  if (!text.is_string()) return text;
  auto number = json::parse(text.get_ref<const std::string&>(), nullptr, false);
  return number.is_number() ? number : json();
}

json property_to_v1beta1(json property, json& unsaid) {
  if (!property.is_object()) return property;
  const auto type = take(property, "type").value_or(json());
  for (const auto& [old_name, new_name] : kTypes) {
    const auto* old = object_at(type, std::string(old_name).c_str());
    if (old == nullptr) continue;
    auto rest = *old;
    property["type"] = new_name;
    move_member(rest, property, "accessMode");
    move_member(rest, property, "unit");
    for (const char* bound : {"minimum", "maximum"}) {
      if (auto value = take(rest, bound)) property[bound] = as_text(*value);
    }
    if (!rest.empty()) unsaid["properties"][text_at(property, "name")] = std::move(rest);
    return property;
  }
  return property;
}

json property_to_v1alpha2(json property, const json& unsaid, json& left_over) {
  if (!property.is_object()) return property;
  const auto name = text_at(property, "name");
  const auto type = text_at(property, "type");
  for (const auto& [old_name, new_name] : kTypes) {
    if (type != new_name) continue;
    json old = json::object();
    move_member(property, old, "accessMode");
    move_member(property, old, "unit");
    for (const char* bound : {"minimum", "maximum"}) {
      auto value = take(property, bound);
      if (auto number = value ? as_number(*value) : json(); !number.is_null()) old[bound] = std::move(number);
    }
    const auto* kept = object_at(unsaid, "properties");
    if (const auto* mine = kept ? object_at(*kept, name.c_str()) : nullptr) old.update(*mine);
    property["type"] = {{std::string(old_name), std::move(old)}};
  }
  if (!property["type"].is_object()) {
    for (const char* untyped : {"type", "accessMode", "unit", "minimum", "maximum"}) {
      if (auto value = take(property, untyped); value && !value->is_null())
        left_over["properties"][name][untyped] = std::move(*value);
    }
  }
  if (auto visitors = take(property, "visitors")) left_over["properties"][name]["visitors"] = *visitors;
  return property;
}

}  // namespace

json model_to_v1beta1(json model) {
  if (!model.is_object()) return model;
  const auto left_over = take_left_over(model);
  model["apiVersion"] = kNew;
  json unsaid = json::object();
  if (object_at(model, "spec") == nullptr) return model;
  auto& spec = model["spec"];
  auto properties = list_at(spec, "properties");
  const auto* kept = object_at(left_over, "properties");
  for (auto& property : properties) {
    property = property_to_v1beta1(std::move(property), unsaid);
    if (const auto* mine = kept ? object_at(*kept, text_at(property, "name").c_str()) : nullptr)
      property.update(*mine);
  }
  if (!properties.empty()) spec["properties"] = std::move(properties);
  if (const auto* more = object_at(left_over, "spec")) spec.update(*more);
  keep_left_over(model, unsaid);
  return model;
}

json model_to_v1alpha2(json model) {
  if (!model.is_object()) return model;
  const auto unsaid = take_left_over(model);
  model["apiVersion"] = kOld;
  json left_over = json::object();
  if (object_at(model, "spec") == nullptr) return model;
  auto& spec = model["spec"];
  auto properties = list_at(spec, "properties");
  for (auto& property : properties)
    property = property_to_v1alpha2(std::move(property), unsaid, left_over);
  if (!properties.empty()) spec["properties"] = std::move(properties);
  if (auto data = take(spec, "protocolConfigData"))
    left_over["spec"]["protocolConfigData"] = std::move(*data);
  keep_left_over(model, left_over);
  return model;
}

}  // namespace hearth::convert
