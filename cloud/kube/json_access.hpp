// SPDX-License-Identifier: Apache-2.0
// Reading JSON whose shape nobody vouches for.
// Thread: none, pure functions.   Errors: what is absent or of another type is empty.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace hearth::kube {

std::string string_at(const nlohmann::json& object, std::string_view key);
const nlohmann::json& object_at(const nlohmann::json& object, std::string_view key);
const nlohmann::json& array_at(const nlohmann::json& object, std::string_view key);

/// metadata.name, metadata.namespace, metadata.resourceVersion.
std::string name_of(const nlohmann::json& object);
std::string namespace_of(const nlohmann::json& object);
std::string version_of(const nlohmann::json& object);

}  // namespace hearth::kube
