// SPDX-License-Identifier: Apache-2.0
// The status the server keeps of a CustomResourceDefinition: which of its names it may have beside the others of its
// group, whether it is served, and which versions objects are stored in.
// Thread: pure functions.   Errors: none; a missing status is made.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sdk/base/time.hpp"

namespace hearth::api {

/// Sets one condition; its time changes only when its status does.
void set_condition(nlohmann::json& definition, const std::string& type, bool status,
                   const std::string& reason, const std::string& message, WallTime now);

/// Served: its names were free when it came, or have become so.
bool is_established(const nlohmann::json& definition);

/// Brings acceptedNames, conditions and storedVersions up to date. `others` are the other definitions of the group;
/// names that one of them has accepted are taken.
void settle_status(nlohmann::json& definition, const std::vector<nlohmann::json>& others, WallTime now);

}  // namespace hearth::api
