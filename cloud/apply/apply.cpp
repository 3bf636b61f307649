// SPDX-License-Identifier: Apache-2.0
#include "cloud/apply/apply.hpp"

#include <algorithm>
#include <array>

#include "cloud/apply/typed.hpp"

namespace hearth::apply {
namespace {

using nlohmann::json;

// The server's own, which nobody owns.
constexpr std::array kServersMetadata = {"name",
                                         "namespace",
                                         "generateName",
                                         "uid",
                                         "generation",
                                         "resourceVersion",
                                         "creationTimestamp",
                                         "deletionTimestamp",
                                         "selfLink",
                                         "managedFields",
                                         "deletionGracePeriodSeconds"};
// Beyond so many plain writers the oldest are taken together.
constexpr std::size_t kMaxUpdaters = 10;
constexpr const char* kAncient = "ancient-changes";
// Owns what is there when somebody applies to an object that nobody owns anything of.
constexpr const char* kBeforeFirstApply = "before-first-apply";

/// What of an object can be owned through this door.
json ownable(const json& object, const Door& door) {
  json copy = object.is_object() ? object : json::object();
  copy.erase("apiVersion");
  copy.erase("kind");
  for (const auto& name : door.ignored)
    copy.erase(name);
  const auto metadata = copy.find("metadata");
  if (metadata == copy.end() || !metadata->is_object()) return copy;
  for (const char* name : kServersMetadata)
    metadata->erase(name);
  if (metadata->empty()) copy.erase(metadata);
  return copy;
}

/// Metadata is always there: it is nobody's as a whole.
Difference differences(const json& before, const json& after, const MergeTypePtr& type) {
  auto found = compare(before, after, type);
  for (auto* set : {&found.added, &found.changed, &found.removed}) {
    if (set->find("f:metadata") == nullptr) continue;
    set->at("f:metadata").disown();
    set->tidy();
  }
  return found;
}

Ownership* find(Owners& owners, const Manager& manager) {
  const auto found =
      std::find_if(owners.begin(), owners.end(), [&](const auto& each) { return each.manager == manager; });
  return found == owners.end() ? nullptr : &*found;
}

Ownership& find_or_add(Owners& owners, const Manager& manager) {
  if (auto* found = find(owners, manager)) return *found;
  owners.push_back({manager, {}, {}});
  return owners.back();
}

/// Entries that the client sent count, unless they say nothing.
Owners owners_of(const json& live, const json& written) {
  if (clears_owners(written)) return {};
  auto sent = read_owners(written);
  if (sent && !sent->empty()) return std::move(*sent);
  auto kept = live.is_object() ? read_owners(live) : Owners{};
  return kept ? std::move(*kept) : Owners{};
}

void own_everything(Owners& owners, const json& object, const MergeTypePtr& type, const Door& door) {
  const Manager manager{kBeforeFirstApply, Operation::update, door.manager.api_version,
                        door.manager.subresource};
  auto fields = differences(json::object(), object, type).added;
  if (!fields.empty()) owners.push_back({manager, door.now, std::move(fields)});
}

FieldSet fields_of_others(const Owners& owners, const Manager& manager) {
  FieldSet fields;
  for (const auto& owner : owners) {
    if (owner.manager != manager) fields |= owner.fields;
  }
  return fields;
}

Conflicts conflicts_of(const Owners& owners, const Manager& manager, const FieldSet& touched) {
  Conflicts found;
  for (const auto& owner : owners) {
    if (owner.manager == manager) continue;
    const auto both = owner.fields & touched;
    if (!both.empty()) found.push_back({owner.manager, owner.time, both.paths()});
  }
  return found;
}

void take_from_others(Owners& owners, const Manager& manager, const FieldSet& touched,
                      const FieldSet& removed) {
  for (auto& owner : owners) {
    if (owner.manager == manager) continue;
    owner.fields -= touched;
    owner.fields -= removed;
  }
}

void drop_empty(Owners& owners) {
  std::erase_if(owners, [](const auto& owner) { return owner.fields.empty(); });
}

void join_ancient(Owners& owners) {
  std::vector<Ownership> updaters;
  for (const auto& owner : owners) {
    if (owner.manager.operation == Operation::update) updaters.push_back(owner);
  }
  if (updaters.size() <= kMaxUpdaters) return;
  std::sort(updaters.begin(), updaters.end(),
            [](const auto& left, const auto& right) { return left.time < right.time; });
  updaters.resize(updaters.size() - kMaxUpdaters + 1);
  for (const auto& old : updaters) {
    std::erase_if(owners, [&](const auto& owner) { return owner.manager == old.manager; });
    auto& ancient =
        find_or_add(owners, {kAncient, Operation::update, old.manager.api_version, old.manager.subresource});
    ancient.fields |= old.fields;
    ancient.time = std::max(ancient.time, old.time);
  }
}

/// Puts the ownable part back among what the door does not touch.
json rebuilt(const json& live, const json& applied, json part, const Door& door) {
  json object = live.is_object() ? live : json::object();
  for (auto& [name, value] : applied.items()) {
    if (name == "apiVersion" || name == "kind") object[name] = value;
  }
  json metadata =
      live.is_object() ? live.value("metadata", json::object()) : applied.value("metadata", json::object());
  std::erase_if(metadata.get_ref<json::object_t&>(), [](const auto& member) {
    return std::find(kServersMetadata.begin(), kServersMetadata.end(), member.first) ==
           kServersMetadata.end();
  });
  metadata.update(part.value("metadata", json::object()));
  std::erase_if(object.get_ref<json::object_t&>(), [&](const auto& member) {
    const bool ignored =
        std::find(door.ignored.begin(), door.ignored.end(), member.first) != door.ignored.end();
    return !ignored && member.first != "apiVersion" && member.first != "kind";
  });
  part.erase("metadata");
  object.update(part);
  object["metadata"] = std::move(metadata);
  return object;
}

}  // namespace

std::variant<json, Conflicts, Error> apply(const json& live, const json& applied, const MergeTypePtr& type,
                                           const Door& door, bool force) {
  const auto before = ownable(live, door);
  const auto over = ownable(applied, door);
  auto fields = fields_of(over, type);
  if (!fields) return fields.error();

  auto owners = owners_of(json(), live);
  if (owners.empty()) own_everything(owners, before, type, door);
  const auto owners_before = owners;
  auto& mine = find_or_add(owners, door.manager);
  const auto given_up = mine.fields - *fields;
  mine.fields = *fields;
  auto after = merge(before, over, type);
  after = without(std::move(after), given_up, *fields | fields_of_others(owners, door.manager), type);

  const auto difference = differences(before, after, type);
  const auto touched = difference.added | difference.changed;
  const auto conflicts = conflicts_of(owners, door.manager, touched);
  if (!conflicts.empty() && !force) return conflicts;
  take_from_others(owners, door.manager, touched, difference.removed);
  drop_empty(owners);
  if (difference.none() && owners == owners_before) return live;
  if (auto* applier = find(owners, door.manager)) {
    applier->time = door.now;
    applier->manager = door.manager;
  }
  auto object = rebuilt(live, applied, std::move(after), door);
  write_owners(object, owners);
  return object;
}

void note_update(const json& live, json& written, const MergeTypePtr& type, const Door& door) {
  auto owners = owners_of(live, written);
  if (live.is_object() && owners.empty()) return write_owners(written, owners);
  const auto difference = differences(ownable(live, door), ownable(written, door), type);
  if (!difference.none()) {
    const auto touched = difference.added | difference.changed;
    take_from_others(owners, door.manager, touched, difference.removed);
    auto& mine = find_or_add(owners, door.manager);
    mine.fields |= touched;
    mine.fields -= difference.removed;
    if (!touched.empty()) mine.time = door.now;
    drop_empty(owners);
    join_ancient(owners);
  }
  write_owners(written, owners);
}

bool equal_but_for_times(const json& left, const json& right) {
  const auto timeless = [](json object) {
    const auto metadata = object.find("metadata");
    if (metadata == object.end() || !metadata->is_object()) return object;
    const auto entries = metadata->find("managedFields");
    if (entries == metadata->end() || !entries->is_array()) return object;
    for (auto& entry : *entries) {
      if (entry.is_object()) entry.erase("time");
    }
    return object;
  };
  return left == right || timeless(left) == timeless(right);
}

}  // namespace hearth::apply
