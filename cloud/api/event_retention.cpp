// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/event_retention.hpp"

#include <algorithm>

namespace hearth::api {

namespace {

struct Dated {
  std::string time;  ///< RFC 3339 in UTC to the second: sorts as text
  ObjectPtr event;
};

/// When it was last seen; counted-up Events live on.
std::string last_seen(const nlohmann::json& event) {
  return std::max(text_at(event, {"lastTimestamp"}), text_at(event, {"metadata", "creationTimestamp"}));
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

void EventRetention::make_room(Transaction& transaction, const std::string& ns, WallTime now) {
  auto& turn = turns_[ns];
  const bool due = turn.made % kMakeEvery == 0 || now - turn.looked >= kLookEvery;
  ++turn.made;
  if (!due) return;
  turn.looked = now;
  drop_old_events(transaction, ns, now);
}

}  // namespace hearth::api
