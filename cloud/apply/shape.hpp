// SPDX-License-Identifier: Apache-2.0
// What a value is to its owners: one leaf, a map of members, a set of values, or a list of items told apart by keys.
// Thread: pure functions.   Errors: none.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cloud/apply/merge_type.hpp"

namespace hearth::apply {

enum class Shape { leaf, map, set, keyed };

Shape shape_of(const nlohmann::json& value, const MergeType& type);
/// The step from a list to one of its items.
std::string step_of(const nlohmann::json& item, const MergeType& type, Shape shape);
/// Empty for a list that can be told apart by its items; else what is wrong with it.
std::string fault_of(const nlohmann::json& list, const MergeType& type, Shape shape);
/// The shape in which both can be compared or merged; a broken list is a leaf.
Shape common_shape(const nlohmann::json& left, const nlohmann::json& right, const MergeType& type);
/// Null if there is none.
const nlohmann::json* find_item(const nlohmann::json& list, const std::string& step, const MergeType& type,
                                Shape shape);

}  // namespace hearth::apply
