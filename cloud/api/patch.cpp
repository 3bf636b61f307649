// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/patch.hpp"

#include <string>

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxOperations = 10'000;

Status does_not_apply() {
  return {422, "Invalid", "the server rejected our request due to an error in our request", json::object()};
}

Answer<void> apply_json_patch(const json& patch, json& object) {
  if (!patch.is_array())
    return bad_request("error decoding patch: a JSON patch must be an array of operations");
  if (patch.size() > kMaxOperations) {
    return Status(413, "RequestEntityTooLarge",
                  "The allowed maximum operations in a JSON patch is " + std::to_string(kMaxOperations));
  }
  try {
    auto patched = object.patch(patch);
    if (!patched.is_object()) return does_not_apply();
    object = std::move(patched);
    return {};
  } catch (const json::parse_error& error) {
    return bad_request(std::string("error decoding patch: ") + error.what());
  } catch (const json::exception&) {
    return does_not_apply();
  }
}

}  // namespace

Answer<PatchType> patch_type(std::string_view content_type, bool strategic_allowed) {
  const auto type = content_type.substr(0, content_type.find(';'));
  if (type == "application/merge-patch+json") return PatchType::merge;
  if (type == "application/json-patch+json") return PatchType::json;
  if (type == "application/strategic-merge-patch+json" && strategic_allowed) return PatchType::strategic;
  std::string accepted = "application/json-patch+json, application/merge-patch+json";
  if (strategic_allowed) accepted += ", application/strategic-merge-patch+json";
  return unsupported_type(accepted);
}

Answer<void> apply_patch(PatchType type, const json& patch, json& object) {
  switch (type) {
    case PatchType::json:
      return apply_json_patch(patch, object);
    case PatchType::merge:
      if (!patch.is_object()) return bad_request("error decoding patch: a merge patch must be an object");
      object.merge_patch(patch);
      return {};
    case PatchType::strategic:
      if (!patch.is_object()) return bad_request("error decoding patch: a merge patch must be an object");
      return strategic_merge(patch, object);
  }
  return does_not_apply();
}

}  // namespace hearth::api
