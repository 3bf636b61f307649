// SPDX-License-Identifier: Apache-2.0
// What the server checks, fills in and does by itself when objects of built-in kinds are written.
// Thread: on the store's strand, within a write.   Errors: the Status Kubernetes answers in each case.
#pragma once

#include "cloud/api/lifecycle.hpp"

namespace hearth::api {

/// Before it is stored. `old` is null for a new one.
Answer<void> admit_builtin(const Transaction& transaction, const LifecycleContext& context,
                           nlohmann::json& object, const nlohmann::json* old);

/// After it was made: a namespace gets its service account, a token Secret its token. What the client is answered.
Answer<ObjectPtr> settle_made(Transaction& transaction, const LifecycleContext& context, ObjectPtr made);
/// After it was changed or removed.
void settle_changed(Transaction& transaction, const LifecycleContext& context, const Key& key);

/// At start: service accounts that namespaces lack, tokens that nobody can use any more.
Answer<ObjectPtr> heal_builtin(Transaction& transaction, const RegistryPtr& kinds, WallTime now);

}  // namespace hearth::api
