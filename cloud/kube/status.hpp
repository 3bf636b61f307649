// SPDX-License-Identifier: Apache-2.0
// Kubernetes' Status documents as Errors, and JSON from a server read with bounds.
// Thread: none, pure functions.   Errors: they are what this makes; text that is no JSON gives an Error.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "sdk/base/error.hpp"

namespace hearth::kube {

/// unavailable "BadAnswer" for what is no JSON or nested too deeply.
Result<nlohmann::json> parse_json(std::string_view text);

ErrorClass class_of_status(int http_status);

/// From an answer's code and body; a body that is no Status is quoted, shortened.
Error status_error(int http_status, std::string_view body);
/// The same from a body that has been parsed.
Error document_error(int http_status, const nlohmann::json& document);
/// From a Status object, as an ERROR event of a watch carries it.
Error status_error(const nlohmann::json& status);

}  // namespace hearth::kube
