// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/watch_view.hpp"

#include "cloud/api/object_rules.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

ObjectPtr with_version(const ObjectPtr& object, std::uint64_t version) {
  auto copy = *object;
  copy["metadata"]["resourceVersion"] = std::to_string(version);
  return std::make_shared<const json>(std::move(copy));
}

}  // namespace

SeenEvent WatchView::seen(const char* type, const ObjectPtr& object, const TextPtr& text) const {
  auto shown = shown_in(type_, version_, object);
  const bool same = shown == object;
  return {type, std::move(shown), same ? text : nullptr};
}

std::optional<SeenEvent> WatchView::change(const WatchedChange& watched) const {
  const auto& change = *watched.change;
  const bool before = change.previous != nullptr && selector_.matches(*change.previous);
  const bool after = !change.deleted && selector_.matches(*change.object);
  if (after) return seen(before ? "MODIFIED" : "ADDED", change.object, watched.text);
  if (!before) return std::nullopt;
  if (change.deleted) return seen("DELETED", change.object, watched.text);
  return seen("DELETED", with_version(change.previous, change.version), nullptr);
}

std::optional<SeenEvent> WatchView::added(const ObjectPtr& object) const {
  if (!selector_.matches(*object)) return std::nullopt;
  return seen("ADDED", object, nullptr);
}

}  // namespace hearth::api
