// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/watch_view.hpp"

#include "cloud/api/object_rules.hpp"

namespace hearth::api {

namespace {

ObjectPtr with_version(const ObjectPtr& object, std::uint64_t version) {
  auto copy = object->tree();
  copy["metadata"]["resourceVersion"] = std::to_string(version);
  return Object::of(copy);
}

}  // namespace

SeenEvent WatchView::seen(const char* type, const ObjectPtr& object) const {
  return {type, shown_in(type_, version_, object)};
}

std::optional<SeenEvent> WatchView::change(const Change& change) const {
  const bool before = change.previous != nullptr && selector_.matches(*change.previous);
  const bool after = !change.deleted && selector_.matches(*change.object);
  if (after) return seen(before ? "MODIFIED" : "ADDED", change.object);
  if (!before) return std::nullopt;
  if (change.deleted) return seen("DELETED", change.object);
  return seen("DELETED", with_version(change.previous, change.version));
}

std::optional<SeenEvent> WatchView::added(const ObjectPtr& object) const {
  if (!selector_.matches(*object)) return std::nullopt;
  return seen("ADDED", object);
}

}  // namespace hearth::api
