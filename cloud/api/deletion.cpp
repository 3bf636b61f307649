// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/deletion.hpp"

#include <algorithm>
#include <array>

#include "cloud/api/builtin_rules.hpp"
#include "cloud/api/definition_lifecycle.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::array<std::string_view, 3> kLastingNamespaces = {"default", "kube-system", "kube-public"};

Answer<void> admit_removal(const Transaction& transaction, const LifecycleContext& context,
                           const Object& object) {
  if (context.admission == nullptr || !context.admission->remove) return {};
  const auto list = [&transaction](const std::string& group, const std::string& plural,
                                   const std::string& ns) {
    return transaction.list(KindName{group, plural, {}}.resource(), ns);
  };
  const auto why = context.admission->remove(object, list);
  if (!why) return {};
  return forbidden(context.type->name, object.name(), *why);
}

json success(const KindName& kind, const json& object) {
  json details = {
      {"name", name_of(object)}, {"kind", kind.plural}, {"uid", text_at(object, {"metadata", "uid"})}};
  if (!kind.group.empty()) details["group"] = kind.group;
  return {{"kind", "Status"},
          {"apiVersion", "v1"},
          {"metadata", json::object()},
          {"status", "Success"},
          {"details", std::move(details)}};
}

Answer<void> check_deletable(const KindName& kind, const json& current, const DeletePreconditions& wanted) {
  const auto name = name_of(current);
  const auto uid = text_at(current, {"metadata", "uid"});
  if (!wanted.uid.empty() && wanted.uid != uid) {
    return conflict(kind, name,
                    "the UID in the precondition (" + wanted.uid + ") does not match the UID in record (" +
                        uid + "). The object might have been deleted and then recreated",
                    true);
  }
  const auto version = version_of(current);
  if (!wanted.resource_version.empty() && wanted.resource_version != version) {
    return conflict(kind, name,
                    "the ResourceVersion in the precondition (" + wanted.resource_version +
                        ") does not match the ResourceVersion in record (" + version +
                        "). The object might have been modified",
                    true);
  }
  const bool lasting =
      std::find(kLastingNamespaces.begin(), kLastingNamespaces.end(), name) != kLastingNamespaces.end();
  if (kind.group.empty() && kind.plural == "namespaces" && lasting) {
    return forbidden(kind, name, "this namespace may not be deleted");
  }
  return {};
}

ObjectPtr mark_dying(Transaction& transaction, const LifecycleContext& context, const Key& key, json object,
                     bool asked) {
  if (dying(object)) return asked ? transaction.put(key, std::move(object)) : transaction.get(key);
  object["metadata"]["deletionTimestamp"] = to_rfc3339(context.now);
  object["metadata"]["deletionGracePeriodSeconds"] = 0;
  if (context.type->counts_generation) raise_generation(object);
  return transaction.put(key, std::move(object));
}

Answer<ObjectPtr> delete_namespace(Transaction& transaction, const LifecycleContext& context, const Key& key,
                                   json object, bool asked) {
  object["status"]["phase"] = "Terminating";
  const auto marked = mark_dying(transaction, context, key, std::move(object), asked);
  for (const auto& inner : transaction.keys_in_namespace(key.name)) {
    const auto* type = context.kinds->find_resource(inner.resource);
    if (type == nullptr) {
      transaction.erase(inner, transaction.get(inner)->tree());
      continue;
    }
    const LifecycleContext below{context.kinds, type, nullptr, nullptr, context.now};
    if (auto gone = delete_object(transaction, below, inner, {}); !gone) return gone;
  }
  finish_namespace(transaction, key.name);
  return marked;
}

/// Writes down what is asked for; an object that is not held by these is left as it is.
bool ask_collector(json& object, Propagation propagation) {
  auto finalizers = array_at(object, {"metadata", "finalizers"});
  const auto settle = [&](const char* finalizer, bool wanted) {
    const auto found = std::find(finalizers.begin(), finalizers.end(), finalizer);
    if (wanted == (found != finalizers.end())) return false;
    if (wanted) {
      finalizers.push_back(finalizer);
    } else {
      finalizers.erase(found);
    }
    return true;
  };
  if (propagation == Propagation::unset) return false;
  const bool orphan = settle(kOrphan, propagation == Propagation::orphan);
  const bool foreground = settle(kForegroundDeletion, propagation == Propagation::foreground);
  if (orphan || foreground) object["metadata"]["finalizers"] = std::move(finalizers);
  return orphan || foreground;
}

}  // namespace

Key namespace_key(const std::string& name) {
  return {"namespaces", "", name};
}

bool terminating(const json& ns) {
  return text_at(ns, {"status", "phase"}) == "Terminating";
}

bool dying(const json& object) {
  return at_path(object, {"metadata", "deletionTimestamp"}) != nullptr;
}

void raise_generation(json& object) {
  auto& generation = object["metadata"]["generation"];
  generation = (generation.is_number_integer() ? generation.get<std::int64_t>() : 0) + 1;
}

ObjectPtr remove_object(Transaction& transaction, const LifecycleContext& context, const Key& key,
                        json last) {
  auto gone = transaction.erase(key, std::move(last));
  finish_namespace(transaction, key.ns);
  if (!context.type->builtin) finish_definition(transaction, context, key.resource);
  if (is_definition(*context.type)) settle_group(transaction, context, group_of_definition(key.name));
  if (context.type->builtin) settle_changed(transaction, context, key);
  return gone;
}

void finish_namespace(Transaction& transaction, const std::string& ns) {
  if (ns.empty()) return;
  const auto found = transaction.get(namespace_key(ns));
  if (found == nullptr) return;
  auto object = found->tree();
  const bool held = !array_at(object, {"metadata", "finalizers"}).empty();
  if (terminating(object) && !held && transaction.namespace_empty(ns)) {
    transaction.erase(namespace_key(ns), std::move(object));
  }
}

void drop_finalizer(Transaction& transaction, const LifecycleContext& context, const Key& key, json object,
                    const char* finalizer) {
  auto& finalizers = object["metadata"]["finalizers"];
  if (!finalizers.is_array()) return;
  std::erase(finalizers.get_ref<json::array_t&>(), json(finalizer));
  const bool none = finalizers.empty();
  if (none) object["metadata"].erase("finalizers");
  if (none && dying(object) && key.resource != "namespaces") {
    remove_object(transaction, context, key, std::move(object));
    return;
  }
  transaction.put(key, std::move(object));
  if (key.resource == "namespaces") finish_namespace(transaction, key.name);
}

Answer<ObjectPtr> delete_object(Transaction& transaction, const LifecycleContext& context, const Key& key,
                                const DeletePreconditions& preconditions) {
  const auto& kind = context.type->name;
  const auto current = transaction.get(key);
  if (current == nullptr) return not_found(kind, key.name);
  auto object = current->tree();
  if (auto allowed = check_deletable(kind, object, preconditions); !allowed) return allowed.error();
  if (!preconditions.force && !dying(object)) {
    if (auto admitted = admit_removal(transaction, context, *current); !admitted) return admitted.error();
  }
  const bool asked = ask_collector(object, preconditions.propagation);
  if (is_definition(*context.type)) return delete_definition(transaction, context, key, std::move(object));
  if (key.resource == "namespaces")
    return delete_namespace(transaction, context, key, std::move(object), asked);
  if (!array_at(object, {"metadata", "finalizers"}).empty()) {
    return mark_dying(transaction, context, key, std::move(object), asked);
  }
  auto answer = Object::of(success(kind, object));
  remove_object(transaction, context, key, std::move(object));
  return answer;
}

}  // namespace hearth::api
