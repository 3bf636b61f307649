// SPDX-License-Identifier: Apache-2.0
// Where our host may do otherwise than the recorded edgecore. Nothing that is not listed here is allowed.
// Thread: pure functions.   Errors: none.
#pragma once

#include <string>

#include "tests/golden/recording.hpp"

namespace hearth::golden {

/// Why a recorded message of edgecore need not come from us; empty: it must.
std::string why_less_up(const std::string& scene, const wire::HubMessage& recorded);
std::string why_less_mqtt(const std::string& scene, const MqttRecord& recorded);

/// What our answer to a request must be where it is not the recorded one.
struct OtherAnswer {
  int code = 0;  ///< 0: accepted
  std::string why;
};
/// By the event_id of the request; nothing: the recorded answer.
std::optional<OtherAnswer> other_answer(const std::string& event_id);

}  // namespace hearth::golden
