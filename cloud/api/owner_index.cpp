// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/owner_index.hpp"

namespace hearth::api {

void OwnerIndex::add(const Key& key, const std::vector<OwnerReference>& owners) {
  for (const auto& owner : owners)
    dependents_[owner.uid].insert(key);
}

void OwnerIndex::remove(const Key& key, const std::vector<OwnerReference>& owners) {
  for (const auto& owner : owners) {
    const auto found = dependents_.find(owner.uid);
    if (found == dependents_.end()) continue;
    found->second.erase(key);
    if (found->second.empty()) dependents_.erase(found);
  }
}

const std::set<Key>& OwnerIndex::dependents_of(std::string_view uid) const {
  static const std::set<Key> kNone;
  const auto found = dependents_.find(uid);
  return found == dependents_.end() ? kNone : found->second;
}

}  // namespace hearth::api
