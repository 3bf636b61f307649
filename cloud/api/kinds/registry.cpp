// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/registry.hpp"

namespace hearth::api {

Registry::Registry(std::vector<TypePtr> types) : types_(std::move(types)) {
  for (const auto& type : types_)
    by_name_.emplace(PluralAndGroup(type->name.plural, type->name.group), type.get());
}

RegistryPtr Registry::builtin() {
  std::vector<TypePtr> types;
  for (auto& type : builtin_types())
    types.push_back(std::make_shared<const ResourceType>(std::move(type)));
  return std::make_shared<const Registry>(std::move(types));
}

const ResourceType* Registry::find(std::string_view group, std::string_view plural) const {
  const auto found = by_name_.find(PluralAndGroup(plural, group));
  return found == by_name_.end() ? nullptr : found->second;
}

const ResourceType* Registry::find_resource(std::string_view resource) const {
  const auto dot = resource.find('.');
  const auto group = dot == resource.npos ? std::string_view() : resource.substr(dot + 1);
  return find(group, resource.substr(0, dot));
}

}  // namespace hearth::api
