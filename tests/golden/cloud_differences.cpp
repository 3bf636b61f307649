// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/cloud_differences.hpp"

#include "sdk/wire/resource.hpp"
#include "tests/golden/recording.hpp"

namespace hearth::golden {
namespace {

using wire::ResourceKind;

std::string why_answered(const std::string& report) {
  const auto kind = wire::parse_resource(report).kind;
  if (kind == ResourceKind::membership_detail) {
    return "a stock edge asks for its membership each minute until somebody confirms; cloudcore never does";
  }
  if (kind == ResourceKind::state_update) {
    return "cloudcore answers states from 1.18 on only; an edge without an answer repeats for ever";
  }
  if (kind == ResourceKind::twin_edge_updated) {
    return "cloudcore leaves the report of an unknown device unanswered, and the edge repeats it for ever";
  }
  return "";
}

}  // namespace

std::string why_more(const CloudContext& context, const wire::HubMessage& ours) {
  const auto kind = wire::parse_resource(ours.route.resource).kind;
  if (is_response(ours)) return why_answered(context.report);
  if (kind == ResourceKind::membership_detail) {
    return "the answer to membership/detail repairs a membership that was lost; cloudcore gives none";
  }
  if (kind == ResourceKind::membership && context.connecting) {
    return "on connect the membership is repeated, which cloudcore sends once and never again";
  }
  if (is_object(ours) && !is_delete(ours) && context.connecting) {
    return "on connect the node gets its whole set; cloudcore leaves it to a comparison of versions seconds "
           "later";
  }
  if (kind == ResourceKind::device && context.model_edited && ours.route.operation == "update") {
    return "after a model its devices are sent again, so that mappers see the change";
  }
  if (kind == ResourceKind::device_model) {
    return "a model comes with the first device that uses it and goes with the last, in every namespace; "
           "cloudcore "
           "tells models apart by name alone, sends the second one late and leaves it there";
  }
  return "";
}

std::string why_less(const wire::HubMessage& recorded, bool spec_changed) {
  const auto kind = wire::parse_resource(recorded.route.resource).kind;
  if (kind == ResourceKind::device && recorded.route.operation == "update" && !spec_changed) {
    return "a change of status or labels alone is not sent down: up to 1.20 every report came back as a "
           "command";
  }
  if (kind == ResourceKind::device_model && recorded.route.operation == "update" && !spec_changed) {
    return "the model has come before, with its device";
  }
  return "";
}

std::string why_held_back(const wire::HubMessage& recorded) {
  const auto model = recorded.content.value("/spec/deviceModelRef/name"_json_pointer, "");
  if (recorded.route.operation == "insert" && model == "no-such-model") {
    return "a device waits for its model; cloudcore sends it without, and mappers answer \"model not found\"";
  }
  return "";
}

std::string why_other_answer(const nlohmann::json& ours) {
  if (ours.is_object() && ours.value("code", 0) == 400) {
    return "a report that cannot be taken is answered with the reason; to a stock edge any answer ends the "
           "matter, and "
           "cloudcore confirms what it does not store";
  }
  return "";
}

std::string why_other_route(const CloudContext& context, const wire::Route& recorded,
                            const wire::Route& ours) {
  if (ours.source != "devicecontroller" || ours.group != recorded.group) return "";
  const bool upsert = recorded.operation != "delete" && ours.operation != "delete";
  if (recorded.source == "edgecontroller" && (upsert || recorded.operation == ours.operation)) {
    return "a stock edge stores what comes from edgecontroller but tells neither DeviceTwin nor a mapper";
  }
  if (context.sent_before && upsert) {
    return "what was given up without an ack is sent again as an update: it may have come after all";
  }
  if (context.connecting && upsert) return "on connect insert and update are the same to an edge";
  return "";
}

}  // namespace hearth::golden
