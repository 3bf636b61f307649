// SPDX-License-Identifier: Apache-2.0
// The walk over fields that a schema does not know, with the place in the schema where a known one was
// expected.
// Thread: pure functions.   Errors: none.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

#include "sdk/schema/path.hpp"
#include "sdk/schema/structural.hpp"

namespace hearth::schema {

/// Gets the field's path, the schema of the object around it, and its name.
using OnUnknown = std::function<void(const PathLink&, const SchemaNode&, std::string_view)>;

void each_unknown(const Schema& schema, const nlohmann::json& object, const OnUnknown& on_unknown);

}  // namespace hearth::schema
