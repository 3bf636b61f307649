// SPDX-License-Identifier: Apache-2.0
// Schemas of kinds as the documents' definitions: their names, and their forms in OpenAPI version 3 and 2.
// Thread: pure functions.   Errors: none; a keyword the target form lacks is left out.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/api/openapi/openapi.hpp"

namespace hearth::openapi {

/// Name of a shared type: meta_name("ObjectMeta") is io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta.
std::string meta_name(std::string_view type);

/// io.k8s.api.core.v1.Node, io.kubeedge.devices.v1beta1.Device.
std::string definition_name(const OpenApiKind& kind);

/// {group, version, kind}, what x-kubernetes-group-version-kind carries.
nlohmann::json group_version_kind(const OpenApiKind& kind);

/// The shared types and the kinds by name, in the form of version 3 (`components.schemas`).
nlohmann::json make_definitions(const std::vector<const OpenApiKind*>& kinds);

/// The same schemas in the form of version 2 (`definitions`).
nlohmann::json to_version2(const nlohmann::json& definitions);

}  // namespace hearth::openapi
