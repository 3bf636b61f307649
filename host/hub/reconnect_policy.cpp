// SPDX-License-Identifier: Apache-2.0
#include "host/hub/reconnect_policy.hpp"

namespace hearth::edgehub {

ReconnectPolicy::Duration ReconnectPolicy::after_failure(Duration link_was_up, double random) {
  if (link_was_up >= kStableLink) backoff_.reset();
  return backoff_.next(random);
}

ReconnectPolicy::Duration ReconnectPolicy::after_refusal(double random) const {
  const auto half = max_ / 2;
  return half + Duration(static_cast<Duration::rep>(random * static_cast<double>(half.count())));
}

}  // namespace hearth::edgehub
