// SPDX-License-Identifier: Apache-2.0
// ConfigMaps and Secrets: what their keys and values must be, and what of them can no longer be changed.
// Thread: pure functions.   Errors: violations in Kubernetes' words.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "cloud/api/base/admission.hpp"

namespace hearth::api {

inline constexpr const char* kServiceAccountToken = "kubernetes.io/service-account-token";
inline constexpr const char* kServiceAccountName = "kubernetes.io/service-account.name";
inline constexpr const char* kServiceAccountUid = "kubernetes.io/service-account.uid";

/// `old` is the stored one, or null.
std::vector<Violation> check_config_map(const nlohmann::json& map, const nlohmann::json* old);
/// stringData goes into data; type is filled in.
std::vector<Violation> check_secret(nlohmann::json& secret, const nlohmann::json* old);

}  // namespace hearth::api
