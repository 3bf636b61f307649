// SPDX-License-Identifier: Apache-2.0
// metadata.ownerReferences: who owns an object.
// Thread: pure functions.   Errors: violations in Kubernetes' words; a reference without a uid owns nothing.
#pragma once

#include <string>
#include <vector>

#include "cloud/api/base/json_view.hpp"
#include "cloud/api/base/status.hpp"

namespace hearth::api {

struct OwnerReference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  bool blocks = false;  ///< blockOwnerDeletion
  bool operator==(const OwnerReference&) const = default;
};

/// No tree is made of the object; one without owners costs a look through its metadata.
std::vector<OwnerReference> owners_of(const Object& object);

/// Whether two states of an object differ in their metadata by resourceVersion at most.
bool same_metadata(const Object& a, const Object& b);

void check_owner_references(const nlohmann::json& meta, std::vector<Violation>& found);

}  // namespace hearth::api
