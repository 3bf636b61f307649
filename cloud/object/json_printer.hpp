// SPDX-License-Identifier: Apache-2.0
// JSON text of objects that are printed by the thousand: nlohmann's dump() looks at each character of each string,
// this copies runs of plain ones.
// Thread: pure function.   Errors: none; text that is no UTF-8 gets replacement characters.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace hearth::object {

/// What dump(-1, ' ', false, replace) gives.
void append_json(const nlohmann::json& value, std::string& out);

}  // namespace hearth::object
