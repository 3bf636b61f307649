// SPDX-License-Identifier: Apache-2.0
// managedFields of the objects that pass through here: who owns what after each write.
// Thread: pure functions.   Errors: an apply that cannot be is the Status Kubernetes answers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cloud/api/base/json_view.hpp"
#include "cloud/api/base/status.hpp"
#include "cloud/api/kinds/resource_type.hpp"
#include "sdk/base/time.hpp"

namespace hearth::api {

/// One write: by whom, through which door, when.
struct Writer {
  std::string manager;
  bool status = false;  ///< through the status subresource
  WallTime now{};
};

/// A plain write made `next` of `current`, which is null for a new object; both in the storage version.
void note_write(const ResourceType& type, const Writer& writer, const nlohmann::json& current,
                nlohmann::json& next);

/// Whether a merge patch of the status leaves managedFields as it is; false when in doubt.
bool keeps_owners(const ResourceType& type, const Writer& writer, const Object& current,
                  const nlohmann::json& status);

/// The object as an apply leaves it: `current` itself when nothing changes, a new one where `current` is null.
Answer<nlohmann::json> applied_to(const ResourceType& type, const Writer& writer,
                                  const nlohmann::json& current, const nlohmann::json& configuration,
                                  bool force);

}  // namespace hearth::api
