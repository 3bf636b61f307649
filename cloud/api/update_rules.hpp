// SPDX-License-Identifier: Apache-2.0
// In what the kinds differ when they are replaced, as each kind's strategy in Kubernetes has it.
// Thread: pure functions.   Errors: none.
#pragma once

#include "cloud/api/kinds/resource_type.hpp"

namespace hearth::api {

/// A PUT makes what is not there: leases, events and RBAC's roles and bindings.
bool made_by_update(const ResourceType& type);

/// A PUT may leave out metadata.resourceVersion and then overwrites whatever there is.
bool updates_without_version(const ResourceType& type);

}  // namespace hearth::api
