// SPDX-License-Identifier: Apache-2.0
// Which part a message from MQTT goes to: a delta to the mappers, event data to the spool, the rest to DeviceTwin.
// Thread: the io_context's.   Errors: retained commands are refused, counted, and named once for each link.
#pragma once

#include "host/event_data.hpp"
#include "host/eventbus/event_bus.hpp"
#include "host/mapper/device_runtime.hpp"
#include "host/twin/device_twin.hpp"

namespace hearth::host {

class BusInlet {
 public:
  struct Parts {
    runtime::DeviceRuntime& runtime;
    twin::DeviceTwin& twin;
    EventData* event_data;  ///< null without a cloud
  };

  BusInlet(Parts parts, Metrics& metrics);

  /// Step 2 of the report path ends here, step 3 begins.
  void take(const eventbus::BusMessage& message);
  /// A link is new: what is wrong on it is worth a line again.
  void link_changed() { retained_logged_ = false; }

 private:
  void refuse_retained(const std::string& topic);

  Parts parts_;
  prometheus::Counter& refused_;
  bool retained_logged_ = false;  // on this link
};

}  // namespace hearth::host
