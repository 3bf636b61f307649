// SPDX-License-Identifier: Apache-2.0
// What a plain YAML scalar means, by the core schema of YAML 1.2.
// Thread: pure functions.   Errors: none; what is no number or boolean is a string.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace hearth::schema {

/// Boolean, integer, float or string; null for the spellings of null. A float that JSON cannot hold (.inf,
/// 1e999) comes back as a string.
nlohmann::json plain_scalar(const std::string& text);

}  // namespace hearth::schema
