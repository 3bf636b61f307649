// SPDX-License-Identifier: Apache-2.0
// An object's life inside a transaction: made and changed (deletion.hpp has its end); what the server sets by itself.
// Thread: on the store's strand.   Errors: the Status Kubernetes answers in each case.
#pragma once

#include <string>

#include "cloud/api/base/status.hpp"
#include "cloud/api/call.hpp"

namespace hearth::api {

/// What the rules need besides the transaction; what it refers to outlives the write.
struct LifecycleContext {
  RegistryPtr kinds;  ///< those served when the write began
  const ResourceType* type;
  const Admission* admission;  ///< null: none for this kind
  EventRetention* retention;
  WallTime now;
  access::UserPtr user = nullptr;         ///< null: the server itself
  const AccessControl* access = nullptr;  ///< null: as with no user
  std::string manager =
      "hearth-cloud";  ///< as managedFields calls who writes; empty: an apply has settled it
};
LifecycleContext lifecycle_context(const Services& services, const Call& call);

/// `object` is checked and in the storage version.
Answer<ObjectPtr> create_object(Transaction& transaction, const LifecycleContext& context,
                                nlohmann::json object);

/// Puts `object` in the place of `stored`: of a status write only its status, of another everything else.
/// What changes nothing is not written.
Answer<ObjectPtr> change_object(Transaction& transaction, const LifecycleContext& context,
                                const ObjectPtr& stored, nlohmann::json object, bool status_write);

/// The same for a status that has been checked and printed; `preconditions` may carry metadata.resourceVersion and uid.
Answer<ObjectPtr> change_status(Transaction& transaction, const LifecycleContext& context,
                                const ObjectPtr& current, const nlohmann::json& preconditions,
                                std::string_view status);

/// default, kube-system, kube-public and kube-node-lease.
Answer<ObjectPtr> make_first_namespaces(Transaction& transaction, const RegistryPtr& kinds, WallTime now);

}  // namespace hearth::api
