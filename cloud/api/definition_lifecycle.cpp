// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/definition_lifecycle.hpp"

#include <algorithm>

#include "cloud/api/deletion.hpp"
#include "cloud/api/kinds/definition.hpp"
#include "cloud/api/kinds/definition_status.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr const char* kCleanup = "customresourcecleanup.apiextensions.k8s.io";

Key definition_key(const std::string& name) {
  return {kDefinitions, "", name};
}

/// In annotations quotes are escaped, so the member itself is found.
bool is_dying(const Object& definition) {
  return definition.metadata().find(R"("deletionTimestamp":")") != std::string_view::npos;
}

std::vector<json> others_of_group(const Transaction& transaction, const json& definition) {
  std::vector<json> others;
  const auto name = name_of(definition);
  for (const auto& object : transaction.list(kDefinitions, "")) {
    const auto other = name_of(*object);
    if (other != name && group_of_definition(other) == group_of_definition(name))
      others.push_back(object->tree());
  }
  return others;
}

bool remove_finalizer(json& definition) {
  auto& finalizers = definition["metadata"]["finalizers"];
  if (!finalizers.is_array()) return true;
  const auto kept = std::remove(finalizers.begin(), finalizers.end(), json(kCleanup));
  finalizers.erase(kept, finalizers.end());
  const bool none = finalizers.empty();
  if (none) definition["metadata"].erase("finalizers");
  return none;
}

Answer<void> delete_objects_of(Transaction& transaction, const LifecycleContext& context,
                               const std::string& resource) {
  const auto* type = context.kinds->find_resource(resource);
  for (const auto& object : transaction.list(resource, "")) {
    const Key key{resource, namespace_of(*object), name_of(*object)};
    if (transaction.get(key) == nullptr) continue;
    if (type == nullptr) {
      transaction.erase(key, object->tree());
      continue;
    }
    auto below = context;
    below.type = type;
    below.admission = nullptr;
    if (auto gone = delete_object(transaction, below, key, {}); !gone) return gone.error();
  }
  return {};
}

}  // namespace

bool is_definition(const ResourceType& type) {
  return type.name.plural == "customresourcedefinitions" && type.name.group == "apiextensions.k8s.io";
}

Answer<void> admit_definition(const Transaction& transaction, const LifecycleContext& context,
                              json& definition, const json* old) {
  complete_definition(definition);
  if (old == nullptr) {
    definition.erase("status");
    if (transaction.list(kDefinitions, "").size() >= kMaxDefinitions) {
      return forbidden(context.type->name, name_of(definition),
                       "this server takes " + std::to_string(kMaxDefinitions) + " definitions at most");
    }
  }
  const auto violations = check_definition(definition, old);
  if (!violations.empty()) return invalid(context.type->name, name_of(definition), violations);
  settle_status(definition, others_of_group(transaction, definition), context.now);
  return {};
}

Answer<void> check_definition_status(const LifecycleContext& context, const json& definition) {
  const auto violations = check_stored_versions(definition);
  if (!violations.empty()) return invalid(context.type->name, name_of(definition), violations);
  return {};
}

std::string group_of_definition(const std::string& name) {
  const auto dot = name.find('.');
  return dot == name.npos ? std::string() : name.substr(dot + 1);
}

void settle_group(Transaction& transaction, const LifecycleContext& context, const std::string& group) {
  for (const auto& object : transaction.list(kDefinitions, "")) {
    if (group_of_definition(name_of(*object)) != group) continue;
    const auto definition = object->tree();
    auto settled = definition;
    settle_status(settled, others_of_group(transaction, definition), context.now);
    if (settled != definition) transaction.put(definition_key(name_of(*object)), std::move(settled));
  }
}

Answer<void> check_kind_stays(const Transaction& transaction, const ResourceType& type) {
  if (type.builtin) return {};
  const auto definition = transaction.get(definition_key(type.resource()));
  if (definition == nullptr) return path_not_found();
  if (!is_dying(*definition)) return {};
  return Status(405, "MethodNotAllowed", "create not allowed while custom resource definition is terminating",
                {{"group", type.name.group}, {"kind", type.name.plural}});
}

Answer<ObjectPtr> delete_definition(Transaction& transaction, const LifecycleContext& context, const Key& key,
                                    json definition) {
  const auto resource = key.name;
  if (auto deleted = delete_objects_of(transaction, context, resource); !deleted) return deleted.error();
  auto& meta = definition["metadata"];
  const bool dying = meta.contains("deletionTimestamp");
  if (!dying) {
    meta["deletionTimestamp"] = to_rfc3339(context.now);
    meta["deletionGracePeriodSeconds"] = 0;
    meta["generation"] = meta.value("generation", 0) + 1;
    auto& finalizers = meta["finalizers"];
    if (!finalizers.is_array()) finalizers = json::array();
    finalizers.push_back(kCleanup);
    set_condition(definition, "Terminating", true, "InstanceDeletionInProgress",
                  "CustomResource deletion is in progress", context.now);
    transaction.put(key, definition);
  }
  const auto marked = transaction.get(key);
  finish_definition(transaction, context, resource);
  return marked;
}

void finish_definition(Transaction& transaction, const LifecycleContext& context,
                       const std::string& resource) {
  const auto key = definition_key(resource);
  const auto object = transaction.get(key);
  if (object == nullptr || !is_dying(*object) || transaction.holds(resource)) return;
  auto definition = object->tree();
  if (remove_finalizer(definition)) {
    transaction.erase(key, std::move(definition));
    settle_group(transaction, context, group_of_definition(resource));
    return;
  }
  set_condition(definition, "Terminating", false, "InstanceDeletionCompleted", "removed all instances",
                context.now);
  if (definition != object->tree()) transaction.put(key, std::move(definition));
}

}  // namespace hearth::api
