// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/restoring.hpp"

#include <algorithm>

namespace hearth::api {
namespace {

/// lamps.example.org is, nodes and leases.coordination.k8s.io are not.
bool is_custom(const std::string& resource) {
  return resource.find('.') != resource.npos && !resource.ends_with(".k8s.io");
}

/// In annotations quotes are escaped, so the member itself is found.
bool is_dying(const Object& object) {
  return object.metadata().find(R"("deletionTimestamp":")") != std::string_view::npos;
}

bool keeps_status(const Key& key, const Object& present, const Object& wanted) {
  return is_custom(key.resource) && !present.status().empty() && present.status() != wanted.status() &&
         !is_dying(present) && !is_dying(wanted);
}

/// It never goes back, and grows with each change of what is asked for, also with this one.
ObjectPtr with_generation(const Object& present, const ObjectPtr& next) {
  if (next->generation() == 0 || present.generation() == 0) return next;
  const auto grown = std::max(present.generation(), next->generation());
  const auto generation = present.spec() == next->spec() ? grown : grown + 1;
  if (generation == next->generation()) return next;
  auto tree = next->tree();
  tree["metadata"]["generation"] = generation;
  return Object::of(tree);
}

/// The wanted object as the next state of the one that is there.
ObjectPtr succeed(const Key& key, const Object& present, const ObjectPtr& wanted) {
  if (!keeps_status(key, present, *wanted)) return with_generation(present, wanted);
  return with_generation(present, wanted->with_status(present.status(), present.version()));
}

bool same(const Object& present, const Object& next) {
  if (present.text() == next.text()) return true;
  return present.text() == next.with_version(present.version())->text();
}

void put_over(Transaction& transaction, const Key& key, const ObjectPtr& present, const ObjectPtr& wanted,
              Restored& restored) {
  if (present->uid() != wanted->uid()) {
    // Another object of the same name: its predecessor goes first, as watches must see it.
    transaction.put_back(key, nullptr);
    transaction.put_back(key, wanted);
    ++restored.changed;
    return;
  }
  const auto next = succeed(key, *present, wanted);
  if (same(*present, *next)) return;
  transaction.put_back(key, next);
  ++restored.changed;
}

void remove_others(Transaction& transaction, const Objects& wanted, Restored& restored) {
  std::vector<Key> others;
  for (const auto& [key, object] : transaction.all()) {
    if (!wanted.contains(key)) others.push_back(key);
  }
  for (const auto& key : others)
    transaction.put_back(key, nullptr);
  restored.removed = others.size();
}

}  // namespace

Restored restore_state(Transaction& transaction, const StoredState& wanted) {
  Restored restored;
  restored.objects = wanted.objects.size();
  transaction.skip_versions(wanted.version + kVersionsSkipped);
  remove_others(transaction, wanted.objects, restored);
  for (const auto& [key, object] : wanted.objects) {
    const auto present = transaction.get(key);
    if (present != nullptr) {
      put_over(transaction, key, present, object, restored);
    } else {
      transaction.put_back(key, object);
      ++restored.added;
    }
  }
  return restored;
}

}  // namespace hearth::api
