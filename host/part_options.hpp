// SPDX-License-Identifier: Apache-2.0
// What each part of the host is told of the host's options.
// Thread: start-up.   Errors: none.
#pragma once

#include "host/eventbus/event_bus.hpp"
#include "host/hub/edge_hub.hpp"
#include "host/options.hpp"
#include "host/twin/device_twin.hpp"
#include "sdk/store/storage.hpp"

namespace hearth::host {

store::StorageOptions storage_options(const HostOptions& options, Metrics& metrics);
eventbus::EventBusOptions bus_options(const HostOptions& options);
edgehub::EdgeHubOptions hub_options(const HostOptions& options);
/// `storage_note`: what became of the database when it was opened.
twin::DeviceTwinOptions twin_options(const HostOptions& options, const std::string& storage_note);

}  // namespace hearth::host
