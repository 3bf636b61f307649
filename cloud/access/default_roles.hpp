// SPDX-License-Identifier: Apache-2.0
// The text of default_roles.yaml, put into the program at build time, and how a stored role is brought back to it.
// Thread: any, pure functions.   Errors: none.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace hearth::access {

/// YAML documents without apiVersion.
std::string_view default_roles();

/// A default as it is stored at first: with apiVersion, and the label and annotation that tell it is one.
nlohmann::json complete_default(nlohmann::json object);

/// `stored` with the rules or subjects of `wanted` that it lacks; as it is when it says that it is not to be brought
/// back. A binding to another role is as its user wants it.
nlohmann::json healed(nlohmann::json stored, const nlohmann::json& wanted);

}  // namespace hearth::access
