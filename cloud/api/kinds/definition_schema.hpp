// SPDX-License-Identifier: Apache-2.0
// Whether the openAPIV3Schema of a definition is structural and can be enforced, as Kubernetes checks it.
// Thread: pure functions.   Errors: a list of violations, each with Kubernetes' words.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cloud/api/base/admission.hpp"

namespace hearth::api {

/// `path` is where the schema stands: spec.versions[0].schema.openAPIV3Schema.
std::vector<Violation> check_definition_schema(const nlohmann::json& schema, const std::string& path);

}  // namespace hearth::api
