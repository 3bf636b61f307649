// SPDX-License-Identifier: Apache-2.0
// What an edge of KubeEdge 1.15 needs otherwise than later ones.
// Thread: pure functions.   Errors: none; a message of another shape is left as it is.
#pragma once

#include "sdk/wire/hub_message.hpp"

namespace hearth::cloudhub {

/// A membership message with each device named in both forms, `lamp` and `default/lamp`. Up to KubeEdge 1.16.1 a
/// device's id is its name alone, and its MQTT topics are found by that; an edge that was brought up to date since then
/// may still show the old certificate, by which it cannot be told apart. Either knows one id more than it needs.
wire::HubMessage with_both_ids(wire::HubMessage message);

}  // namespace hearth::cloudhub
