// SPDX-License-Identifier: Apache-2.0
// The annotation in which a conversion keeps what the other version has no place for.
// Thread: pure functions.   Errors: an annotation that is no JSON is as good as none.
#pragma once

#include <nlohmann/json.hpp>

namespace hearth::convert {

/// Nothing is written when nothing is left over.
void keep_left_over(nlohmann::json& object, const nlohmann::json& left_over);
/// Takes the annotation out; an empty object when there is none.
nlohmann::json take_left_over(nlohmann::json& object);

}  // namespace hearth::convert
