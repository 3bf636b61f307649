// SPDX-License-Identifier: Apache-2.0
// The question that a status patch asks a thousand times a second: does managedFields stay as it is? Answered from its
// text, without a tree of anything.
// Thread: pure function.   Errors: none; what is not plainly so is answered with no.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "cloud/apply/managed_fields.hpp"
#include "cloud/apply/merge_type.hpp"

namespace hearth::apply {

/// Whether `manager` owns, and nobody else does, each leaf that a merge patch of one part of an object speaks of.
/// `managed_fields` is the text of metadata.managedFields, `part` the name of the part (status), `type` the part's.
bool owns_alone(std::string_view managed_fields, const Manager& manager, std::string_view part,
                const nlohmann::json& change, const MergeTypePtr& type);

}  // namespace hearth::apply
