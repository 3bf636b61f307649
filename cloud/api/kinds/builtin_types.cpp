// SPDX-License-Identifier: Apache-2.0
// The built-in kinds are data: builtin_kinds.json of the OpenAPI documents says what there is to say of each.
#include "cloud/api/kinds/definition.hpp"
#include "cloud/api/kinds/event_forms.hpp"
#include "cloud/api/kinds/resource_type.hpp"
#include "cloud/api/openapi/builtin_kinds_text.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

std::vector<std::string> texts_at(const json& source, std::string_view name) {
  return array_at(source, {name}).get<std::vector<std::string>>();
}

bool flag_at(const json& source, std::string_view name, bool missing) {
  const auto* found = at_path(source, {name});
  return found == nullptr ? missing : *found == true;
}

std::vector<Subresource> subresources_of(const json& source) {
  std::vector<Subresource> found;
  for (const auto& each : array_at(source, {"subresources"})) {
    found.push_back({text_at(each, {"name"}), text_at(each, {"group"}), text_at(each, {"version"}),
                     text_at(each, {"kind"}), texts_at(each, "verbs")});
  }
  return found;
}

TypeVersion version_of_kind(const json& source, const ResourceType& type) {
  TypeVersion version;
  version.name = text_at(source, {"version"});
  version.storage = true;
  version.has_status = flag_at(source, "has_status", false);
  version.schema = schema::Schema::parse(source.at("schema")).value();
  if (version.has_status) version.status_schema = version.schema->property("status");
  version.merge_type = apply::builtin_merge_type(type.name.plural);
  version.columns = builtin_columns(type.name);
  version.subresources = subresources_of(source);
  return version;
}

/// Their form in the store is that of the core group, a version nobody asks this group for.
void see_as_core_events(ResourceType& type) {
  type.converter = event_in;
  auto stored = type.versions.front();
  stored.schema.reset();
  stored.served = false;
  type.versions.front().storage = false;
  type.versions.push_back(std::move(stored));
}

ResourceType builtin_type(const json& source) {
  ResourceType type;
  type.name = {text_at(source, {"group"}), text_at(source, {"plural"}), text_at(source, {"kind"})};
  type.singular = text_at(source, {"singular"});
  type.list_kind = type.name.kind + "List";
  type.short_names = texts_at(source, "short_names");
  type.categories = texts_at(source, "categories");
  type.verbs = texts_at(source, "verbs");
  type.selectable = {"metadata.name", "metadata.namespace"};
  for (auto& field : texts_at(source, "selectable"))
    type.selectable.push_back(std::move(field));
  type.namespaced = flag_at(source, "namespaced", true);
  type.builtin = true;
  type.stored = flag_at(source, "stored", true);
  type.stored_as = text_at(source, {"stored_as"});
  type.versions.push_back(version_of_kind(source, type));
  if (type.stored_as == "events") see_as_core_events(type);
  return type;
}

}  // namespace

std::vector<ResourceType> builtin_types() {
  std::vector<ResourceType> types;
  const auto file = json::parse(openapi::builtin_kinds_text());
  for (const auto& source : file.at("kinds"))
    types.push_back(builtin_type(source));
  types.push_back(definition_type());
  return types;
}

}  // namespace hearth::api
