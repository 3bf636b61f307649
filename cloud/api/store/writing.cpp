// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/writing.hpp"

#include <algorithm>
#include <utility>

namespace hearth::api {

using nlohmann::json;

ObjectPtr Writing::get(const Key& key) const {
  const auto found = latest_.objects.find(key);
  return found == latest_.objects.end() ? nullptr : found->second;
}

std::vector<ObjectPtr> Writing::list(const std::string& resource, const std::string& ns) const {
  std::vector<ObjectPtr> found;
  visit_objects(latest_.objects, resource, ns, [&](const auto& entry) { found.push_back(entry.second); });
  return found;
}

bool Writing::holds(const std::string& resource) const {
  const auto first = latest_.objects.lower_bound(Key{resource, {}, {}});
  return first != latest_.objects.end() && first->first.resource == resource;
}

bool Writing::namespace_empty(const std::string& ns) const {
  return std::none_of(latest_.objects.begin(), latest_.objects.end(),
                      [&](const auto& entry) { return entry.first.ns == ns; });
}

std::vector<Key> Writing::keys_in_namespace(const std::string& ns) const {
  std::vector<Key> keys;
  for (const auto& [key, object] : latest_.objects) {
    if (key.ns == ns) keys.push_back(key);
  }
  return keys;
}

ObjectPtr Writing::put(const Key& key, json object) {
  return change(key, std::move(object), false);
}

ObjectPtr Writing::erase(const Key& key, json last) {
  return change(key, std::move(last), true);
}

ObjectPtr Writing::put_status(const Key& key, std::string_view status) {
  auto made = begin(key);
  const auto version = std::to_string(made->version);
  made->object = made->previous->with_status(status, dry_run_ ? made->previous->version() : version);
  return finish(std::move(made));
}

ObjectPtr Writing::change(const Key& key, json object, bool deleted) {
  auto made = begin(key);
  made->deleted = deleted;
  auto& meta = object["metadata"];
  if (!dry_run_) meta["resourceVersion"] = std::to_string(made->version);
  if (dry_run_ && made->previous == nullptr) meta.erase("resourceVersion");
  made->object = Object::of(object);
  return finish(std::move(made));
}

void Writing::put_back(const Key& key, const ObjectPtr& object) {
  auto made = begin(key);
  made->deleted = object == nullptr;
  made->object = (made->deleted ? made->previous : object)->with_version(std::to_string(made->version));
  finish(std::move(made));
}

void Writing::skip_versions(std::uint64_t up_to) {
  latest_.last_version = std::max(latest_.last_version, up_to);
}

std::shared_ptr<Change> Writing::begin(const Key& key) {
  auto made = std::make_shared<Change>();
  made->version = ++latest_.last_version;
  made->key = key;
  made->previous = get(key);
  return made;
}

ObjectPtr Writing::finish(std::shared_ptr<Change> made) {
  auto stored = made->object;
  set(made->key, made->deleted ? nullptr : stored);
  changes_.push_back(std::move(made));
  return stored;
}

void Writing::set(const Key& key, const ObjectPtr& object) {
  if (object == nullptr) {
    latest_.objects.erase(key);
  } else {
    latest_.objects[key] = object;
  }
}

bool Writing::oversized() const {
  return std::any_of(changes_.begin(), changes_.end(), [](const ChangePtr& change) {
    return !change->deleted && change->object->text().size() > kMaxObject;
  });
}

void Writing::undo() {
  for (auto it = changes_.rbegin(); it != changes_.rend(); ++it)
    set((*it)->key, (*it)->previous);
  changes_.clear();
}

}  // namespace hearth::api
