// SPDX-License-Identifier: Apache-2.0
// Keeps the kinds served in step with the stored CustomResourceDefinitions: each commit that changes one makes a new
// Registry, and watches of kinds that changed end, so that clients look again.
// Thread: load() before serving, follow() on the store's strand.
// Errors: a stored definition that cannot be served is left out with a warning.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cloud/api/kinds/registry.hpp"
#include "cloud/api/store/object_store.hpp"

namespace hearth::api {

class KindsKeeper {
 public:
  KindsKeeper(ServedKinds& kinds, ObjectStore& store, std::map<std::string, Converter> converters);

  void load(const std::vector<ObjectPtr>& definitions);
  /// An OnCommit of the store.
  void follow(const std::vector<ChangePtr>& changes);

 private:
  void define(const Object& definition, std::uint64_t version);
  void publish();

  ServedKinds& kinds_;
  ObjectStore& store_;
  std::map<std::string, Converter> converters_;  ///< by resource
  std::vector<TypePtr> builtin_;
  std::map<std::string, TypePtr> custom_;  ///< by resource
};

}  // namespace hearth::api
