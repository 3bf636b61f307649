// SPDX-License-Identifier: Apache-2.0
// Builds the merge patch of a Device's status from what the API holds, what a node has reported and what the
// controller knows. What would change nothing gives no patch.
// Thread: pure functions, plain values.   Errors: none; fields of an unexpected type are written anew.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cloud/controller/conditions.hpp"
#include "sdk/base/time.hpp"
#include "sdk/wire/condition.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::controller {

/// One property as a node reported it.
struct TwinReport {
  std::optional<wire::TwinValue> reported;
  std::optional<wire::TwinValue> desired;  ///< what the edge has as expected
  std::string type;
};

/// What is to be written into one device's status. Newer changes are merged over older ones.
struct StatusChange {
  std::map<std::string, TwinReport> twins;
  std::optional<std::string> state;
  std::optional<std::string> last_online;
  std::map<std::string, wire::Condition> conditions;  ///< by type, from the edge
  bool judge = false;  ///< the controller's conditions are to be worked out anew, though nothing was reported

  /// Nothing but values of twins, which leave everything else of the status as it is.
  bool twins_alone() const { return !judge && !state && conditions.empty(); }
  void merge(StatusChange newer);
};

struct StatusPatch {
  nlohmann::json body;                       ///< {"status":{…changed fields…}}
  std::vector<wire::Condition> transitions;  ///< conditions whose status changes with it
};

/// What a status says of the device as a node would report it; conditions apart, which nodes tell on each connect.
StatusChange recall(const nlohmann::json& status);

/// A value reported again, unchanged, is written only if its time has moved on by so much.
inline constexpr std::chrono::milliseconds kFreshnessStep{10'000};

/// `spec`, `status`: of the object in the API (null when absent); of a change of twins alone their brief forms will do. Nothing when the status is as it should be.
std::optional<StatusPatch> build_status_patch(const nlohmann::json& spec, const nlohmann::json& status,
                                              const StatusChange& change, const DeviceFacts& facts,
                                              WallTime now, TextHold* hold = nullptr);

/// "power=ON,brightness=40", of the reported values in a status' twins: the VALUES column.
std::string print_values(const nlohmann::json& twins);

}  // namespace hearth::controller
