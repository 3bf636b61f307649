// SPDX-License-Identifier: Apache-2.0
#include "host/hub/renewal_plan.hpp"

#include <algorithm>

namespace hearth::edgehub {
namespace {

using Duration = RenewalPlan::Duration;
using std::chrono::duration_cast;

constexpr double kEarliest = 0.7;
constexpr double kSpread = 0.2;
constexpr Duration kFirstBackoff{30};
constexpr Duration kLongestWait = std::chrono::hours(1);
constexpr Duration kShortestWait{1};

Duration part(Duration whole, double share) {
  return Duration(static_cast<Duration::rep>(share * static_cast<double>(whole.count())));
}

}  // namespace

RenewalPlan::RenewalPlan(WallTime not_before, WallTime not_after, double random)
    : not_after_(not_after),
      next_(not_before + part(duration_cast<Duration>(not_after - not_before), kEarliest + kSpread * random)),
      backoff_(kFirstBackoff) {}

Duration RenewalPlan::wait(WallTime now) const {
  return std::clamp(duration_cast<Duration>(next_ - now), kShortestWait, kLongestWait);
}

void RenewalPlan::failed(WallTime now, double random) {
  next_ = now + backoff_ / 2 + part(backoff_ / 2, random);
  backoff_ = std::min(backoff_ * 2, kLongestWait);
}

}  // namespace hearth::edgehub
