// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cloud/access/default_roles.hpp"
#include "cloud/access/rbac.hpp"

namespace hearth::access {
namespace {

using nlohmann::json;

constexpr const char* kGroup = "rbac.authorization.k8s.io";
constexpr const char* kAutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";

/// Of User and Group; a service account has none.
void complete_subjects(json& binding) {
  const auto subjects = binding.find("subjects");
  if (subjects == binding.end() || !subjects->is_array()) return;
  for (auto& subject : *subjects) {
    if (subject.value("kind", "") != "ServiceAccount") subject["apiGroup"] = kGroup;
  }
}

bool left_alone(const json& stored) {
  const auto metadata = stored.find("metadata");
  if (metadata == stored.end() || !metadata->is_object()) return false;
  const auto annotations = metadata->find("annotations");
  if (annotations == metadata->end() || !annotations->is_object()) return false;
  const auto found = annotations->find(kAutoUpdate);
  return found != annotations->end() && *found == "false";
}

void add_missing(const json& wanted, json& stored, const char* member) {
  const auto source = wanted.find(member);
  if (source == wanted.end() || !source->is_array()) return;
  auto& target = stored[member];
  if (!target.is_array()) target = json::array();
  for (const auto& each : *source) {
    if (std::find(target.begin(), target.end(), each) == target.end()) target.push_back(each);
  }
}

}  // namespace

json complete_default(json object) {
  object["apiVersion"] = std::string(kGroup) + "/v1";
  auto& metadata = object["metadata"];
  metadata["labels"]["kubernetes.io/bootstrapping"] = "rbac-defaults";
  metadata["annotations"][kAutoUpdate] = "true";
  if (object.contains("roleRef")) {
    object["roleRef"]["apiGroup"] = kGroup;
    complete_subjects(object);
  }
  return object;
}

json healed(json stored, const json& wanted) {
  if (left_alone(stored)) return stored;
  if (wanted.contains("roleRef")) {
    if (stored.contains("roleRef") && stored["roleRef"] == wanted["roleRef"])
      add_missing(wanted, stored, "subjects");
    return stored;
  }
  if (wanted.contains("aggregationRule")) {
    if (!stored.contains("aggregationRule")) stored["aggregationRule"] = wanted["aggregationRule"];
    return stored;
  }
  // A role that holds what a default rule allows, in whatever words, lacks nothing.
  const auto held = rules_of(stored);
  auto missing = wanted;
  missing["rules"] = json::array();
  const auto& rules = wanted.at("rules");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (!rules_not_held(held, rules_of(wanted).at(i)).empty()) missing["rules"].push_back(rules[i]);
  }
  add_missing(missing, stored, "rules");
  return stored;
}

}  // namespace hearth::access
