// SPDX-License-Identifier: Apache-2.0
// The patch types a client may send: JSON merge patch, JSON patch, strategic merge for built-in kinds, and apply.
// Thread: pure functions.   Errors: a patch that is none is a 400, one that does not apply a 422 Status.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "cloud/api/base/status.hpp"

namespace hearth::api {

enum class PatchType { merge, json, strategic, apply };

/// By Content-Type; strategic only where `strategic_allowed` (built-in kinds). Otherwise 415.
Answer<PatchType> patch_type(std::string_view content_type, bool strategic_allowed);

/// Writes the patched object into `object`, which keeps its old content on an error. Applies are no such patch: 415.
Answer<void> apply_patch(PatchType type, const nlohmann::json& patch, nlohmann::json& object);

/// Strategic merge with the merge keys of nodes, namespaces, events and ObjectMeta.
Answer<void> strategic_merge(const nlohmann::json& patch, nlohmann::json& object);

}  // namespace hearth::api
