// SPDX-License-Identifier: Apache-2.0
// Rules beyond the schema, handed in by the composition root.
// Thread: the rules run on the store's strand and must not block.   Errors: a rule returns its reasons.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cloud/api/base/json_view.hpp"

namespace hearth::api {

/// One reason to refuse a write, as Kubernetes' causes have it.
struct Violation {
  std::string field;    ///< spec.properties[0].desired.value
  std::string reason;   ///< FieldValueInvalid, FieldValueNotFound, …
  std::string message;  ///< what stands after the field in the message
};

/// Rules beyond the schema, set by the composition root: called before an object is stored (not for status
/// writes); they may complete it. `find` looks up another object of the same API: find("devices.kubeedge.io",
/// "devicemodels", ns, name).
using Find = std::function<std::optional<nlohmann::json>(const std::string& group, const std::string& plural,
                                                         const std::string& ns, const std::string& name)>;
using WriteRule = std::function<std::vector<Violation>(nlohmann::json& object,
                                                       const nlohmann::json* old_object, const Find& find)>;

/// Called before somebody deletes an object, unless with force (a grace period of 0): why it must stay, or nothing.
/// `list` gives the objects of another kind in a namespace.
using List = std::function<std::vector<ObjectPtr>(const std::string& group, const std::string& plural,
                                                  const std::string& ns)>;
using DeleteRule = std::function<std::optional<std::string>(const Object& object, const List& list)>;

/// The rules of one kind; each may be missing.
struct Admission {
  WriteRule write;
  DeleteRule remove;
};

}  // namespace hearth::api
