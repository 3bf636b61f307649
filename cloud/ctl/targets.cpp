// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/targets.hpp"

#include <fmt/format.h>

namespace hearth::ctl {
namespace {

Result<Targets> with_slashes(const std::vector<std::string>& args) {
  Targets targets;
  for (const auto& arg : args) {
    const auto slash = arg.find('/');
    const auto kind = arg.substr(0, slash);
    if (slash == std::string::npos || kind.empty() || slash + 1 == arg.size()) {
      return invalid("BadTarget", fmt::format("expected KIND/NAME, got \"{}\"", arg));
    }
    if (!targets.kind.empty() && targets.kind != kind) {
      return invalid("BadTarget",
                     fmt::format("expected one kind, got \"{}\" and \"{}\"", targets.kind, kind));
    }
    targets.kind = kind;
    targets.names.push_back(arg.substr(slash + 1));
  }
  return targets;
}

}  // namespace

Result<Targets> parse_targets(const std::vector<std::string>& args) {
  if (args.empty() || args.front().empty()) return invalid("BadTarget", "expected a kind, such as devices");
  if (args.front().find('/') != std::string::npos) return with_slashes(args);
  Targets targets{args.front(), {args.begin() + 1, args.end()}};
  for (const auto& name : targets.names) {
    if (name.empty() || name.find('/') != std::string::npos) {
      return invalid("BadTarget", fmt::format("expected a name after {}, got \"{}\"", targets.kind, name));
    }
  }
  return targets;
}

}  // namespace hearth::ctl
