// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/resource_type.hpp"

#include <algorithm>
#include <charconv>

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

/// ".spec.replicas" as its names.
FieldPath field_path(std::string_view text) {
  FieldPath path;
  while (!text.empty()) {
    text.remove_prefix(text.front() == '.' ? 1 : 0);
    const auto end = std::min(text.find('.'), text.size());
    path.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return path;
}

void add_scale(const json& source, TypeVersion& version) {
  const auto* scale = at_path(source, {"subresources", "scale"});
  if (scale == nullptr) return;
  version.scale = {field_path(text_at(*scale, {"specReplicasPath"})),
                   field_path(text_at(*scale, {"statusReplicasPath"})),
                   field_path(text_at(*scale, {"labelSelectorPath"}))};
  version.subresources.push_back({"scale", "autoscaling", "v1", "Scale", {"get", "patch", "update"}});
}

/// In the definition's words, or in Kubernetes'.
std::string deprecation_of(const json& source, const KindName& kind) {
  if (!flag_at(source, "deprecated")) return {};
  const auto own = text_at(source, {"deprecationWarning"});
  if (!own.empty()) return own;
  return api_version(kind.group, text_at(source, {"name"})) + " " + kind.kind + " is deprecated";
}

Result<TypeVersion> custom_version(const json& source, const KindName& kind) {
  TypeVersion version;
  version.name = text_at(source, {"name"});
  version.deprecation = deprecation_of(source, kind);
  version.served = flag_at(source, "served");
  if (version.name.empty()) return hearth::invalid("BadDefinition", "a version needs a name");
  version.storage = flag_at(source, "storage");
  version.has_status = at_path(source, {"subresources", "status"}) != nullptr;
  add_scale(source, version);
  const auto* schema = at_path(source, {"schema", "openAPIV3Schema"});
  if (schema == nullptr)
    return hearth::invalid("BadDefinition", "version " + version.name + " needs schema.openAPIV3Schema");
  auto parsed = schema::Schema::parse(*schema);
  if (!parsed) return std::move(parsed).error().within("version " + version.name);
  version.schema = std::move(*parsed);
  if (version.has_status) version.status_schema = version.schema->property("status");
  version.merge_type = apply::merge_type_of(*schema);
  version.schema_text = schema->dump(-1, ' ', false, json::error_handler_t::replace);
  version.has_defaults = schema::has_defaults(*version.schema);
  const auto* printer_columns = at_path(source, {"additionalPrinterColumns"});
  auto columns = custom_columns(printer_columns == nullptr ? json() : *printer_columns);
  if (!columns) return std::move(columns).error().within("version " + version.name);
  version.columns = std::move(*columns);
  return version;
}

void fill_names(const json& crd, ResourceType& type) {
  const auto* accepted = at_path(crd, {"status", "acceptedNames"});
  const auto* names = accepted != nullptr ? accepted : at_path(crd, {"spec", "names"});
  type.name.group = text_at(crd, {"spec", "group"});
  if (names == nullptr) return;
  type.name.plural = text_at(*names, {"plural"});
  type.name.kind = text_at(*names, {"kind"});
  type.singular = text_at(*names, {"singular"});
  if (type.singular.empty()) type.singular = lower(type.name.kind);
  type.list_kind = text_at(*names, {"listKind"});
  if (type.list_kind.empty()) type.list_kind = type.name.kind + "List";
  type.short_names = texts(array_at(*names, {"shortNames"}));
  type.categories = texts(array_at(*names, {"categories"}));
}

/// A version's name taken apart: v2beta3 is stage 1 (v2 would be 2, v2alpha3 0), major 2, minor 3.
struct VersionRank {
  int stage = -1;
  unsigned major = 0;
  unsigned minor = 0;
  auto operator<=>(const VersionRank&) const = default;
};

VersionRank rank_of(std::string_view name) {
  const auto read = [&](unsigned& number) {
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    name.remove_prefix(static_cast<std::size_t>(end - name.data()));
    return error == std::errc();
  };
  VersionRank rank;
  if (!name.starts_with('v')) return {};
  name.remove_prefix(1);
  if (!read(rank.major)) return {};
  rank.stage = 2;
  if (name.empty()) return rank;
  rank.stage = name.starts_with("beta") ? 1 : 0;
  if (!name.starts_with("beta") && !name.starts_with("alpha")) return {};
  name.remove_prefix(rank.stage == 1 ? 4 : 5);
  return read(rank.minor) && name.empty() ? rank : VersionRank{};
}

}  // namespace

const TypeVersion* ResourceType::version(const std::string& wanted) const {
  const auto found = std::find_if(versions.begin(), versions.end(), [&](const TypeVersion& version) {
    return version.served && version.name == wanted;
  });
  return found == versions.end() ? nullptr : &*found;
}

const TypeVersion& ResourceType::storage_version() const {
  const auto found = std::find_if(versions.begin(), versions.end(),
                                  [](const TypeVersion& version) { return version.storage; });
  return found == versions.end() ? versions.front() : *found;
}

bool preferred_before(const std::string& a, const std::string& b) {
  const auto first = rank_of(a);
  const auto second = rank_of(b);
  return first == second ? a < b : first > second;
}

bool ResourceType::allows(std::string_view verb) const {
  return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
}

std::string joined(const FieldPath& path) {
  std::string text;
  for (const auto& name : path)
    text += (text.empty() ? "" : ".") + name;
  return text;
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
  type.counts_generation = true;
  type.namespaced = text_at(crd, {"spec", "scope"}) != "Cluster";
  type.verbs = kAllVerbs;
  type.selectable = {"metadata.name", "metadata.namespace"};
  for (const auto& source : array_at(crd, {"spec", "versions"})) {
    auto version = custom_version(source, type.name);
    if (!version) return std::move(version).error().within(called);
    add_selectable(source, type.selectable);
    type.versions.push_back(std::move(*version));
  }
  if (type.versions.empty()) return hearth::invalid("BadDefinition", called + ": there is no version");
  return type;
}

}  // namespace hearth::api
