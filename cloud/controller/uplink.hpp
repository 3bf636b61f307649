// SPDX-License-Identifier: Apache-2.0
// Reads what a node reports of a device: twins, state, conditions; and judges whether the node may say so.
// Thread: pure functions.   Errors: a message that cannot be taken has a verdict and a sentence that says why.
#pragma once

#include <functional>
#include <string>

#include "cloud/controller/api_object.hpp"
#include "cloud/controller/status_builder.hpp"
#include "sdk/base/error.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::controller {

enum class Verdict {
  take,            ///< to be written, then confirmed
  unknown_device,  ///< the API has no such device: confirmed, so that nobody repeats it for ever
  malformed,       ///< confirmed for the same reason
  old_device,      ///< of a deleted namesake (other UID): confirmed
  foreign_device,  ///< of another node: not answered
  not_a_report,    ///< no message for the controller
};
/// snake_case, for labels of metrics.
std::string_view to_string(Verdict verdict);
bool wants_confirmation(Verdict verdict);

struct Report {
  Verdict verdict = Verdict::not_a_report;
  std::string why;  ///< for the log, unless taken
  DeviceId device;
  StatusChange change;
  std::string event_id;
  std::string text;  ///< "power=ON", "state online", "conditions MapperReady"
};

using FindDevice = std::function<const DeviceObject*(const DeviceId&)>;

/// Twins, state and conditions; anything else is not_a_report.
Report read_report(const std::string& node, const wire::HubMessage& message, const FindDevice& find);

}  // namespace hearth::controller
