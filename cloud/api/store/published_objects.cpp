// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/published_objects.hpp"

#include <utility>

namespace hearth::api {

bool concerns(const Change& change, const std::string& resource, const std::string& ns) {
  return change.key.resource == resource && (ns.empty() || change.key.ns == ns);
}

void PublishedObjects::load(Objects objects, std::uint64_t version) {
  objects_ = std::move(objects);
  version_ = window_start_ = version;
}

void PublishedObjects::publish(const ChangePtr& change) {
  if (change->deleted) {
    objects_.erase(change->key);
  } else {
    objects_[change->key] = change->object;
  }
  version_ = change->version;
  window_.push_back(change);
  if (window_.size() > kWindow) {
    window_start_ = window_.front()->version;
    window_.pop_front();
  }
}

ObjectPtr PublishedObjects::get(const Key& key) const {
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second;
}

std::optional<Status> PublishedObjects::unreachable(std::uint64_t version) const {
  if (version > version_) return future_version(version, version_);
  if (version >= window_start_) return std::nullopt;
  return expired("too old resource version: " + std::to_string(version) + " (" +
                 std::to_string(window_start_) + ")");
}

Answer<Snapshot> PublishedObjects::list(const std::string& resource, const std::string& ns,
                                        std::optional<std::uint64_t> version) const {
  Snapshot snapshot;
  snapshot.version = version.value_or(version_);
  if (auto refused = unreachable(snapshot.version)) return *refused;
  const auto add = [&](const auto& entry) { snapshot.objects.push_back(entry.second); };
  if (snapshot.version == version_) {
    visit_objects(objects_, resource, ns, add);
  } else {
    visit_objects(at_version(resource, ns, snapshot.version), resource, ns, add);
  }
  return snapshot;
}

Objects PublishedObjects::at_version(const std::string& resource, const std::string& ns,
                                     std::uint64_t version) const {
  Objects past;
  visit_objects(objects_, resource, ns, [&](const auto& entry) { past.insert(past.end(), entry); });
  for (auto it = window_.rbegin(); it != window_.rend() && (*it)->version > version; ++it) {
    const auto& change = **it;
    if (!concerns(change, resource, ns)) continue;
    if (change.previous == nullptr) {
      past.erase(change.key);
    } else {
      past[change.key] = change.previous;
    }
  }
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
  for (const auto& change : window_) {
    if (change->version > *after && concerns(*change, resource, ns)) start.backlog.push_back(change);
  }
  return start;
}

}  // namespace hearth::api
