// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/resource_type.hpp"

#include <algorithm>

#include "cloud/api/base/json_view.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

const std::vector<std::string> kAllVerbs = {"create", "delete", "deletecollection", "get",
                                            "list",   "patch",  "update",           "watch"};

std::vector<std::string> texts(const json& array) {
  std::vector<std::string> found;
  for (const auto& item : array) {
    if (item.is_string()) found.push_back(item.get<std::string>());
  }
  return found;
}

bool flag_at(const json& object, std::string_view name) {
  const auto* found = at_path(object, {name});
  return found != nullptr && *found == true;
}

std::string lower(std::string text) {
  for (auto& c : text)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// Namespaced devices can be found by their node: the one selectable field controllers need.
void add_selectable(const json& version, std::vector<std::string>& selectable) {
  for (const auto& field : array_at(version, {"selectableFields"})) {
    auto path = text_at(field, {"jsonPath"});
    if (path.starts_with(".")) path.erase(0, 1);
    if (!path.empty()) selectable.push_back(std::move(path));
  }
  const auto* node_name =
      at_path(version, {"schema", "openAPIV3Schema", "properties", "spec", "properties", "nodeName"});
  if (node_name != nullptr) selectable.emplace_back("spec.nodeName");
}

Result<TypeVersion> custom_version(const json& source) {
  TypeVersion version;
  version.name = text_at(source, {"name"});
  if (version.name.empty()) return hearth::invalid("BadDefinition", "a version needs a name");
  version.storage = flag_at(source, "storage");
  version.has_status = at_path(source, {"subresources", "status"}) != nullptr;
  const auto* schema = at_path(source, {"schema", "openAPIV3Schema"});
  if (schema == nullptr)
    return hearth::invalid("BadDefinition", "version " + version.name + " needs schema.openAPIV3Schema");
  auto parsed = schema::Schema::parse(*schema);
  if (!parsed) return std::move(parsed).error().within("version " + version.name);
  version.schema = std::move(*parsed);
  if (version.has_status) version.status_schema = version.schema->property("status");
  version.merge_type = apply::merge_type_of(*schema);
  version.schema_source = *schema;
  const auto* printer_columns = at_path(source, {"additionalPrinterColumns"});
  auto columns = custom_columns(printer_columns == nullptr ? json() : *printer_columns);
  if (!columns) return std::move(columns).error().within("version " + version.name);
  version.columns = std::move(*columns);
  return version;
}

void fill_names(const json& crd, ResourceType& type) {
  type.name.group = text_at(crd, {"spec", "group"});
  type.name.plural = text_at(crd, {"spec", "names", "plural"});
  type.name.kind = text_at(crd, {"spec", "names", "kind"});
  type.singular = text_at(crd, {"spec", "names", "singular"});
  if (type.singular.empty()) type.singular = lower(type.name.kind);
  type.list_kind = text_at(crd, {"spec", "names", "listKind"});
  if (type.list_kind.empty()) type.list_kind = type.name.kind + "List";
  type.short_names = texts(array_at(crd, {"spec", "names", "shortNames"}));
  type.categories = texts(array_at(crd, {"spec", "names", "categories"}));
}

}  // namespace

const TypeVersion* ResourceType::version(const std::string& wanted) const {
  const auto found = std::find_if(versions.begin(), versions.end(),
                                  [&](const TypeVersion& version) { return version.name == wanted; });
  return found == versions.end() ? nullptr : &*found;
}

const TypeVersion& ResourceType::storage_version() const {
  const auto found = std::find_if(versions.begin(), versions.end(),
                                  [](const TypeVersion& version) { return version.storage; });
  return found == versions.end() ? versions.front() : *found;
}

bool ResourceType::allows(std::string_view verb) const {
  return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
}

std::string api_version(const std::string& group, const std::string& version) {
  return group.empty() ? version : group + "/" + version;
}

Result<ResourceType> custom_type(const json& crd) {
  ResourceType type;
  fill_names(crd, type);
  const auto called = "CustomResourceDefinition " + name_of(crd);
  if (type.name.group.empty() || type.name.plural.empty() || type.name.kind.empty()) {
    return hearth::invalid("BadDefinition",
                           called + ": spec.group, spec.names.plural and spec.names.kind are needed");
  }
  type.namespaced = text_at(crd, {"spec", "scope"}) != "Cluster";
  type.verbs = kAllVerbs;
  type.selectable = {"metadata.name", "metadata.namespace"};
  for (const auto& source : array_at(crd, {"spec", "versions"})) {
    if (!flag_at(source, "served")) continue;
    auto version = custom_version(source);
    if (!version) return std::move(version).error().within(called);
    add_selectable(source, type.selectable);
    type.versions.push_back(std::move(*version));
  }
  if (type.versions.empty()) return hearth::invalid("BadDefinition", called + ": no version is served");
  return type;
}

}  // namespace hearth::api
