// SPDX-License-Identifier: Apache-2.0
// The `paths` object of a document, in the form of version 3 and of version 2.
// Thread: pure functions.   Errors: none.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "cloud/api/openapi/openapi.hpp"

namespace hearth::openapi {

nlohmann::json paths_version3(const std::vector<const OpenApiKind*>& kinds);
nlohmann::json paths_version2(const std::vector<const OpenApiKind*>& kinds);

}  // namespace hearth::openapi
