// SPDX-License-Identifier: Apache-2.0
// Server-side apply, and what plain writes do to ownership.
// Thread: pure functions.   Errors: broken input is an Error (invalid); fields that others own are Conflicts.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "cloud/apply/managed_fields.hpp"
#include "cloud/apply/merge_type.hpp"
#include "sdk/base/error.hpp"

namespace hearth::apply {

/// Fields of one manager that an apply would have changed.
struct Conflict {
  Manager manager;
  std::string time;
  std::vector<std::string> paths;
};
using Conflicts = std::vector<Conflict>;

/// Which parts of an object a write through this door leaves alone, beside what is the server's own: `status` for the
/// object itself where it has that subresource.
struct Door {
  Manager manager;
  std::vector<std::string> ignored;
  std::string now;  ///< RFC 3339
};

/// The object as the apply leaves it, managedFields included; `live` itself if nothing changes. `live` is null when
/// the object is new. What it has of unknown owners is `before-first-apply`'s.
std::variant<nlohmann::json, Conflicts, Error> apply(const nlohmann::json& live,
                                                     const nlohmann::json& applied, const MergeTypePtr& type,
                                                     const Door& door, bool force);

/// After a create, update or patch made `written` of `live`: brings its managedFields up to date. What the writer
/// changed is the writer's now, what is gone nobody's. A client may write entries itself, or clear them; entries that
/// are none count for nothing. Nothing is noted of an object that exists without entries.
void note_update(const nlohmann::json& live, nlohmann::json& written, const MergeTypePtr& type,
                 const Door& door);

/// The same object, but for the times in its managedFields.
bool equal_but_for_times(const nlohmann::json& left, const nlohmann::json& right);

}  // namespace hearth::apply
