// SPDX-License-Identifier: Apache-2.0
// Where our cloud may do otherwise than the recorded cloudcore. Nothing that is not listed here is allowed.
// Thread: pure functions.   Errors: none.
#pragma once

#include <string>

#include "sdk/wire/hub_message.hpp"

namespace hearth::golden {

/// What the replay knows at the moment of a difference.
struct CloudContext {
  bool connecting = false;    ///< the edge has just connected; nothing of the recording was sent since
  bool model_edited = false;  ///< a model has been edited in this scene
  bool sent_before = false;   ///< the recorded object has come in this session, and was not acked
  std::string report;         ///< resource of the edge's message that a response of ours names, or empty
};

/// Why a message of ours may come that cloudcore did not send; empty: it may not.
std::string why_more(const CloudContext& context, const wire::HubMessage& ours);

/// Why a recorded message need not come from us; empty: it must. `spec_changed`: against the version before it.
std::string why_less(const wire::HubMessage& recorded, bool spec_changed);

/// Why a report may be answered so instead of with "OK"; empty: it may not.
std::string why_other_answer(const nlohmann::json& ours);

/// Why a recorded object does not come from us before something else happens; empty: it must come.
std::string why_held_back(const wire::HubMessage& recorded);

/// Why the route may differ where the resource and the kind (a delete or not) are the same; empty: it may not.
std::string why_other_route(const CloudContext& context, const wire::Route& recorded,
                            const wire::Route& ours);

}  // namespace hearth::golden
