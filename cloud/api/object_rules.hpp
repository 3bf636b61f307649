// SPDX-License-Identifier: Apache-2.0
// What an incoming object must be before it may be stored: the right kind in the right place, sound
// metadata, and its schema kept.
// Thread: pure functions.   Errors: the Status Kubernetes answers in each case.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cloud/api/call.hpp"
#include "cloud/api/base/status.hpp"

namespace hearth::api {

/// What to do about fields nobody knows: the `fieldValidation` parameter.
enum class FieldCheck { ignore, warn, strict };
Answer<FieldCheck> field_check(const std::string& parameter, const KindName& options);

/// Paths of what no object's metadata has: metadata.colour.
std::vector<std::string> unknown_metadata(const nlohmann::json& metadata);

/// apiVersion, kind, namespace and name against the URL; fills in namespace and, from the URL, name.
Answer<void> check_identity(const Call& call, nlohmann::json& object);

/// Metadata and schema. Unknown and duplicate fields become `warnings` or, when strict, the refusal;
/// `patched` chooses which refusal. Prunes, fills in defaults, brings numbers into their type.
struct ShapeInput {
  const ResourceType& type;
  const TypeVersion& version;
  FieldCheck check = FieldCheck::warn;
  bool patched = false;
  std::vector<std::string> duplicates;
};
Answer<void> check_shape(const ShapeInput& input, nlohmann::json& object, std::vector<std::string>& warnings);

/// The same without defaults, for what is no whole object.
nlohmann::json converted_to(const ResourceType& type, const TypeVersion& version, nlohmann::json object);
/// The object as a version of its kind has it: converted and pruned if it is of another one, with today's defaults.
nlohmann::json in_version(const ResourceType& type, const TypeVersion& version, nlohmann::json object);
/// The same without a copy where nothing changes.
ObjectPtr shown_in(const ResourceType& type, const TypeVersion& version, const ObjectPtr& object);

}  // namespace hearth::api
