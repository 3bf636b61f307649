// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/takeover_guard.hpp"

namespace hearth::cloudhub {

TakeoverGuard::Verdict TakeoverGuard::knock(const std::string& node, const Client& newcomer,
                                            const Client& holder, Time now) {
  if (newcomer == holder) return {};
  forget_old(now);
  auto& record = nodes_[node];
  const bool too_often = record.takeovers.size() >= static_cast<std::size_t>(rules_.max_takeovers);
  if (!too_often && now >= record.refused_until) {
    record.takeovers.push_back(now);
    return {};
  }
  record.refused_until = now + rules_.hold;
  const bool news = now >= record.reported_until;
  if (news) record.reported_until = now + rules_.window;
  return {.admitted = false, .news = news};
}

void TakeoverGuard::forget_old(Time now) {
  for (auto entry = nodes_.begin(); entry != nodes_.end();) {
    auto& record = entry->second;
    while (!record.takeovers.empty() && now - record.takeovers.front() >= rules_.window)
      record.takeovers.pop_front();
    const bool idle = record.takeovers.empty() && now >= record.refused_until;
    entry = idle ? nodes_.erase(entry) : std::next(entry);
  }
}

}  // namespace hearth::cloudhub
