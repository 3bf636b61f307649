// SPDX-License-Identifier: Apache-2.0
// Resource strings of hub messages: what a message is about, as KubeEdge spells it (kubeedge wire, table
// A.9).
// Thread: plain values.   Errors: a resource of no known form is kind "other", never an error.
#pragma once

#include <string>
#include <string_view>

#include "sdk/base/ids.hpp"
#include "sdk/wire/topic.hpp"

namespace hearth::wire {

enum class ResourceKind {
  membership,          ///< membership
  membership_detail,   ///< membership/detail, membership/detail/result
  device,              ///< <ns>/device/<name>
  device_model,        ///< <ns>/devicemodel/<name>
  twin_edge_updated,   ///< device/<id>/twin/edge_updated
  twin_cloud_updated,  ///< device/<id>/twin/cloud_updated
  state_update,        ///< device/<id>/state/update
  conditions_update,   ///< device/<id>/conditions/update (Hearth peers only)
  twin,                ///< twin (confirmations)
  other,
};

struct Resource {
  ResourceKind kind = ResourceKind::other;
  DeviceId id;  ///< of the device or the model; empty for the rest
};

/// Splits by segment; takes a leading node/<node>/ off. Device ids of one and of two segments are both known.
Resource parse_resource(std::string_view text);

std::string device_resource(const DeviceId& id);        ///< default/device/lamp
std::string device_model_resource(const DeviceId& id);  ///< default/devicemodel/lamp
/// device/default/lamp/twin/edge_updated, or device/lamp/twin/edge_updated: a CloudCore up to 1.16.1 takes the second
/// segment for the name.
std::string twin_edge_updated_resource(const DeviceId& id, TopicForm form = TopicForm::full);
/// device/default/lamp/state/update, or device/lamp/state/update.
std::string state_update_resource(const DeviceId& id, TopicForm form = TopicForm::full);

}  // namespace hearth::wire
