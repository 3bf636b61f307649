// SPDX-License-Identifier: Apache-2.0
#include "cloud/apply/shape.hpp"

#include <set>

#include "cloud/apply/field_set.hpp"

namespace hearth::apply {

using nlohmann::json;

namespace {

bool is_item(const json& item, const MergeType& type, Shape shape) {
  if (shape == Shape::set) return !item.is_structured();
  if (!item.is_object()) return false;
  for (const auto& key : type.keys) {
    if (!item.contains(key)) return false;
  }
  return true;
}

}  // namespace

Shape shape_of(const json& value, const MergeType& type) {
  if (value.is_object()) return type.atomic_map ? Shape::leaf : Shape::map;
  if (!value.is_array()) return Shape::leaf;
  switch (type.list) {
    case MergeType::List::atomic:
      return Shape::leaf;
    case MergeType::List::set:
      return Shape::set;
    case MergeType::List::keyed:
      return Shape::keyed;
  }
  return Shape::leaf;
}

std::string step_of(const json& item, const MergeType& type, Shape shape) {
  return shape == Shape::keyed ? key_step(item, type.keys) : value_step(item);
}

std::string fault_of(const json& list, const MergeType& type, Shape shape) {
  std::set<std::string> seen;
  for (const auto& item : list) {
    if (!is_item(item, type, shape))
      return shape == Shape::keyed ? "an item lacks a key of its list" : "an item of a set is no plain value";
    if (!seen.insert(step_of(item, type, shape)).second)
      return "duplicate entries for key " + shown_step(step_of(item, type, shape));
  }
  return {};
}

Shape common_shape(const json& left, const json& right, const MergeType& type) {
  const auto shape = shape_of(right, type);
  if (shape == Shape::leaf || shape != shape_of(left, type)) return Shape::leaf;
  if (shape == Shape::map) return shape;
  const bool sound = fault_of(left, type, shape).empty() && fault_of(right, type, shape).empty();
  return sound ? shape : Shape::leaf;
}

const json* find_item(const json& list, const std::string& step, const MergeType& type, Shape shape) {
  for (const auto& item : list) {
    if (step_of(item, type, shape) == step) return &item;
  }
  return nullptr;
}

}  // namespace hearth::apply
