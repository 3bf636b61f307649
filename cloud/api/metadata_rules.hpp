// SPDX-License-Identifier: Apache-2.0
// Which names, labels and annotations an object may have, and what Kubernetes says of others.
// Thread: pure functions.   Errors: each fault is a Violation.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "cloud/api/base/status.hpp"

namespace hearth::api {

/// `meta` has members of the right JSON types.
std::vector<Violation> metadata_violations(const KindName& kind, const nlohmann::json& meta);

}  // namespace hearth::api
