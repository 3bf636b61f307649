// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/lifecycle.hpp"

#include <algorithm>
#include <random>

#include "cloud/api/builtin_rules.hpp"
#include "cloud/api/definition_lifecycle.hpp"
#include "cloud/api/deletion.hpp"
#include "cloud/api/ownership.hpp"
#include "cloud/apply/apply.hpp"
#include "sdk/base/ids.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr int kNameTries = 8;

std::string random_suffix() {
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::random_device source;
  std::uniform_int_distribution<std::size_t> pick(0, kLetters.size() - 1);
  std::string suffix;
  for (int i = 0; i < 5; ++i)
    suffix += kLetters[pick(source)];
  return suffix;
}

Key key_of(const ResourceType& type, const json& object) {
  return {type.resource(), namespace_of(object), name_of(object)};
}

Answer<void> check_namespace(const Transaction& transaction, const ResourceType& type, const json& object) {
  if (!type.namespaced) return {};
  const auto ns = namespace_of(object);
  const auto found = transaction.get(namespace_key(ns));
  if (found == nullptr) return not_found({"", "namespaces", "Namespace"}, ns);
  if (terminating(found->tree())) return namespace_terminating(type.name, name_of(object), ns);
  return {};
}

Find finder(const Transaction& transaction) {
  return [&transaction](const std::string& group, const std::string& plural, const std::string& ns,
                        const std::string& name) -> std::optional<json> {
    const auto found = transaction.get({KindName{group, plural, {}}.resource(), ns, name});
    if (found == nullptr) return std::nullopt;
    return found->tree();
  };
}

Answer<void> admit(const Transaction& transaction, const LifecycleContext& context, json& object,
                   const json* old) {
  if (is_definition(*context.type)) return admit_definition(transaction, context, object, old);
  if (context.type->builtin) return admit_builtin(transaction, context, object, old);
  if (context.admission == nullptr || !context.admission->write) return {};
  const auto violations = context.admission->write(object, old, finder(transaction));
  if (violations.empty()) return {};
  return invalid(context.type->name, name_of(object), violations);
}

/// An apply has settled them in the object it made.
void take_owners(const json& object, json& next) {
  next["metadata"].erase("managedFields");
  if (const auto* owners = at_path(object, {"metadata", "managedFields"}))
    next["metadata"]["managedFields"] = *owners;
}

/// `current` is null for a new object.
void note_owners(const LifecycleContext& context, const json& current, json& next, bool status_write) {
  if (context.manager.empty()) return;
  note_write(*context.type, {context.manager, status_write, context.now}, current, next);
}

void complete_namespace(json& object) {
  object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name_of(object);
  object["spec"]["finalizers"] = {"kubernetes"};
  object["status"] = {{"phase", "Active"}};
}

/// Takes from the stored object what no client may change.
void keep_immutable(const json& current, json& object) {
  auto& meta = object["metadata"];
  const auto& old = current.at("metadata");
  for (const auto* name : {"name", "namespace", "uid", "creationTimestamp", "generation", "resourceVersion",
                           "deletionTimestamp", "deletionGracePeriodSeconds", "generateName"}) {
    if (const auto found = old.find(name); found != old.end()) {
      meta[name] = *found;
    } else {
      meta.erase(name);
    }
  }
}

bool spec_differs(const json& a, const json& b, bool status_apart) {
  const auto counts = [&](const std::string& key) {
    return key != "metadata" && !(status_apart && key == "status");
  };
  for (const auto& [key, value] : a.items()) {
    const auto other = b.find(key);
    if (counts(key) && (other == b.end() || *other != value)) return true;
  }
  for (const auto& [key, value] : b.items()) {
    if (counts(key) && !a.contains(key)) return true;
  }
  return false;
}

Answer<void> check_preconditions(const KindName& kind, const Object& current, const json& object) {
  const auto name = name_of(current);
  const auto wanted = version_of(object);
  if (!wanted.empty() && wanted != version_of(current)) return stale(kind, name);
  const auto uid = text_at(object, {"metadata", "uid"});
  const auto stored_uid = std::string(current.uid());
  if (uid.empty() || uid == stored_uid) return {};
  return conflict(kind, name,
                  "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + stored_uid,
                  false);
}

Answer<void> check_finalizers(const KindName& kind, const json& current, const json& object) {
  if (!dying(current)) return {};
  const auto& old = array_at(current, {"metadata", "finalizers"});
  std::string added;
  for (const auto& finalizer : array_at(object, {"metadata", "finalizers"})) {
    if (std::find(old.begin(), old.end(), finalizer) == old.end()) {
      added += (added.empty() ? "" : ", ") + finalizer.dump();
    }
  }
  if (added.empty()) return {};
  return invalid(kind, name_of(current),
                 {{"metadata.finalizers", "FieldValueForbidden",
                   "Forbidden: no new finalizers can be added if the object is being deleted, found new "
                   "finalizers []string{" +
                       added + "}"}});
}

}  // namespace

LifecycleContext lifecycle_context(const Services& services, const Call& call) {
  const auto found = services.admission.find(call.type->name.kind);
  const auto* admission = found == services.admission.end() ? nullptr : &found->second;
  return {call.kinds,       call.type, admission,       &services.retention,
          services.clock(), call.user, &services.access};
}

Answer<ObjectPtr> create_object(Transaction& transaction, const LifecycleContext& context, json object) {
  const auto& type = *context.type;
  if (auto sound = check_kind_stays(transaction, type); !sound) return sound.error();
  if (auto sound = check_namespace(transaction, type, object); !sound) return sound.error();
  auto& meta = object["metadata"];
  if (!version_of(object).empty()) {
    return bad_request("resourceVersion should not be set on objects to be created");
  }
  const auto prefix = text_at(meta, {"generateName"});
  const bool generated = name_of(object).empty();
  for (int i = 0; generated && i < kNameTries; ++i) {
    meta["name"] = prefix + random_suffix();
    if (transaction.get(key_of(type, object)) == nullptr) break;
  }
  const auto key = key_of(type, object);
  if (transaction.get(key) != nullptr) return already_exists(type.name, key.name);
  for (const auto* name : {"deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion"})
    meta.erase(name);
  meta["uid"] = new_uuid();
  meta["creationTimestamp"] = to_rfc3339(context.now);
  meta.erase("generation");
  if (type.counts_generation) meta["generation"] = 1;
  if (type.resource() == "namespaces") complete_namespace(object);
  if (auto admitted = admit(transaction, context, object, nullptr); !admitted) return admitted.error();
  note_owners(context, nullptr, object, false);
  if (context.retention != nullptr && type.resource() == "events") {
    if (auto counted = context.retention->count_up(transaction, object, context.now)) return counted;
    context.retention->make_room(transaction, key.ns, context.now);
  }
  auto made = transaction.put(key, std::move(object));
  return type.builtin ? settle_made(transaction, context, std::move(made)) : made;
}

Answer<ObjectPtr> change_object(Transaction& transaction, const LifecycleContext& context,
                                const ObjectPtr& stored, json object, bool status_write) {
  const auto& type = *context.type;
  const auto current = stored->tree();
  const bool status_apart = type.storage_version().has_status;
  if (auto sound = check_preconditions(type.name, *stored, object); !sound) return sound.error();
  json next;
  if (status_write) {
    next = current;
    next.erase("status");
    if (const auto status = object.find("status"); status != object.end()) next["status"] = *status;
    if (context.manager.empty()) take_owners(object, next);
  } else {
    next = std::move(object);
    keep_immutable(current, next);
    if (status_apart) next.erase("status");
    const auto status = current.find("status");
    if (status_apart && status != current.end()) next["status"] = *status;
  }
  if (auto sound = check_finalizers(type.name, current, next); !sound) return sound.error();
  if (!status_write && next != current) {
    if (auto admitted = admit(transaction, context, next, &current); !admitted) return admitted.error();
  }
  if (status_write && is_definition(type)) {
    if (auto sound = check_definition_status(context, next); !sound) return sound.error();
  }
  note_owners(context, current, next, status_write);
  if (apply::equal_but_for_times(current, next)) return stored;
  if (type.counts_generation && spec_differs(current, next, status_apart)) raise_generation(next);
  const auto key = key_of(type, current);
  const bool released = dying(next) && array_at(next, {"metadata", "finalizers"}).empty();
  if (released && type.resource() != "namespaces")
    return remove_object(transaction, context, key, std::move(next));
  auto changed = transaction.put(key, std::move(next));
  if (is_definition(type)) settle_group(transaction, context, group_of_definition(key.name));
  if (type.builtin) settle_changed(transaction, context, key);
  if (released) finish_namespace(transaction, key.name);
  return changed;
}

Answer<ObjectPtr> change_status(Transaction& transaction, const LifecycleContext& context,
                                const ObjectPtr& current, const json& preconditions,
                                std::string_view status) {
  const auto& type = *context.type;
  if (auto sound = check_preconditions(type.name, *current, preconditions); !sound) return sound.error();
  if (status == current->status()) return current;
  return transaction.put_status({type.resource(), namespace_of(*current), name_of(*current)}, status);
}

Answer<ObjectPtr> make_first_namespaces(Transaction& transaction, const RegistryPtr& kinds, WallTime now) {
  const auto* type = kinds->find("", "namespaces");
  const LifecycleContext context{kinds, type, nullptr, nullptr, now};
  for (const auto* name : {"default", "kube-system", "kube-public", "kube-node-lease"}) {
    if (transaction.get(namespace_key(name)) != nullptr) continue;
    json object = {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}};
    if (auto made = create_object(transaction, context, std::move(object)); !made) return made;
  }
  return ObjectPtr();
}

}  // namespace hearth::api
