// SPDX-License-Identifier: Apache-2.0
// What a request's method, path and query ask for, in Kubernetes' terms.
// Thread: pure functions.   Errors: broken percent-encoding gives a 400 Status.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/api/base/status.hpp"

namespace hearth::api {

/// A decoded target: path segments and query values (the first of each name).
struct Target {
  std::string path;  ///< decoded, without query
  std::vector<std::string> segments;
  std::map<std::string, std::string> query;

  std::string value(const std::string& name) const;
  /// "true", "1", and a name without value.
  bool flag(const std::string& name) const;
};
Answer<Target> parse_target(std::string_view target);

/// Where in the API a path under /api or /apis points. Empty parts are not there.
struct ResourcePath {
  std::string group;
  std::string version;
  std::string ns;
  std::string plural;
  std::string name;
  std::string subresource;
};
/// False when the path is no resource path (discovery, too long, …).
bool parse_resource_path(const std::vector<std::string>& segments, ResourcePath& path);

}  // namespace hearth::api
