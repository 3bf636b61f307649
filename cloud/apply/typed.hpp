// SPDX-License-Identifier: Apache-2.0
// Objects as trees of ownable places: which there are, which differ between two objects, merging one into another, and
// taking places out.
// Thread: pure functions.   Errors: a keyed list with an item twice, or one without its key, is an Error (invalid,
// "BadList").
#pragma once

#include <nlohmann/json.hpp>

#include "cloud/apply/field_set.hpp"
#include "cloud/apply/merge_type.hpp"
#include "sdk/base/error.hpp"

namespace hearth::apply {

/// The places an applied object speaks of: its leaves, and the items of its keyed lists with their keys.
Result<FieldSet> fields_of(const nlohmann::json& object, const MergeTypePtr& type);

struct Difference {
  FieldSet added;
  FieldSet changed;
  FieldSet removed;
  bool none() const { return added.empty() && changed.empty() && removed.empty(); }
};
/// Of lists that are broken, the whole list counts.
Difference compare(const nlohmann::json& before, const nlohmann::json& after, const MergeTypePtr& type);

/// `over` laid over `base`: members and items that only one of them has stay; what `over` says counts.
nlohmann::json merge(nlohmann::json base, const nlohmann::json& over, const MergeTypePtr& type);

/// Without these places, and without members and items that were emptied by it. What lies in a place that goes, but is
/// in `kept`, stays.
nlohmann::json without(nlohmann::json object, const FieldSet& gone, const FieldSet& kept,
                       const MergeTypePtr& type);

}  // namespace hearth::apply
