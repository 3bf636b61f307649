// SPDX-License-Identifier: Apache-2.0
// How the parts of a kind are merged and owned: lists as a whole, by key or as a set; maps member by member or whole.
// Thread: never changes after it is made; copies share one tree.   Errors: none, a schema that says nothing of a list
// makes it a whole, as Kubernetes has it.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::apply {

struct MergeType;
using MergeTypePtr = std::shared_ptr<const MergeType>;

struct MergeType {
  enum class List {
    atomic,
    set,    ///< of scalars
    keyed,  ///< of objects, told apart by `keys`
  };

  List list = List::atomic;
  std::vector<std::string> keys;
  bool atomic_map = false;
  std::map<std::string, MergeTypePtr, std::less<>> members;
  MergeTypePtr others;  ///< of members that have no name in the schema; null: nothing is known of them
  MergeTypePtr items;

  /// Never null: of what is not known, maps are merged by member and lists are whole.
  MergeTypePtr member(std::string_view name) const;
  MergeTypePtr item() const;
};

/// From an `openAPIV3Schema` (x-kubernetes-list-type, -list-map-keys, -map-type); metadata is that of every object.
MergeTypePtr merge_type_of(const nlohmann::json& schema);

/// Of a built-in kind, whose schema is not at hand: as Kubernetes' own types have it. `resource` is its plural.
MergeTypePtr builtin_merge_type(std::string_view resource);

}  // namespace hearth::apply
