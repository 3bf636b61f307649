// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/garbage.hpp"

#include <algorithm>
#include <optional>

#include "cloud/api/deletion.hpp"

namespace hearth::api {

using nlohmann::json;

/// Of one object: how many of its owners are there, and which are not, or wait for it.
struct Garbage::Owners {
  std::size_t solid = 0;
  bool unknown = false;
  std::vector<std::string> absent;
  std::vector<std::string> waiting;
};

namespace {

bool is_dying(const Object& object) {
  return object.metadata().find(R"("deletionTimestamp":")") != std::string_view::npos;
}

/// Dies, and has the finalizer; in annotations quotes are escaped.
bool held_by(const Object& object, const char* finalizer) {
  if (!is_dying(object)) return false;
  const auto tree = object::tree_of(object.metadata());
  const auto& finalizers = array_at(tree, {"finalizers"});
  return std::find(finalizers.begin(), finalizers.end(), finalizer) != finalizers.end();
}

const ResourceType* type_of(const Registry& kinds, const OwnerReference& owner) {
  const auto slash = owner.api_version.find('/');
  const auto group = slash == std::string::npos ? std::string() : owner.api_version.substr(0, slash);
  for (const auto& type : kinds.types()) {
    if (type->name.group == group && type->name.kind == owner.kind && type->stored) return type.get();
  }
  return nullptr;
}

/// Where the owner is kept that `dependent` names; an object without a namespace has no owner in one.
std::optional<Key> owner_key(const Registry& kinds, const OwnerReference& owner, const Key& dependent) {
  const auto* type = type_of(kinds, owner);
  if (type == nullptr || (type->namespaced && dependent.ns.empty())) return std::nullopt;
  return Key{type->resource(), type->namespaced ? dependent.ns : std::string(), owner.name};
}

bool may_own(const Key& owner, const Key& dependent) {
  return owner.ns.empty() || owner.ns == dependent.ns;
}

bool blocks(const Object& dependent, std::string_view uid) {
  const auto owners = owners_of(dependent);
  return std::any_of(owners.begin(), owners.end(),
                     [&](const OwnerReference& owner) { return owner.uid == uid && owner.blocks; });
}

void drop_references(json& object, const std::vector<std::string>& uids) {
  auto& references = object["metadata"]["ownerReferences"];
  if (!references.is_array()) return;
  std::erase_if(references.get_ref<json::array_t&>(), [&](const json& reference) {
    return std::find(uids.begin(), uids.end(), text_at(reference, {"uid"})) != uids.end();
  });
  if (references.empty()) object["metadata"].erase("ownerReferences");
}

LifecycleContext context_of(const LifecycleContext& context, const Key& key) {
  auto below = context;
  below.type = context.kinds->find_resource(key.resource);
  return below;
}

}  // namespace

void Garbage::load(const Objects& objects) {
  for (const auto& [key, object] : objects) {
    if (key.resource == "events") continue;
    if (const auto owners = owners_of(*object); !owners.empty()) {
      index_.add(key, owners);
      add({What::object, {}, key});
    }
    if (held_by(*object, kForegroundDeletion) || held_by(*object, kOrphan)) add({What::owner, {}, key});
  }
}

void Garbage::follow(const std::vector<ChangePtr>& changes, const Registry& kinds) {
  for (const auto& change : changes) {
    if (change->key.resource == "events") continue;
    if (change->deleted) {
      if (!index_.dependents_of(change->object->uid()).empty())
        add({What::dependents, std::string(change->object->uid()), {}});
    } else if (change->previous != nullptr) {
      if (same_metadata(*change->previous, *change->object)) continue;
      if (held_by(*change->object, kForegroundDeletion) || held_by(*change->object, kOrphan))
        add({What::owner, {}, change->key});
    }
    note_owner_changes(*change, kinds);
  }
}

void Garbage::note_owner_changes(const Change& change, const Registry& kinds) {
  const auto before =
      change.previous == nullptr ? std::vector<OwnerReference>() : owners_of(*change.previous);
  const auto after = change.deleted ? std::vector<OwnerReference>() : owners_of(*change.object);
  if (before == after) return;
  index_.remove(change.key, before);
  index_.add(change.key, after);
  if (!after.empty()) add({What::object, {}, change.key});
  for (const auto& owner : before) {
    if (auto key = owner_key(kinds, owner, change.key)) add({What::owner, {}, std::move(*key)});
  }
}

void Garbage::add(Task task) {
  if (known_.insert(task).second) tasks_.push_back(std::move(task));
}

void Garbage::step(Transaction& transaction, const LifecycleContext& context, bool again) {
  auto taken = std::exchange(taken_, {});
  for (auto& task : taken) {
    if (again) add(std::move(task));
  }
  Batch batch{transaction, context, kBatch};
  while (batch.left > 0 && !tasks_.empty()) {
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    known_.erase(task);
    taken_.push_back(task);
    --batch.left;
    run(batch, task);
  }
}

void Garbage::run(Batch& batch, const Task& task) {
  switch (task.what) {
    case What::dependents:
      return tend_dependents(batch, task);
    case What::object:
      return examine(batch, task.key, {});
    case What::owner:
      return tend_owner(batch, task);
  }
}

void Garbage::tend_dependents(Batch& batch, const Task& task) {
  const auto& keys = index_.dependents_of(task.uid);
  for (auto it = keys.upper_bound(task.after); it != keys.end(); ++it) {
    if (batch.transaction.get(*it) == nullptr) continue;
    examine(batch, *it, task.uid);
    if (--batch.left <= 0) return add({What::dependents, task.uid, {}, *it});
  }
}

void Garbage::tend_owner(Batch& batch, const Task& task) {
  const auto owner = batch.transaction.get(task.key);
  if (owner == nullptr) return;
  const auto uid = std::string(owner->uid());
  if (held_by(*owner, kOrphan)) return orphan(batch, task, uid);
  if (held_by(*owner, kForegroundDeletion)) wait_for_dependents(batch, task, uid);
}

void Garbage::orphan(Batch& batch, const Task& task, std::string_view uid) {
  const auto& keys = index_.dependents_of(uid);
  for (auto it = keys.upper_bound(task.after); it != keys.end(); ++it) {
    const auto dependent = batch.transaction.get(*it);
    if (dependent == nullptr || !may_own(task.key, *it)) continue;
    auto tree = dependent->tree();
    drop_references(tree, {std::string(uid)});
    batch.transaction.put(*it, std::move(tree));
    if (--batch.left <= 0) return add({What::owner, {}, task.key, *it});
  }
  release(batch, task.key, kOrphan);
}

void Garbage::wait_for_dependents(Batch& batch, const Task& task, std::string_view uid) {
  const auto& keys = index_.dependents_of(uid);
  for (auto it = keys.upper_bound(task.after); it != keys.end(); ++it) {
    const auto dependent = batch.transaction.get(*it);
    if (dependent == nullptr || is_dying(*dependent) || !may_own(task.key, *it)) continue;
    if (!blocks(*dependent, uid)) continue;
    examine(batch, *it, {});
    if (--batch.left <= 0) return add({What::owner, {}, task.key, *it});
  }
  if (!blocked(batch, task.key, uid)) release(batch, task.key, kForegroundDeletion);
}

bool Garbage::blocked(const Batch& batch, const Key& owner, std::string_view uid) const {
  const auto& keys = index_.dependents_of(uid);
  return std::any_of(keys.begin(), keys.end(), [&](const Key& key) {
    const auto dependent = batch.transaction.get(key);
    return dependent != nullptr && may_own(owner, key) && blocks(*dependent, uid);
  });
}

bool Garbage::has_dependents(const Batch& batch, std::string_view uid) const {
  const auto& keys = index_.dependents_of(uid);
  return std::any_of(keys.begin(), keys.end(),
                     [&](const Key& key) { return batch.transaction.get(key) != nullptr; });
}

void Garbage::release(Batch& batch, const Key& key, const char* finalizer) {
  const auto below = context_of(batch.context, key);
  const auto object = batch.transaction.get(key);
  if (below.type == nullptr || object == nullptr) return;
  drop_finalizer(batch.transaction, below, key, object->tree(), finalizer);
  if (batch.transaction.get(key) != nullptr) return;
  add({What::dependents, std::string(object->uid()), {}});
  for (const auto& owner : owners_of(*object)) {
    if (auto above = owner_key(*batch.context.kinds, owner, key)) add({What::owner, {}, std::move(*above)});
  }
}

Garbage::Owners Garbage::classify(const Batch& batch, const Key& key, const Object& object,
                                  std::string_view gone) const {
  Owners owners;
  for (const auto& reference : owners_of(object)) {
    const auto where = owner_key(*batch.context.kinds, reference, key);
    const auto owner = where ? batch.transaction.get(*where) : nullptr;
    if (!where && reference.uid != gone) {
      owners.unknown = true;
    } else if (owner == nullptr || owner->uid() != reference.uid) {
      owners.absent.push_back(reference.uid);
    } else if (held_by(*owner, kForegroundDeletion)) {
      owners.waiting.push_back(reference.uid);
    } else {
      ++owners.solid;
    }
  }
  return owners;
}

void Garbage::examine(Batch& batch, const Key& key, std::string_view gone) {
  const auto object = batch.transaction.get(key);
  if (object == nullptr || is_dying(*object)) return;
  const auto owners = classify(batch, key, *object, gone);
  if (owners.unknown || (owners.absent.empty() && owners.waiting.empty())) return;
  if (owners.solid == 0) return lose_owners(batch, key, object, owners);
  auto tree = object->tree();
  drop_references(tree, owners.absent);
  drop_references(tree, owners.waiting);
  batch.transaction.put(key, std::move(tree));
}

void Garbage::lose_owners(Batch& batch, const Key& key, const ObjectPtr& object, const Owners& owners) {
  const auto below = context_of(batch.context, key);
  if (below.type == nullptr) return;
  const auto uid = std::string(object->uid());
  DeletePreconditions wanted;
  wanted.uid = uid;
  if (!owners.waiting.empty() && has_dependents(batch, uid)) {
    unblock_cycle(batch, key, uid);
    wanted.propagation = Propagation::foreground;
  }
  if (!delete_object(batch.transaction, below, key, wanted)) return;
  if (batch.transaction.get(key) != nullptr) return add({What::owner, {}, key});
  add({What::dependents, uid, {}});
  for (const auto& owner : owners_of(*object)) {
    if (auto above = owner_key(*batch.context.kinds, owner, key)) add({What::owner, {}, std::move(*above)});
  }
}

/// Owners that own each other would wait for ever.
void Garbage::unblock_cycle(Batch& batch, const Key& key, std::string_view uid) {
  const auto& keys = index_.dependents_of(uid);
  const bool cycle = std::any_of(keys.begin(), keys.end(), [&](const Key& below) {
    const auto dependent = batch.transaction.get(below);
    return dependent != nullptr && held_by(*dependent, kForegroundDeletion);
  });
  if (!cycle) return;
  auto tree = batch.transaction.get(key)->tree();
  for (auto& reference : tree["metadata"]["ownerReferences"])
    reference["blockOwnerDeletion"] = false;
  batch.transaction.put(key, std::move(tree));
  for (const auto& owner : owners_of(*batch.transaction.get(key))) {
    if (auto above = owner_key(*batch.context.kinds, owner, key)) add({What::owner, {}, std::move(*above)});
  }
}

}  // namespace hearth::api
