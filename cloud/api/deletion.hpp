// SPDX-License-Identifier: Apache-2.0
// The end of an object's life inside a transaction: marked as dying while finalizers hold it, then removed.
// Thread: on the store's strand.   Errors: the Status Kubernetes answers in each case.
#pragma once

#include <string>

#include "cloud/api/lifecycle.hpp"

namespace hearth::api {

/// Finalizers by which a deletion asks the garbage collector for its propagation.
inline constexpr const char* kForegroundDeletion = "foregroundDeletion";
inline constexpr const char* kOrphan = "orphan";

/// What becomes of the objects that a deleted one owns.
enum class Propagation { unset, background, foreground, orphan };

struct DeletePreconditions {
  std::string uid;
  std::string resource_version;
  bool force = false;  ///< past the kind's own rule
  Propagation propagation = Propagation::unset;
};

/// The object where finalizers hold it, otherwise the Status of success.
Answer<ObjectPtr> delete_object(Transaction& transaction, const LifecycleContext& context, const Key& key,
                                const DeletePreconditions& preconditions);

/// Removes what nothing holds any more, and what waited for that; `last` is what watchers see of it.
ObjectPtr remove_object(Transaction& transaction, const LifecycleContext& context, const Key& key,
                        nlohmann::json last);

/// Takes a finalizer from a dying object, which goes with the last one.
void drop_finalizer(Transaction& transaction, const LifecycleContext& context, const Key& key,
                    nlohmann::json object, const char* finalizer);
/// A dying namespace goes when the last object in it has gone, and its last finalizer.
void finish_namespace(Transaction& transaction, const std::string& ns);

Key namespace_key(const std::string& name);
/// Whether a namespace is being deleted.
bool terminating(const nlohmann::json& ns);
/// Whether an object is being deleted.
bool dying(const nlohmann::json& object);
void raise_generation(nlohmann::json& object);

}  // namespace hearth::api
