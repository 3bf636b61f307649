// SPDX-License-Identifier: Apache-2.0
// MQTT topic filters (MQTT 3.1.1, section 4.7): does a topic match a subscription?
// Thread: none, pure functions.   Errors: a filter that is none matches nothing.
#pragma once

#include <string_view>

namespace hearth::eventbus {

/// False for an empty filter, `#` not at the end, and wildcards that share a level with other characters.
bool is_topic_filter(std::string_view filter);

/// A filter that begins with a wildcard does not match topics that begin with `$`.
bool topic_matches(std::string_view filter, std::string_view topic);

}  // namespace hearth::eventbus
