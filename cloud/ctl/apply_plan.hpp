// SPDX-License-Identifier: Apache-2.0
// What apply has to send: the three-way merge of what was applied last, what is wanted and what is there. It
// keeps kubectl's annotation, so that kubectl apply and hearthctl apply may take turns.
// Thread: none, pure functions.   Errors: an annotation that is no JSON counts as absent.
#pragma once

#include <nlohmann/json.hpp>

namespace hearth::ctl {

inline constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/// The manifest as it is to be stored: with its namespace (unless empty), and itself in the annotation.
nlohmann::json with_last_applied(nlohmann::json manifest, const std::string& ns);

/// A JSON merge patch that makes `live` what `wanted` (of with_last_applied) says. Fields that were applied
/// last and are wanted no more are removed; others' fields stay. Empty object: nothing to do.
nlohmann::json apply_patch(const nlohmann::json& live, const nlohmann::json& wanted);

}  // namespace hearth::ctl
