// SPDX-License-Identifier: Apache-2.0
// MQTT topics of EventBus (kubeedge wire, section B), built and taken apart by segment, never by search.
// Thread: plain values.   Errors: a topic of no known form is kind "other"; device ids must be valid names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/ids.hpp"

namespace hearth::wire {

enum class TopicKind {
  twin_update,            ///< $hw/events/device/<ns>/<name>/twin/update
  twin_update_result,     ///< …/twin/update/result
  twin_update_delta,      ///< …/twin/update/delta
  twin_update_document,   ///< …/twin/update/document
  twin_cloud_updated,     ///< …/twin/cloud_updated: KubeEdge lets any local client pose as the cloud there
  twin_get,               ///< …/twin/get
  twin_get_result,        ///< …/twin/get/result
  state_update,           ///< …/state/update
  state_update_result,    ///< …/state/update/result
  membership_get,         ///< $hw/events/node/<node>/membership/get
  membership_get_result,  ///< $hw/events/node/<node>/membership/get/result
  membership_updated,     ///< $hw/events/node/<node>/membership/updated
  other,
};

/// How a device topic names its device.
enum class TopicForm {
  full,        ///< <ns>/<name>, from KubeEdge 1.16.2 and 1.17.0
  name_alone,  ///< <name>, up to 1.16.1: of namespace default
};

struct Topic {
  TopicKind kind = TopicKind::other;
  DeviceId device;   ///< of device topics
  std::string node;  ///< of node topics
  TopicForm form = TopicForm::full;
};

Topic parse_topic(std::string_view text);
/// `name_alone` can name only devices of namespace default.
std::string device_topic(TopicKind kind, const DeviceId& device, TopicForm form = TopicForm::full);
std::string node_topic(TopicKind kind, std::string_view node);

/// What a host subscribes to: requests from applications and mappers in both forms (B.2), and the deltas for its own
/// mappers.
std::vector<std::string> host_subscriptions();

}  // namespace hearth::wire
