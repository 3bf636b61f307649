// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/apply_plan.hpp"

#include "cloud/kube/json_access.hpp"
#include "cloud/kube/status.hpp"

namespace hearth::ctl {
namespace {

using kube::object_at;
using kube::string_at;
using nlohmann::json;

/// As Go's encoder spells it: kubectl compares the annotation's text.
std::string go_json(const json& document) {
  std::string out;
  for (const char c : document.dump(-1, ' ', false, json::error_handler_t::replace)) {
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      default:
        out += c;
    }
  }
  return out + "\n";
}

json last_applied(const json& live) {
  const auto text = string_at(object_at(object_at(live, "metadata"), "annotations"), kLastApplied);
  auto document = kube::parse_json(text);
  return document ? std::move(*document) : json::object();
}

/// Merge patch: what `wanted` has and `live` has not, or differently.
json additions(const json& live, const json& wanted) {
  auto patch = json::object();
  for (const auto& [key, value] : wanted.items()) {
    const auto there = live.find(key);
    if (there == live.end()) {
      if (!value.is_null()) patch[key] = value;
    } else if (there->is_object() && value.is_object()) {
      if (auto inner = additions(*there, value); !inner.empty()) patch[key] = std::move(inner);
    } else if (*there != value) {
      patch[key] = value;
    }
  }
  return patch;
}

/// Adds nulls to the patch for what `last` has, `wanted` has no more and `live` still has.
void add_removals(const json& live, const json& last, const json& wanted, json& patch) {
  for (const auto& [key, value] : last.items()) {
    const auto there = live.find(key);
    if (there == live.end()) continue;
    const auto kept = wanted.find(key);
    if (kept == wanted.end()) {
      patch[key] = nullptr;
    } else if (there->is_object() && value.is_object() && kept->is_object()) {
      auto inner = patch.contains(key) ? patch[key] : json::object();
      add_removals(*there, value, *kept, inner);
      if (!inner.empty()) patch[key] = std::move(inner);
    }
  }
}

}  // namespace

json with_last_applied(json manifest, const std::string& ns) {
  auto& metadata = manifest["metadata"];
  if (!ns.empty()) metadata["namespace"] = ns;
  if (object_at(metadata, "annotations").empty()) metadata["annotations"] = json::object();
  metadata["annotations"].erase(kLastApplied);
  auto text = go_json(manifest);
  metadata["annotations"][kLastApplied] = std::move(text);
  return manifest;
}

json apply_patch(const json& live, const json& wanted) {
  if (!live.is_object() || !wanted.is_object()) return wanted;
  auto patch = additions(live, wanted);
  const auto last = last_applied(live);
  if (last.is_object()) add_removals(live, last, wanted, patch);
  return patch;
}

}  // namespace hearth::ctl
