// SPDX-License-Identifier: Apache-2.0
// From an owner's uid to the objects whose metadata.ownerReferences name it.
// Thread: plain value, on the store's strand.   Errors: none.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/api/owner_references.hpp"
#include "cloud/api/store/change.hpp"

namespace hearth::api {

class OwnerIndex {
 public:
  void add(const Key& key, const std::vector<OwnerReference>& owners);
  /// `owners` as they were added.
  void remove(const Key& key, const std::vector<OwnerReference>& owners);

  /// Valid until the next change.
  const std::set<Key>& dependents_of(std::string_view uid) const;

 private:
  std::map<std::string, std::set<Key>, std::less<>> dependents_;
};

}  // namespace hearth::api
