// SPDX-License-Identifier: Apache-2.0
// One committed change of one object: what watches are made of.
// Thread: plain values.   Errors: none.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>

#include "cloud/api/base/json_view.hpp"

namespace hearth::api {

/// Sorted as lists are: by namespace, then name.
struct Key {
  std::string resource;  ///< devices.devices.kubeedge.io
  std::string ns;        ///< empty for cluster-wide kinds
  std::string name;
  auto operator<=>(const Key&) const = default;
};

struct Change {
  std::uint64_t version = 0;
  Key key;
  ObjectPtr object;    ///< after the change; of a deletion the last state with the deletion's own version
  ObjectPtr previous;  ///< before it; null when it was created
  bool deleted = false;
};
using ChangePtr = std::shared_ptr<const Change>;

}  // namespace hearth::api
