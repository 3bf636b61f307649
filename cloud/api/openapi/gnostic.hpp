// SPDX-License-Identifier: Apache-2.0
// A version 2 document as the protobuf message openapi.v2.Document of gnostic: what old kubectl reads.
// Thread: pure function.   Errors: none; members that openapi.v2 has no field for are left out.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace hearth::openapi {

std::string encode_gnostic(const nlohmann::json& document);

}  // namespace hearth::openapi
