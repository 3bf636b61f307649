// SPDX-License-Identifier: Apache-2.0
// Things by device: walked in the order of their names, found by hash. A node with a thousand devices looks one up some
// twenty times for each value that is reported; comparing names down a tree was a seventh of what that cost.
// Thread: none, a plain value that cannot be copied.   Errors: none.
#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "sdk/base/ids.hpp"

namespace hearth::twin {

struct DeviceHash {
  std::size_t operator()(const DeviceId& id) const noexcept {
    const std::hash<std::string> hash;
    return hash(id.ns) * 31 + hash(id.name);
  }
};

template <class T>
class DeviceMap {
 public:
  using Ordered = std::map<DeviceId, T>;

  DeviceMap() = default;
  DeviceMap(const DeviceMap&) = delete;
  DeviceMap& operator=(const DeviceMap&) = delete;

  /// Null: there is none. The pointer holds until the thing is erased.
  T* find(const DeviceId& id) {
    const auto found = index_.find(&id);
    return found == index_.end() ? nullptr : found->second;
  }
  const T* find(const DeviceId& id) const {
    const auto found = index_.find(&id);
    return found == index_.end() ? nullptr : found->second;
  }
  /// Made if there is none.
  T& operator[](const DeviceId& id) {
    if (auto* held = find(id)) return *held;
    auto& [key, value] = *ordered_.try_emplace(id).first;
    index_.emplace(&key, &value);
    return value;
  }
  void erase(const DeviceId& id) {
    const auto found = ordered_.find(id);
    if (found == ordered_.end()) return;
    index_.erase(&found->first);
    ordered_.erase(found);
  }
  const Ordered& ordered() const { return ordered_; }

 private:
  struct Hash {
    std::size_t operator()(const DeviceId* id) const noexcept { return DeviceHash{}(*id); }
  };
  struct Same {
    bool operator()(const DeviceId* a, const DeviceId* b) const noexcept {
      return a->name == b->name && a->ns == b->ns;
    }
  };

  Ordered ordered_;
  std::unordered_map<const DeviceId*, T*, Hash, Same> index_;  ///< keys and values are those of ordered_
};

}  // namespace hearth::twin
