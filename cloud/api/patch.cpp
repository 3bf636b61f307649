// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/patch.hpp"

#include <algorithm>
#include <string>

#include "cloud/api/base/json_view.hpp"
#include "sdk/base/bounded_json.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxOperations = 10'000;
/// Copies may double the document with each operation.
constexpr std::size_t kMaxCopied = 3 * 1024 * 1024;

Status does_not_apply() {
  return {422, "Invalid", "the server rejected our request due to an error in our request", json::object()};
}

int depth_of(const json& value) {
  int below = 0;
  if (value.is_structured()) {
    for (const auto& item : value)
      below = std::max(below, depth_of(item));
  }
  return below + 1;
}

/// What an operation is about to put in; null when it puts in nothing, or is one that will be refused anyway.
const json* source_of(const json& operation, const json& object) {
  const auto op = text_at(operation, {"op"});
  if (op != "copy" && op != "move") return at_path(operation, {"value"});
  const json::json_pointer from(text_at(operation, {"from"}));
  return object.contains(from) ? &object.at(from) : nullptr;
}

/// Operations build on each other: each alone is small, together they may nest and grow without end.
Answer<void> check_growth(const json& operation, const json& object, std::size_t& copied) {
  const auto* source = source_of(operation, object);
  if (source == nullptr) return {};
  const auto path = text_at(operation, {"path"});
  if (std::count(path.begin(), path.end(), '/') + depth_of(*source) > kMaxJsonDepth) {
    return bad_request("error decoding patch: the result would nest deeper than " +
                       std::to_string(kMaxJsonDepth) + " levels");
  }
  if (text_at(operation, {"op"}) == "copy") copied += source->dump().size();
  if (copied > kMaxCopied) return too_large(kMaxCopied);
  return {};
}

Answer<void> apply_json_patch(const json& patch, json& object) {
  if (!patch.is_array())
    return bad_request("error decoding patch: a JSON patch must be an array of operations");
  if (patch.size() > kMaxOperations) {
    return Status(413, "RequestEntityTooLarge",
                  "The allowed maximum operations in a JSON patch is " + std::to_string(kMaxOperations));
  }
  try {
    auto patched = object;
    std::size_t copied = 0;
    for (const auto& operation : patch) {
      if (auto sound = check_growth(operation, patched, copied); !sound) return sound;
      patched.patch_inplace(json::array({operation}));
    }
    if (!patched.is_object()) return does_not_apply();
    object = std::move(patched);
    return {};
  } catch (const json::parse_error& error) {
    return bad_request(std::string("error decoding patch: ") + error.what());
  } catch (const json::exception&) {
    return does_not_apply();
  }
}

std::string accepted_types(bool strategic_allowed) {
  std::string types = "application/json-patch+json, application/merge-patch+json";
  if (strategic_allowed) types += ", application/strategic-merge-patch+json";
  return types + ", application/apply-patch+yaml";
}

}  // namespace

Answer<PatchType> patch_type(std::string_view content_type, bool strategic_allowed) {
  const auto type = content_type.substr(0, content_type.find(';'));
  if (type == "application/merge-patch+json") return PatchType::merge;
  if (type == "application/json-patch+json") return PatchType::json;
  if (type == "application/apply-patch+yaml") return PatchType::apply;
  if (type == "application/strategic-merge-patch+json" && strategic_allowed) return PatchType::strategic;
  return unsupported_type(accepted_types(strategic_allowed));
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
    case PatchType::apply:
      return unsupported_type(accepted_types(true));
  }
  return does_not_apply();
}

}  // namespace hearth::api
