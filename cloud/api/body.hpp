// SPDX-License-Identifier: Apache-2.0
// A request's body as JSON: from JSON, YAML, or the few protobuf messages that kubectl insists on.
// Thread: pure functions.   Errors: 400 for what cannot be read, 413 for what is too large, 415 for other
// types.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/api/call.hpp"
#include "cloud/api/base/status.hpp"

namespace hearth::api {

inline constexpr std::size_t kMaxBody = 3 * 1024 * 1024;

struct Body {
  nlohmann::json document;              ///< null for an empty body
  std::vector<std::string> duplicates;  ///< paths of fields given twice: spec.nodeName
};

/// `kind` is what the message calls the expected kind.
Answer<Body> decode_body(std::string_view content_type, const std::string& body, const std::string& kind);

/// The body of a call, of this process or from outside; of a patch in JSON whatever its type says.
Answer<Body> take_body(const Call& call, const std::string& kind);
Answer<Body> take_patch(const Call& call);

/// JSON alone, for patches: depth-bounded, duplicates noted.
Answer<Body> decode_json(const std::string& text);

/// The Namespace or other small typed message in Kubernetes' protobuf envelope.
Answer<nlohmann::json> decode_protobuf(std::string_view bytes);

}  // namespace hearth::api
