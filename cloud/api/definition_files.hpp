// SPDX-License-Identifier: Apache-2.0
// The CustomResourceDefinitions that come with the server: stored at its start, and again when their text has changed.
// What clients change in them in between stays, and stays for good where the new text cannot follow it.
// Thread: before serving begins.   Errors: a text that is no definition, or a bad one, is an Error or a Status.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cloud/api/lifecycle.hpp"
#include "sdk/base/error.hpp"

namespace hearth::api {

/// Each text may hold several documents.
Result<std::vector<nlohmann::json>> parse_definitions(const std::vector<std::string>& texts);

Answer<ObjectPtr> store_definitions(Transaction& transaction, const RegistryPtr& kinds,
                                    const std::vector<nlohmann::json>& definitions, WallTime now);

}  // namespace hearth::api
