// SPDX-License-Identifier: Apache-2.0
// Which objects a command is about: "device lamp pump", "device/lamp device/pump", "devices".
// Thread: none, pure functions.   Errors: mixed spellings and mixed kinds.
#pragma once

#include <string>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::ctl {

struct Targets {
  std::string kind;
  std::vector<std::string> names;  ///< empty: all
  bool operator==(const Targets&) const = default;
};

Result<Targets> parse_targets(const std::vector<std::string>& args);

}  // namespace hearth::ctl
