// SPDX-License-Identifier: Apache-2.0
// metadata.managedFields: who owns which fields of an object.
// Thread: plain values.   Errors: entries that are none are an Error (invalid, "BadFields").
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cloud/apply/field_set.hpp"
#include "sdk/base/error.hpp"
#include "sdk/base/time.hpp"

namespace hearth::apply {

enum class Operation { apply, update };

/// Who wrote: one of these owns one entry.
struct Manager {
  std::string name;
  Operation operation = Operation::update;
  std::string api_version;
  std::string subresource;  ///< status; empty for the object itself

  /// An applier stays the same whatever version it applies.
  bool operator==(const Manager& other) const {
    return name == other.name && operation == other.operation && subresource == other.subresource &&
           (operation == Operation::apply || api_version == other.api_version);
  }
};

struct Ownership {
  Manager manager;
  std::string time;  ///< RFC 3339; when the manager wrote to its fields last
  FieldSet fields;

  bool operator==(const Ownership&) const = default;
};

using Owners = std::vector<Ownership>;

/// Of an object's metadata; none is no error.
Result<Owners> read_owners(const nlohmann::json& object);
/// `managedFields: [{}]`: how a client says that nobody is to own anything.
bool clears_owners(const nlohmann::json& object);
/// As Kubernetes sorts them: appliers first, then by time and name. None: the member goes.
void write_owners(nlohmann::json& object, const Owners& owners);

}  // namespace hearth::apply
