// SPDX-License-Identifier: Apache-2.0
// What makes the items of a list different: sets by value, maps by their keys.
// Thread: pure functions.   Errors: none.
#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "sdk/schema/schema_node.hpp"

namespace hearth::schema {

/// Gets the index of an item that was there before, and what is the same in both, as Kubernetes prints it.
using OnDuplicate = std::function<void(std::size_t index, const std::string& shown)>;

void each_duplicate(const SchemaNode& list, const nlohmann::json& value, const OnDuplicate& on_duplicate);

bool has_duplicates(const nlohmann::json& list);

}  // namespace hearth::schema
