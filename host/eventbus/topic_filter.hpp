// SPDX-License-Identifier: Apache-2.0
// MQTT topic filters (MQTT 3.1.1, section 4.7): does a topic match a subscription?
// Thread: any, pure.   Errors: a filter that is none matches nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth::eventbus {

/// A name that a message can be published under: UTF-8 of 1 to 65535 bytes, no wildcards, no zero.
bool is_topic(std::string_view name);

/// False for an empty filter, `#` not at the end, and wildcards that share a level with other characters.
bool is_topic_filter(std::string_view filter);

/// Filters, taken apart once for many topics. One that is none matches nothing.
class TopicFilters {
 public:
  TopicFilters() = default;
  explicit TopicFilters(const std::vector<std::string>& filters);
  /// A filter that begins with a wildcard does not match topics that begin with `$`.
  bool any_matches(std::string_view topic) const;

 private:
  std::vector<std::vector<std::string>> filters_;  // their levels
};

/// For one filter and one topic.
bool topic_matches(std::string_view filter, std::string_view topic);

}  // namespace hearth::eventbus
