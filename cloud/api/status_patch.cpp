// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/status_patch.hpp"

#include <algorithm>

namespace hearth::api {

using nlohmann::json;

namespace {

bool holds_preconditions(const json& metadata) {
  if (!metadata.is_object()) return false;
  for (const auto& [name, value] : metadata.items()) {
    if ((name != "resourceVersion" && name != "uid") || !value.is_string()) return false;
  }
  return true;
}

/// What the patch does not replace as a whole.
json kept_of(const json& status, const json& patch) {
  auto kept = json::object();
  for (const auto& [name, value] : status.items()) {
    const auto change = patch.find(name);
    const bool merged = change != patch.end() && value.is_object() && change->is_object();
    if (change == patch.end() || merged) kept[name] = value;
  }
  return kept;
}

}  // namespace

bool is_plain_status_patch(const Call& call, PatchType type, const json& patch) {
  if (!call.status() || type != PatchType::merge || !patch.is_object()) return false;
  if (!call.version->status_schema || call.version != &call.type->storage_version()) return false;
  for (const auto& [name, value] : patch.items()) {
    if (name == "status" ? !value.is_object() : name != "metadata" || !holds_preconditions(value))
      return false;
  }
  return patch.contains("status");
}

std::optional<json> merged_status(const TypeVersion& version, const json& current, const json& patch) {
  const auto& change = patch.at("status");
  const auto* old = at_path(current, {"status"});
  auto status = old != nullptr && old->is_object() ? kept_of(*old, change) : json::object();
  status.merge_patch(change);
  const auto& schema = *version.status_schema;
  if (!schema::prune(schema, status).empty()) return std::nullopt;
  schema::normalize_integers(schema, status);
  schema::apply_defaults(schema, status);
  if (!schema::validate(schema, status).empty()) return std::nullopt;
  return status;
}

}  // namespace hearth::api
