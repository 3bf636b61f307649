// SPDX-License-Identifier: Apache-2.0
// What the desired values of a Device do to its twins, and the end of those that are wanted for a time only.
// Thread: none, plain values.   Errors: an expiry that cannot be read keeps its value from being carried out.
#pragma once

#include "host/twin/twin_table.hpp"

namespace hearth::twin {

/// The two clocks of a change.
struct TwinTimes {
  std::int64_t now_ms = 0;      ///< what values are stamped with
  std::int64_t trusted_ms = 0;  ///< what they expire by: never behind what is known to have passed
};

/// spec.properties[].desired against the spec before it: only what the user changed is taken over, so that a
/// value set at the edge since then stays until the user decides otherwise. `previous` null: all are new. A value
/// counts as changed with its expiry, too; one that has expired on arrival is held as lapsed.
TwinChange plan_desired(const Properties& held, const device::Device* previous, const device::Device& next,
                        const device::DeviceModel* model, const TwinTimes& times);

/// The expected values whose time is over.
TwinChange plan_expiry(const Properties& held, const device::DeviceModel* model, std::int64_t trusted_ms);
/// When the next one is over; nothing if none ever is.
std::optional<std::int64_t> next_expiry(const Properties& held);

/// Which values were not carried out in their time, in a sentence; empty if there are none.
std::string describe_expired(const Properties& held);

}  // namespace hearth::twin
