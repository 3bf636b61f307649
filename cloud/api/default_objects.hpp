// SPDX-License-Identifier: Apache-2.0
// The roles and bindings that are there from the start: made when they are missing, healed when they lack something.
// Thread: before serving begins, within a write.   Errors: a document that cannot be stored gives its Status.
#pragma once

#include <string>
#include <vector>

#include "cloud/api/lifecycle.hpp"

namespace hearth::api {

/// `documents` are YAML texts like access::default_roles(), which are stored first.
Answer<ObjectPtr> heal_default_roles(Transaction& transaction, const RegistryPtr& kinds,
                                     const std::vector<std::string>& documents, WallTime now);

}  // namespace hearth::api
