// SPDX-License-Identifier: Apache-2.0
// Reads what a node reports of a device: twins, state, conditions; judges whether the node may say so; and words the
// answer.
// Thread: pure functions; reading needs nothing but the message, so it may be done on any thread.
// Errors: a message that cannot be taken has a verdict and a sentence that says why.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cloud/controller/api_object.hpp"
#include "cloud/controller/status_builder.hpp"
#include "sdk/base/error.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::controller {

enum class Verdict {
  take,            ///< to be written, then confirmed
  unknown_device,  ///< the API has no such device: answered 404, so that nobody repeats it for ever
  malformed,       ///< answered 400 for the same reason
  old_device,      ///< of a deleted namesake (other UID): answered 409
  foreign_device,  ///< of another node: answered 403
  not_a_report,    ///< no message for the controller: not answered
};
inline constexpr std::size_t kVerdictCount = 6;
/// snake_case, for labels of metrics.
std::string_view to_string(Verdict verdict);

/// A message as read, before anybody has judged it.
struct NodeReport {
  enum class Kind {
    report,
    membership_request,  ///< membership/detail
    malformed,           ///< a report by its resource, but of no known shape
    other,
  };
  Kind kind = Kind::other;
  std::string msg_id;
  DeviceId device;
  std::string uid;  ///< of the device, as the node knows it; empty = the node does not say
  StatusChange change;
  std::string event_id;
  std::string text;  ///< "power=ON", "state online", "conditions MapperReady"; shortened
  std::string why;   ///< what is wrong with it
};

/// Twins, state and conditions, and requests for membership/detail.
NodeReport read_report(const wire::HubMessage& message);

struct Judgement {
  Verdict verdict = Verdict::not_a_report;
  std::string why;  ///< unless taken
};
/// `device`: as the API has it; null = it has none.
Judgement judge(const NodeReport& report, const std::string& node, const DeviceObject* device);

/// What an answer to a report that is not taken says; nothing for what is not answered.
std::optional<nlohmann::json> refusal(const Judgement& judgement);

/// How many bytes a report held back costs, roughly.
std::size_t size_of(const NodeReport& report);

}  // namespace hearth::controller
