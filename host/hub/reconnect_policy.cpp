// SPDX-License-Identifier: Apache-2.0
#include "host/hub/reconnect_policy.hpp"

#include <algorithm>

namespace hearth::edgehub {
namespace {

using Duration = ReconnectPolicy::Duration;

// So long into an outage each wait is a short one: a dial that is refused costs next to nothing.
constexpr std::chrono::seconds kShortPhase{10};
constexpr std::chrono::seconds kClockLimit{5};
// A server may ask for patience, but not for ever.
constexpr std::chrono::minutes kLongestRequest{10};

Duration part(Duration whole, double random) {
  return Duration(static_cast<Duration::rep>(random * static_cast<double>(whole.count())));
}

}  // namespace

/// A cloud that accepts and closes at once has not served, and is dialled ever more rarely.
void ReconnectPolicy::note(const Ending& ending) {
  if (ending.served || !outage_began_) outage_began_ = ending.now;
  outage_ = std::chrono::duration_cast<Duration>(ending.now - *outage_began_);
}

/// A wait in proportion never makes an outage much longer than it was anyway.
Duration ReconnectPolicy::limit() const {
  return std::clamp((outage_ - kShortPhase) / 4, min_, max_);
}

Duration ReconnectPolicy::wait(const Ending& ending, double random) {
  note(ending);
  if (ending.retry_after.count() > 0) {
    const Duration asked = std::min<Duration>(ending.retry_after, kLongestRequest);
    return asked + part(asked / 4, random);
  }
  switch (ending.cause) {
    case Ending::Cause::outage:
      return part(limit(), random);
    case Ending::Cause::refusal:
      return max_ / 4 + part(max_ / 4, random);
    case Ending::Cause::clock:
      return part(std::min<Duration>(limit(), kClockLimit), random);
  }
  return limit();
}

}  // namespace hearth::edgehub
