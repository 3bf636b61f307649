// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/kinds.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cloud/kube/json_access.hpp"
#include "cloud/kube/kube_client.hpp"
#include "sdk/schema/diagnostic.hpp"

namespace hearth::ctl {
namespace {

using kube::array_at;
using kube::object_at;
using kube::string_at;
using nlohmann::json;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool is_named(const Kind& kind, const std::string& name) {
  return name == kind.plural || name == kind.singular || name == lower(kind.kind) ||
         std::find(kind.short_names.begin(), kind.short_names.end(), name) != kind.short_names.end();
}

/// "devices", "devices.devices.kubeedge.io" or "devices.v1beta1.devices.kubeedge.io".
bool fits(const Kind& kind, const std::string& name) {
  const auto dot = name.find('.');
  if (!is_named(kind, name.substr(0, dot))) return false;
  if (dot == std::string::npos) return true;
  const auto rest = name.substr(dot + 1);
  return rest == kind.group || rest == kind.version + "." + kind.group ||
         (kind.group.empty() && rest == kind.version);
}

Kind read_kind(const json& resource, const GroupVersion& of) {
  Kind kind;
  kind.group = of.group;
  kind.version = of.version;
  kind.plural = string_at(resource, "name");
  kind.kind = string_at(resource, "kind");
  kind.singular = string_at(resource, "singularName");
  if (kind.singular.empty()) kind.singular = lower(kind.kind);
  const auto namespaced = resource.find("namespaced");
  kind.namespaced = namespaced != resource.end() && namespaced->is_boolean() && namespaced->get<bool>();
  for (const auto& name : array_at(resource, "shortNames")) {
    if (name.is_string()) kind.short_names.push_back(name.get<std::string>());
  }
  return kind;
}

}  // namespace

std::string Kind::printed() const {
  return group.empty() ? singular : singular + "." + group;
}

std::string Kind::path(const std::string& ns, const std::string& name) const {
  return kube::resource_path(group, version, plural, namespaced ? ns : "", name);
}

GroupVersion split_api_version(const std::string& api_version) {
  const auto slash = api_version.find('/');
  if (slash == std::string::npos) return {"", api_version};
  return {api_version.substr(0, slash), api_version.substr(slash + 1)};
}

std::string discovery_path(const GroupVersion& group_version) {
  return group_version.group.empty() ? "/api/" + group_version.version
                                     : "/apis/" + group_version.group + "/" + group_version.version;
}

std::vector<GroupVersion> group_versions(const json& api_group_list) {
  std::vector<GroupVersion> found;
  for (const auto& group : array_at(api_group_list, "groups")) {
    const auto preferred = string_at(object_at(group, "preferredVersion"), "groupVersion");
    std::vector<std::string> names;
    if (!preferred.empty()) names.push_back(preferred);
    for (const auto& version : array_at(group, "versions")) {
      const auto name = string_at(version, "groupVersion");
      if (!name.empty() && name != preferred) names.push_back(name);
    }
    for (const auto& name : names)
      found.push_back(split_api_version(name));
  }
  return found;
}

void Kinds::add(const json& resource_list) {
  const auto of = split_api_version(string_at(resource_list, "groupVersion"));
  for (const auto& resource : array_at(resource_list, "resources")) {
    auto kind = read_kind(resource, of);
    const bool is_subresource = kind.plural.find('/') != std::string::npos;
    if (!kind.plural.empty() && !is_subresource) kinds_.push_back(std::move(kind));
  }
}

Result<Kind> Kinds::find(std::string_view name) const {
  const auto wanted = lower(name);
  std::vector<std::string> names;
  for (const auto& kind : kinds_) {
    if (fits(kind, wanted)) return kind;
    names.push_back(kind.plural);
    names.push_back(kind.singular);
  }
  auto text = fmt::format("the server has no kind \"{}\"", name);
  if (const auto meant = schema::did_you_mean(wanted, names); !meant.empty()) {
    text += fmt::format("; did you mean \"{}\"?", meant);
  }
  return not_found("UnknownKind", std::move(text));
}

Result<Kind> Kinds::find(const std::string& api_version, const std::string& kind) const {
  const auto of = split_api_version(api_version);
  std::vector<std::string> names;
  for (const auto& known : kinds_) {
    if (known.group != of.group || known.version != of.version) continue;
    if (known.kind == kind) return known;
    names.push_back(known.kind);
  }
  auto text = fmt::format("the server has no kind \"{}\" in {}", kind, api_version);
  if (const auto meant = schema::did_you_mean(kind, names); !meant.empty()) {
    text += fmt::format("; did you mean \"{}\"?", meant);
  }
  return not_found("UnknownKind", std::move(text));
}

}  // namespace hearth::ctl
