// SPDX-License-Identifier: Apache-2.0
// CustomResourceDefinitions as objects of the store: checked and completed when they are written, gone only after the
// objects of their kind.
// Thread: on the store's strand, within a write.   Errors: the Status Kubernetes answers in each case.
#pragma once

#include <string>

#include "cloud/api/lifecycle.hpp"

namespace hearth::api {

inline constexpr std::size_t kMaxDefinitions = 500;

bool is_definition(const ResourceType& type);

/// Before a definition is stored: fills in what was left out, checks it, sets its status. `old` is null for a new one.
Answer<void> admit_definition(const Transaction& transaction, const LifecycleContext& context,
                              nlohmann::json& definition, const nlohmann::json* old);
Answer<void> check_definition_status(const LifecycleContext& context, const nlohmann::json& definition);

/// Of a definition's name, plural.group.
std::string group_of_definition(const std::string& name);
/// After a definition was changed or removed: the others of its group may have names that are free now.
void settle_group(Transaction& transaction, const LifecycleContext& context, const std::string& group);

/// A new object of a custom kind needs its definition, and one that stays.
Answer<void> check_kind_stays(const Transaction& transaction, const ResourceType& type);

/// Deletes all objects of the kind, then the definition; while finalizers hold an object back it stays, dying.
Answer<ObjectPtr> delete_definition(Transaction& transaction, const LifecycleContext& context, const Key& key,
                                    nlohmann::json definition);
/// After an object was removed: a dying definition goes with the last one.
void finish_definition(Transaction& transaction, const LifecycleContext& context,
                       const std::string& resource);

}  // namespace hearth::api
