// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/event_forms.hpp"

#include <array>

namespace hearth::api {

using nlohmann::json;

namespace {

struct Names {
  const char* core;
  const char* group;
};

constexpr std::array kNames = {Names{"involvedObject", "regarding"},
                               Names{"message", "note"},
                               Names{"reportingComponent", "reportingController"},
                               Names{"source", "deprecatedSource"},
                               Names{"firstTimestamp", "deprecatedFirstTimestamp"},
                               Names{"lastTimestamp", "deprecatedLastTimestamp"},
                               Names{"count", "deprecatedCount"}};

void rename(json& object, const char* from, const char* to) {
  const auto found = object.find(from);
  if (found == object.end()) return;
  auto value = std::move(*found);
  object.erase(found);
  object[to] = std::move(value);
}

}  // namespace

json event_in(json event, const std::string& api_version) {
  if (!event.is_object()) return event;
  const bool to_core = api_version == "v1";
  for (const auto& names : kNames)
    rename(event, to_core ? names.group : names.core, to_core ? names.core : names.group);
  event["apiVersion"] = api_version;
  return event;
}

}  // namespace hearth::api
