// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/event_retention.hpp"

#include <algorithm>

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxTold = 4096;

struct Dated {
  std::string time;  ///< RFC 3339 in UTC to the second: sorts as text
  ObjectPtr event;
};

/// When it was last seen; counted-up Events live on.
std::string last_seen(const nlohmann::json& event) {
  return std::max(text_at(event, {"lastTimestamp"}), text_at(event, {"metadata", "creationTimestamp"}));
}

/// A name of the recorders' form: that of the object, a dot, and the time in hexadecimal; or one the server made.
bool has_made_up_name(const json& event) {
  if (!text_at(event, {"metadata", "generateName"}).empty()) return true;
  const auto name = name_of(event);
  const auto dot = name.rfind('.');
  if (dot == std::string::npos || name.substr(0, dot) != text_at(event, {"involvedObject", "name"}))
    return false;
  const auto suffix = name.substr(dot + 1);
  return suffix.size() >= 8 && suffix.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Of what, why and by whom: two Events of the same story are one that happened twice.
std::string story_of(const json& event) {
  std::string story;
  for (const auto* field : {"kind", "namespace", "name", "uid", "fieldPath"})
    story += text_at(event, {"involvedObject", field}) + '\n';
  for (const auto* field : {"type", "reason", "message", "reportingComponent"})
    story += text_at(event, {field}) + '\n';
  return story + text_at(event, {"source", "component"}) + '\n' + text_at(event, {"source", "host"});
}

std::int64_t count_of(const json& event) {
  const auto* count = at_path(event, {"count"});
  if (count == nullptr || !count->is_number_integer()) return 1;
  return std::clamp<std::int64_t>(count->get<std::int64_t>(), 1, 1'000'000);
}

void erase_event(Transaction& transaction, const ObjectPtr& event) {
  transaction.erase({"events", namespace_of(*event), name_of(*event)}, event->tree());
}

}  // namespace

void drop_old_events(Transaction& transaction, const std::string& ns, WallTime now) {
  const auto oldest = to_rfc3339(now - kEventLifetime);
  std::vector<Dated> kept;
  for (auto& event : transaction.list("events", ns)) {
    auto time = last_seen(event->tree());
    if (time < oldest) {
      erase_event(transaction, event);
    } else {
      kept.push_back({std::move(time), std::move(event)});
    }
  }
  if (kept.size() < kMaxEvents) return;
  std::sort(kept.begin(), kept.end(), [](const Dated& a, const Dated& b) { return a.time < b.time; });
  for (std::size_t i = 0; i + kMaxEvents <= kept.size(); ++i)
    erase_event(transaction, kept[i].event);
}

ObjectPtr EventRetention::count_up(Transaction& transaction, const json& event, WallTime now) {
  if (!has_made_up_name(event)) return nullptr;
  const auto ns = namespace_of(event);
  const auto story = story_of(event);
  if (told_.size() >= kMaxTold) told_.clear();
  const auto [known, is_new] = told_.try_emplace(ns + '\n' + story, name_of(event));
  if (is_new) return nullptr;
  const Key key{"events", ns, known->second};
  const auto stored = transaction.get(key);
  auto earlier = stored == nullptr ? json() : stored->tree();
  const auto oldest = to_rfc3339(now - kEventLifetime);
  if (stored == nullptr || story_of(earlier) != story || last_seen(earlier) < oldest) {
    known->second = name_of(event);
    return nullptr;
  }
  earlier["count"] = count_of(earlier) + count_of(event);
  const auto seen = text_at(event, {"lastTimestamp"});
  earlier["lastTimestamp"] = seen.empty() ? to_rfc3339(now) : seen;
  return transaction.put(key, std::move(earlier));
}

void EventRetention::make_room(Transaction& transaction, const std::string& ns, WallTime now) {
  auto& turn = turns_[ns];
  const bool due = turn.made % kMakeEvery == 0 || now - turn.looked >= kLookEvery;
  ++turn.made;
  if (!due) return;
  turn.looked = now;
  drop_old_events(transaction, ns, now);
}

}  // namespace hearth::api
