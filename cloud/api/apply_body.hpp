// SPDX-License-Identifier: Apache-2.0
// What somebody applies: a part of an object, in YAML or JSON, each field of which must be known to its kind.
// Thread: pure functions.   Errors: 400, for what does not fit the kind in Kubernetes' words (there with 500, which
// says that the server is at fault).
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cloud/api/body.hpp"
#include "cloud/api/call.hpp"

namespace hearth::api {

/// YAML, of which JSON is a part.
Answer<Body> take_configuration(const Call& call);

/// 400: why the configuration is none of its kind.
Status not_typed(const KindName& kind, const nlohmann::json& configuration, const std::string& why);

/// Unknown fields and wrong types: an apply refuses both whatever `fieldValidation` says.
Answer<void> check_configuration(const KindName& kind, const TypeVersion& version,
                                 const nlohmann::json& configuration);

}  // namespace hearth::api
