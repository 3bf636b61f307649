// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/registry.hpp"

#include "cloud/api/base/json_view.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::api {

Registry::Registry(std::vector<TypePtr> types) : types_(std::move(types)) {
  for (const auto& type : types_)
    by_name_.emplace(PluralAndGroup(type->name.plural, type->name.group), type.get());
}

Result<RegistryPtr> Registry::load(const std::vector<std::string>& crd_documents) {
  std::vector<TypePtr> types;
  for (auto& type : builtin_types())
    types.push_back(std::make_shared<const ResourceType>(std::move(type)));
  std::vector<nlohmann::json> definitions;
  for (std::size_t i = 0; i < crd_documents.size(); ++i) {
    auto documents = schema::parse_yaml(crd_documents[i], "CRD document " + std::to_string(i + 1));
    if (!documents) return documents.error();
    for (auto& document : *documents) {
      if (text_at(document, {"kind"}) != "CustomResourceDefinition") {
        return hearth::invalid("BadDefinition",
                               "CRD document " + std::to_string(i + 1) +
                                   " is no CustomResourceDefinition of apiextensions.k8s.io/v1");
      }
      auto type = custom_type(document);
      if (!type) return type.error();
      types.push_back(std::make_shared<const ResourceType>(std::move(*type)));
      definitions.push_back(std::move(document));
    }
  }
  auto registry = std::make_shared<Registry>(std::move(types));
  registry->definitions_ = std::move(definitions);
  return RegistryPtr(std::move(registry));
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
