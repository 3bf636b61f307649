// SPDX-License-Identifier: Apache-2.0
// The protocol of a device and of its visitors: v1alpha2 has a member for each protocol it knows, v1beta1 a name and one
// object of settings.
// Thread: pure functions.   Errors: none.
#pragma once

#include <nlohmann/json.hpp>

namespace hearth::convert {

/// {modbus:{slaveID}, common:{com:{…}, commType}} to {protocolName: modbus, configData: {slaveID, serialPort, …}}.
nlohmann::json protocol_to_v1beta1(nlohmann::json protocol);
nlohmann::json protocol_to_v1alpha2(nlohmann::json protocol);

/// {modbus:{register, offset}} to {protocolName: modbus, configData: {register, offset}}.
nlohmann::json visitor_to_v1beta1(nlohmann::json visitor);
nlohmann::json visitor_to_v1alpha2(nlohmann::json visitors);

}  // namespace hearth::convert
