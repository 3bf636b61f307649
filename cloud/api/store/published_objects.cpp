// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/published_objects.hpp"

#include <utility>

namespace hearth::api {

bool concerns(const Change& change, const std::string& resource, const std::string& ns) {
  return change.key.resource == resource && (ns.empty() || change.key.ns == ns);
}

void PublishedObjects::load(Objects objects, std::uint64_t version) {
  objects_ = std::move(objects);
  version_ = version;
  window_.begin_after(version);
}

void PublishedObjects::publish(const ChangePtr& change) {
  if (change->deleted) {
    objects_.erase(change->key);
  } else {
    objects_[change->key] = change->object;
  }
  version_ = change->version;
  window_.add(change);
}

ObjectPtr PublishedObjects::get(const Key& key) const {
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second;
}

std::optional<Status> PublishedObjects::unreachable(std::uint64_t version) const {
  if (version > version_) return future_version(version, version_);
  if (version >= window_.start()) return std::nullopt;
  return expired("too old resource version: " + std::to_string(version) + " (" +
                 std::to_string(window_.start()) + ")");
}

Answer<Snapshot> PublishedObjects::list(const std::string& resource, const std::string& ns,
                                        std::optional<std::uint64_t> version) const {
  Snapshot snapshot;
  snapshot.version = version.value_or(version_);
  if (auto refused = unreachable(snapshot.version)) return *refused;
  const auto past = changed_since(resource, ns, snapshot.version);
  const auto add = [&](const ObjectPtr& object) {
    if (object != nullptr) snapshot.objects.push_back(object);
  };
  // Two sorted sequences: what is there now, and what was there instead.
  auto then = past.begin();
  visit_objects(objects_, resource, ns, [&](const auto& now) {
    for (; then != past.end() && then->first < now.first; ++then)
      add(then->second);
    const bool changed = then != past.end() && then->first == now.first;
    add(changed ? (then++)->second : now.second);
  });
  for (; then != past.end(); ++then)
    add(then->second);
  return snapshot;
}

/// The changed ones alone, as they were; null for what was not there yet.
Objects PublishedObjects::changed_since(const std::string& resource, const std::string& ns,
                                        std::uint64_t version) const {
  Objects past;
  window_.visit_after(resource, version, [&](const ChangePtr& change) {
    if (concerns(*change, resource, ns)) past.try_emplace(change->key, change->previous);
  });
  return past;
}

Answer<WatchStart> PublishedObjects::watch_start(const std::string& resource, const std::string& ns,
                                                 std::optional<std::uint64_t> after) const {
  WatchStart start;
  start.version = version_;
  if (!after) {
    visit_objects(objects_, resource, ns, [&](const auto& entry) { start.initial.push_back(entry.second); });
    return start;
  }
  if (auto refused = unreachable(*after)) return *refused;
  window_.visit_after(resource, *after, [&](const ChangePtr& change) {
    if (concerns(*change, resource, ns)) start.backlog.push_back(change);
  });
  return start;
}

}  // namespace hearth::api
