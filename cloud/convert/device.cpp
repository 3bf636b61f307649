// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>

#include "cloud/convert/left_over.hpp"
#include "cloud/convert/members.hpp"
#include "cloud/convert/protocol.hpp"
#include "cloud/convert/v1alpha2.hpp"

namespace hearth::convert {
namespace {

using nlohmann::json;

constexpr const char* kOld = "devices.kubeedge.io/v1alpha2";
constexpr const char* kNew = "devices.kubeedge.io/v1beta1";

/// The item of a list whose `key` is that name; made at its end if it is not there.
json& item_named(json& list, const char* key, const std::string& name) {
  for (auto& item : list) {
    if (text_at(item, key) == name) return item;
  }
  list.push_back({{key, name}});
  return list.back();
}

/// The one node a selector names; empty when it names none, or several.
std::string node_of(const json& selector) {
  const auto terms = list_at(selector, "nodeSelectorTerms");
  if (terms.size() != 1) return {};
  const auto expressions = list_at(terms.front(), "matchExpressions");
  if (expressions.size() != 1 || text_at(expressions.front(), "operator") != "In") return {};
  const auto values = list_at(expressions.front(), "values");
  return values.size() == 1 && values.front().is_string() ? values.front().get<std::string>() : std::string();
}

json selector_of(const std::string& node) {
  return {{"nodeSelectorTerms",
           {{{"matchExpressions", {{{"key", ""}, {"operator", "In"}, {"values", json::array({node})}}}}}}}};
}

json members_to_properties(json& spec) {
  json properties = json::array();
  for (auto& visitor : list_at(spec, "propertyVisitors")) {
    json& property = item_named(properties, "name", text_at(visitor, "propertyName"));
    move_member(visitor, property, "reportCycle");
    move_member(visitor, property, "collectCycle");
    if (auto visitors = visitor_to_v1beta1(visitor); !is_empty(visitors)) property["visitors"] = visitors;
  }
  spec.erase("propertyVisitors");
  return properties;
}

/// `data` of v1alpha2 is a topic and the properties that go there.
void data_to_push_methods(json& spec, json& properties, json& unsaid) {
  const auto data = take(spec, "data");
  if (!data) return;
  const auto topic = text_at(*data, "dataTopic");
  for (const auto& entry : list_at(*data, "dataProperties")) {
    const auto name = text_at(entry, "propertyName");
    item_named(properties, "name", name)["pushMethod"] = {{"mqtt", {{"topic", topic}}}};
    if (const auto* metadata = object_at(entry, "metadata")) unsaid["dataProperties"][name] = *metadata;
  }
}

/// The topic, if publishing there is all that the property's push method says.
std::optional<std::string> topic_of(const json& property) {
  const auto* method = object_at(property, "pushMethod");
  const auto* mqtt = method ? object_at(*method, "mqtt") : nullptr;
  if (mqtt == nullptr || method->size() != 1 || mqtt->size() != 1 || !mqtt->contains("topic"))
    return std::nullopt;
  return text_at(*mqtt, "topic");
}

/// The way back; push methods that v1alpha2 cannot say stay where they are.
void push_methods_to_data(json& spec, json& properties, const json& unsaid) {
  std::optional<std::string> common;
  json entries = json::array();
  for (auto& property : properties) {
    const auto topic = topic_of(property);
    if (!topic || (common && *common != *topic)) continue;
    common = topic;
    const auto name = text_at(property, "name");
    property.erase("pushMethod");
    entries.push_back({{"propertyName", name}});
    const auto* kept = object_at(unsaid, "dataProperties");
    if (const auto* metadata = kept ? object_at(*kept, name.c_str()) : nullptr)
      entries.back()["metadata"] = *metadata;
  }
  if (common) spec["data"] = {{"dataTopic", *common}, {"dataProperties", std::move(entries)}};
}

void desired_to_properties(json& status, json& properties) {
  auto twins = list_at(status, "twins");
  if (twins.empty()) return;
  json reported = json::array();
  for (auto& twin : twins) {
    const auto name = text_at(twin, "propertyName");
    auto desired = take(twin, "desired");
    if (desired && !name.empty()) item_named(properties, "name", name)["desired"] = std::move(*desired);
    if (!desired || twin.size() > 1) reported.push_back(std::move(twin));
  }
  status["twins"] = std::move(reported);
  if (status["twins"].empty()) status.erase("twins");
}

/// What v1beta1 knew of a property and v1alpha2 could not say.
void restore_properties(const json& left_over, json& properties) {
  const auto* kept = object_at(left_over, "properties");
  if (kept == nullptr) return;
  for (const auto& [name, members] : kept->items()) {
    for (auto& property : properties) {
      if (text_at(property, "name") == name && members.is_object()) property.update(members, true);
    }
  }
}

json twins_of(const json& properties, const json& status) {
  json twins = list_at(status, "twins");
  for (const auto& property : properties) {
    const auto* desired = object_at(property, "desired");
    if (desired != nullptr)
      item_named(twins, "propertyName", text_at(property, "name"))["desired"] = *desired;
  }
  return twins;
}

/// The members of a property that v1alpha2 has no place for.
json beyond_v1alpha2(json property) {
  for (const char* known : {"name", "desired", "visitors", "reportCycle", "collectCycle"})
    property.erase(known);
  return property;
}

json visitors_of(const json& properties, json& left_over) {
  json visitors = json::array();
  for (auto property : properties) {
    if (!property.is_object()) continue;
    const auto name = text_at(property, "name");
    if (auto rest = beyond_v1alpha2(property); !is_empty(rest))
      left_over["properties"][name] = std::move(rest);
    json visitor = visitor_to_v1alpha2(take(property, "visitors").value_or(json::object()));
    visitor["propertyName"] = name;
    move_member(property, visitor, "reportCycle");
    move_member(property, visitor, "collectCycle");
    visitors.push_back(std::move(visitor));
  }
  return visitors;
}

json spec_of(json& object) {
  auto spec = take(object, "spec").value_or(json::object());
  return spec.is_object() ? spec : json::object();
}

}  // namespace

json device_to_v1beta1(json device) {
  if (!device.is_object()) return device;
  const auto left_over = take_left_over(device);
  device["apiVersion"] = kNew;
  auto spec = spec_of(device);
  auto status = take(device, "status").value_or(json());
  json unsaid = json::object();
  auto properties = members_to_properties(spec);
  data_to_push_methods(spec, properties, unsaid);
  desired_to_properties(status, properties);
  restore_properties(left_over, properties);
  if (auto selector = take(spec, "nodeSelector")) {
    const auto node = node_of(*selector);
    if (!node.empty()) {
      spec["nodeName"] = node;
    } else if (!is_empty(*selector)) {
      unsaid["nodeSelector"] = std::move(*selector);
    }
  }
  if (auto protocol = take(spec, "protocol")) spec["protocol"] = protocol_to_v1beta1(std::move(*protocol));
  if (const auto* kept = object_at(left_over, "spec")) spec.update(*kept);
  if (!properties.empty()) spec["properties"] = std::move(properties);
  device["spec"] = std::move(spec);
  if (const auto* kept = object_at(left_over, "status"); kept != nullptr && status.is_object())
    status.update(*kept);
  if (!is_empty(status)) device["status"] = std::move(status);
  keep_left_over(device, unsaid);
  return device;
}

json device_to_v1alpha2(json device) {
  if (!device.is_object()) return device;
  const auto unsaid = take_left_over(device);
  device["apiVersion"] = kOld;
  auto spec = spec_of(device);
  auto status = take(device, "status").value_or(json::object());
  json left_over = json::object();
  auto properties = list_at(spec, "properties");
  spec.erase("properties");
  push_methods_to_data(spec, properties, unsaid);
  auto twins = twins_of(properties, status);
  if (!properties.empty()) spec["propertyVisitors"] = visitors_of(properties, left_over);
  if (const auto node = take(spec, "nodeName"); node && node->is_string())
    spec["nodeSelector"] = selector_of(node->get<std::string>());
  if (const auto* selector = object_at(unsaid, "nodeSelector")) spec["nodeSelector"] = *selector;
  if (auto protocol = take(spec, "protocol")) spec["protocol"] = protocol_to_v1alpha2(std::move(*protocol));
  for (const char* newer : {"methods", "stateReport"}) {
    if (auto value = take(spec, newer)) left_over["spec"][newer] = std::move(*value);
  }
  device["spec"] = std::move(spec);
  if (status.is_object()) {
    status.erase("twins");
    if (!status.empty()) left_over["status"] = status;
  }
  if (!twins.empty()) device["status"] = {{"twins", std::move(twins)}};
  keep_left_over(device, left_over);
  return device;
}

}  // namespace hearth::convert
