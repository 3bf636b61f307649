// SPDX-License-Identifier: Apache-2.0
// The kinds served at one moment, and the place where the present ones are found.
// Thread: a Registry never changes; ServedKinds may be asked and changed from any thread.
// Errors: none.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloud/api/kinds/resource_type.hpp"

namespace hearth::api {

using TypePtr = std::shared_ptr<const ResourceType>;

class Registry {
 public:
  /// The built-in kinds alone.
  static std::shared_ptr<const Registry> builtin();
  /// Of two kinds of one name the first is found: none takes the place of a built-in one.
  explicit Registry(std::vector<TypePtr> types);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// In the order they came.
  const std::vector<TypePtr>& types() const { return types_; }
  /// Null when there is no such kind; lives as long as the registry.
  const ResourceType* find(std::string_view group, std::string_view plural) const;
  /// By plural.group.
  const ResourceType* find_resource(std::string_view resource) const;

 private:
  using PluralAndGroup = std::pair<std::string_view, std::string_view>;

  std::vector<TypePtr> types_;
  std::map<PluralAndGroup, const ResourceType*> by_name_;
};
using RegistryPtr = std::shared_ptr<const Registry>;

/// Kinds come and go while requests are under way: each request takes the registry it begins with and keeps it.
class ServedKinds {
 public:
  explicit ServedKinds(RegistryPtr registry) : registry_(std::move(registry)) {}

  RegistryPtr now() const {
    const std::lock_guard lock(mutex_);
    return registry_;
  }
  void replace(RegistryPtr registry) {
    const std::lock_guard lock(mutex_);
    registry_.swap(registry);
  }

 private:
  mutable std::mutex mutex_;
  RegistryPtr registry_;
};

}  // namespace hearth::api
