// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cloud/api/json_view.hpp"
#include "cloud/api/resource_type.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::api {

Result<std::shared_ptr<const Registry>> Registry::load(const std::vector<std::string>& crd_documents) {
  auto registry = std::make_shared<Registry>();
  registry->types_ = builtin_types();
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
      if (registry->find(type->name.group, type->name.plural) != nullptr) {
        return hearth::invalid("BadDefinition",
                               "CustomResourceDefinition " + type->resource() + " is given twice");
      }
      registry->types_.push_back(std::move(*type));
      registry->definitions_.push_back(std::move(document));
    }
  }
  return std::shared_ptr<const Registry>(std::move(registry));
}

const ResourceType* Registry::find(const std::string& group, const std::string& plural) const {
  const auto found = std::find_if(types_.begin(), types_.end(), [&](const ResourceType& type) {
    return type.name.group == group && type.name.plural == plural;
  });
  return found == types_.end() ? nullptr : &*found;
}

const ResourceType* Registry::find_resource(const std::string& resource) const {
  const auto found = std::find_if(types_.begin(), types_.end(),
                                  [&](const ResourceType& type) { return type.resource() == resource; });
  return found == types_.end() ? nullptr : &*found;
}

}  // namespace hearth::api
