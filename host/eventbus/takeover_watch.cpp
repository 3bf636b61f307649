// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/takeover_watch.hpp"

namespace hearth::eventbus {
namespace {

constexpr std::size_t kTolerated = 3;
constexpr std::chrono::minutes kWindow{1};

}  // namespace

bool TakeoverWatch::closed_by_broker(Time now) {
  while (!kicks_.empty() && now - kicks_.front() > kWindow)
    kicks_.pop_front();
  kicked_ = true;
  return kicks_.size() >= kTolerated;
}

void TakeoverWatch::connected(Time now) {
  if (!kicked_) return;
  kicked_ = false;
  kicks_.push_back(now);
}

}  // namespace hearth::eventbus
