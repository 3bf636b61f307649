// SPDX-License-Identifier: Apache-2.0
// What a CustomResourceDefinition must be to be stored, as Kubernetes checks it.
// Thread: pure functions.   Errors: a list of violations, each with Kubernetes' words.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "cloud/api/base/admission.hpp"
#include "cloud/api/kinds/resource_type.hpp"

namespace hearth::api {

inline constexpr const char* kDefinitions = "customresourcedefinitions.apiextensions.k8s.io";

/// The kind of the definitions themselves.
ResourceType definition_type();

/// Fills in what may be left out: singular, listKind, conversion.
void complete_definition(nlohmann::json& definition);

/// `old` is the stored one, or null. The schemas of its versions are checked too, see definition_schema.hpp.
std::vector<Violation> check_definition(const nlohmann::json& definition, const nlohmann::json* old);

/// status.storedVersions may name only versions that the definition has.
std::vector<Violation> check_stored_versions(const nlohmann::json& definition);

}  // namespace hearth::api
