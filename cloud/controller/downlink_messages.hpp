// SPDX-License-Identifier: Apache-2.0
// The contents of the controller's messages to nodes.
// Thread: pure functions.   Errors: none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloud/controller/api_object.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::controller {

/// The object with another spec.nodeName: what the old node of a moved device is told to delete.
ObjectPtr with_node_name(const Object& object, const std::string& node);

/// A whole Device or DeviceModel (`kind`), with header.resourceversion; apiVersion and kind are put in when a
/// list left them out.
wire::HubMessage make_object_message(std::string_view operation, std::string resource, std::string_view kind,
                                     const Object& object, std::int64_t now_ms);
wire::HubMessage make_membership(const std::vector<const DeviceObject*>& added,
                                 const std::vector<const DeviceObject*>& removed, std::int64_t now_ms);
/// All devices of a node: the edge adds what it lacks and drops what is not listed.
wire::HubMessage make_membership_list(const std::vector<const DeviceObject*>& devices, std::int64_t now_ms);

}  // namespace hearth::controller
