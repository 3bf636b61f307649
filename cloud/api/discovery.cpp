// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/discovery.hpp"

#include <algorithm>
#include <map>

namespace hearth::api {

using nlohmann::json;

namespace {

using GroupVersion = std::pair<std::string, std::string>;

/// Groups in the order of the registry; of each group the version that clients prefer first.
std::vector<GroupVersion> group_versions(const Registry& registry) {
  std::vector<std::string> groups;
  std::map<std::string, std::vector<std::string>> versions;
  for (const auto& type : registry.types()) {
    const auto& group = type->name.group;
    auto& names = versions[group];
    for (const auto& version : type->versions) {
      if (!version.served || std::find(names.begin(), names.end(), version.name) != names.end()) continue;
      if (names.empty()) groups.push_back(group);
      names.push_back(version.name);
    }
  }
  std::vector<GroupVersion> found;
  for (const auto& group : groups) {
    auto& names = versions[group];
    std::sort(names.begin(), names.end(), preferred_before);
    for (const auto& name : names)
      found.emplace_back(group, name);
  }
  return found;
}

json versions_of(const Registry& registry, const std::string& group) {
  json versions = json::array();
  for (const auto& [name, version] : group_versions(registry)) {
    if (name == group)
      versions.push_back({{"groupVersion", api_version(group, version)}, {"version", version}});
  }
  return versions;
}

json group_entry(const Registry& registry, const std::string& group) {
  const auto versions = versions_of(registry, group);
  return {{"name", group}, {"versions", versions}, {"preferredVersion", versions.front()}};
}

std::vector<std::string> groups(const Registry& registry) {
  std::vector<std::string> found;
  for (const auto& [group, version] : group_versions(registry)) {
    if (!group.empty() && std::find(found.begin(), found.end(), group) == found.end()) found.push_back(group);
  }
  return found;
}

json group_list(const Registry& registry) {
  json list = {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", json::array()}};
  for (const auto& group : groups(registry))
    list["groups"].push_back(group_entry(registry, group));
  return list;
}

json core_versions() {
  return {{"kind", "APIVersions"}, {"versions", {"v1"}}, {"serverAddressByClientCIDRs", json::array()}};
}

json resource_entry(const ResourceType& type) {
  json entry = {{"name", type.name.plural},
                {"singularName", type.singular},
                {"namespaced", type.namespaced},
                {"kind", type.name.kind},
                {"verbs", type.verbs}};
  if (!type.short_names.empty()) entry["shortNames"] = type.short_names;
  if (!type.categories.empty()) entry["categories"] = type.categories;
  return entry;
}

json subresource_entry(const ResourceType& type, const Subresource& below) {
  return {{"name", type.name.plural + "/" + below.name},
          {"singularName", ""},
          {"namespaced", type.namespaced},
          {"group", below.group},
          {"version", below.version},
          {"kind", below.kind},
          {"verbs", below.verbs}};
}

std::optional<json> resource_list(const Registry& registry, const std::string& group,
                                  const std::string& version) {
  json resources = json::array();
  for (const auto& type : registry.types()) {
    const auto* served = type->name.group == group ? type->version(version) : nullptr;
    if (served == nullptr) continue;
    resources.push_back(resource_entry(*type));
    if (served->has_status) {
      resources.push_back({{"name", type->name.plural + "/status"},
                           {"singularName", ""},
                           {"namespaced", type->namespaced},
                           {"kind", type->name.kind},
                           {"verbs", {"get", "patch", "update"}}});
    }
    for (const auto& below : served->subresources)
      resources.push_back(subresource_entry(*type, below));
  }
  if (resources.empty()) return std::nullopt;
  return json{{"kind", "APIResourceList"},
              {"apiVersion", "v1"},
              {"groupVersion", api_version(group, version)},
              {"resources", std::move(resources)}};
}

json aggregated_resource(const ResourceType& type, const TypeVersion& version) {
  const json kind = {{"group", type.name.group}, {"version", version.name}, {"kind", type.name.kind}};
  json entry = {{"resource", type.name.plural},
                {"responseKind", kind},
                {"scope", type.namespaced ? "Namespaced" : "Cluster"},
                {"singularResource", type.singular},
                {"verbs", type.verbs}};
  if (!type.short_names.empty()) entry["shortNames"] = type.short_names;
  if (!type.categories.empty()) entry["categories"] = type.categories;
  auto subresources = json::array();
  if (version.has_status) {
    subresources.push_back(
        {{"subresource", "status"}, {"responseKind", kind}, {"verbs", {"get", "patch", "update"}}});
  }
  for (const auto& below : version.subresources) {
    subresources.push_back(
        {{"subresource", below.name},
         {"responseKind", {{"group", below.group}, {"version", below.version}, {"kind", below.kind}}},
         {"verbs", below.verbs}});
  }
  if (!subresources.empty()) entry["subresources"] = std::move(subresources);
  return entry;
}

json aggregated_group(const Registry& registry, const std::string& group) {
  json versions = json::array();
  for (const auto& [name, version] : group_versions(registry)) {
    if (name != group) continue;
    json resources = json::array();
    for (const auto& type : registry.types()) {
      const auto* served = type->name.group == group ? type->version(version) : nullptr;
      if (served != nullptr) resources.push_back(aggregated_resource(*type, *served));
    }
    versions.push_back({{"version", version}, {"freshness", "Current"}, {"resources", std::move(resources)}});
  }
  json entry = {{"metadata", json::object()}, {"versions", std::move(versions)}};
  if (!group.empty()) entry["metadata"]["name"] = group;
  return entry;
}

Response aggregated(const Registry& registry, const std::string& version, bool core) {
  json list = {{"kind", "APIGroupDiscoveryList"},
               {"apiVersion", "apidiscovery.k8s.io/" + version},
               {"metadata", json::object()},
               {"items", json::array()}};
  if (core) {
    list["items"].push_back(aggregated_group(registry, ""));
  } else {
    for (const auto& group : groups(registry))
      list["items"].push_back(aggregated_group(registry, group));
  }
  // Clients take the answer for aggregated only under exactly this type.
  return text_response(200, list.dump(),
                       "application/json;g=apidiscovery.k8s.io;v=" + version + ";as=APIGroupDiscoveryList");
}

json paths(const Registry& registry) {
  json all = {"/api", "/api/v1", "/apis"};
  for (const auto& [group, version] : group_versions(registry)) {
    if (!group.empty()) all.push_back("/apis/" + group + "/" + version);
  }
  for (const auto* path :
       {"/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/trace", "/version"}) {
    all.push_back(path);
  }
  return {{"paths", std::move(all)}};
}

std::optional<Response> as_response(std::optional<json> body) {
  if (!body) return std::nullopt;
  return json_response(200, *std::move(body));
}

}  // namespace

json version_info() {
  return {{"major", "1"},
          {"minor", "32"},
          {"gitVersion", std::string(kKubernetesVersion) + "+hearth." + HEARTH_VERSION},
          {"gitCommit", ""},
          {"gitTreeState", "clean"},
          {"buildDate", "1970-01-01T00:00:00Z"},
          {"goVersion", ""},
          {"compiler", "gcc"},
          {"platform", "linux"}};
}

std::optional<Response> discover(const Registry& registry, const Target& target, const Media& media) {
  const auto& segments = target.segments;
  if (segments.empty()) return json_response(200, paths(registry));
  const bool wants_aggregated = media.form == Form::discovery && segments.size() == 1;
  if (segments[0] == "version" && segments.size() == 1) return json_response(200, version_info());
  if (segments[0] == "api") {
    if (wants_aggregated) return aggregated(registry, media.version, true);
    if (segments.size() == 1) return json_response(200, core_versions());
    return segments.size() == 2 ? as_response(resource_list(registry, "", segments[1])) : std::nullopt;
  }
  if (segments[0] != "apis") return std::nullopt;
  if (wants_aggregated) return aggregated(registry, media.version, false);
  if (segments.size() == 1) return json_response(200, group_list(registry));
  if (segments.size() == 3) return as_response(resource_list(registry, segments[1], segments[2]));
  if (segments.size() != 2 || versions_of(registry, segments[1]).empty()) return std::nullopt;
  auto group = group_entry(registry, segments[1]);
  group["kind"] = "APIGroup";
  group["apiVersion"] = "v1";
  return json_response(200, std::move(group));
}

}  // namespace hearth::api
