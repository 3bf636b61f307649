// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/resource_type.hpp"

namespace hearth::api {

namespace {

const std::vector<std::string> kAllVerbs = {"create", "delete", "deletecollection", "get",
                                            "list",   "patch",  "update",           "watch"};

ResourceType builtin(std::string plural, std::string singular, std::string kind, bool namespaced) {
  ResourceType type;
  type.name = {"", std::move(plural), std::move(kind)};
  type.singular = std::move(singular);
  type.list_kind = type.name.kind + "List";
  type.namespaced = namespaced;
  type.builtin = true;
  type.verbs = kAllVerbs;
  type.selectable = {"metadata.name", "metadata.namespace"};
  TypeVersion version;
  version.name = "v1";
  version.storage = true;
  version.merge_type = apply::builtin_merge_type(type.name.plural);
  version.columns = builtin_columns(type.name.plural);
  type.versions.push_back(std::move(version));
  return type;
}

}  // namespace

std::vector<ResourceType> builtin_types() {
  auto namespaces = builtin("namespaces", "namespace", "Namespace", false);
  namespaces.short_names = {"ns"};
  namespaces.versions.front().has_status = true;
  namespaces.selectable.emplace_back("status.phase");
  auto nodes = builtin("nodes", "node", "Node", false);
  nodes.short_names = {"no"};
  nodes.versions.front().has_status = true;
  nodes.selectable.emplace_back("spec.unschedulable");
  auto events = builtin("events", "event", "Event", true);
  events.short_names = {"ev"};
  for (const auto* field :
       {"kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"}) {
    events.selectable.push_back(std::string("involvedObject.") + field);
  }
  for (const auto* field : {"reason", "reportingComponent", "source", "type"})
    events.selectable.emplace_back(field);
  auto pods = builtin("pods", "pod", "Pod", true);
  pods.short_names = {"po"};
  pods.categories = {"all"};
  pods.verbs = {"get", "list", "watch"};
  for (const auto* field : {"spec.nodeName", "status.phase"})
    pods.selectable.emplace_back(field);
  auto services = builtin("services", "service", "Service", true);
  services.short_names = {"svc"};
  services.categories = {"all"};
  services.verbs = {"get", "list", "watch"};
  auto definitions =
      builtin("customresourcedefinitions", "customresourcedefinition", "CustomResourceDefinition", false);
  definitions.name.group = "apiextensions.k8s.io";
  definitions.short_names = {"crd", "crds"};
  definitions.verbs = {"get", "list", "watch"};
  return {namespaces, nodes, events, pods, services, definitions};
}

}  // namespace hearth::api
