// SPDX-License-Identifier: Apache-2.0
// Reads one setting of a configuration file that its schema has found right.
// Thread: plain values.   Errors: none; a setting that is not there leaves the default.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace hearth {

/// A setting written as text, into a std::string or whatever can be assigned from one, such as a path.
template <class Target>
void take(const nlohmann::json& file, const char* key, Target& target) {
  if (const auto found = file.find(key); found != file.end()) target = found->get<std::string>();
}

}  // namespace hearth
