// SPDX-License-Identifier: Apache-2.0
// The kinds an API server offers, from its discovery documents, and how users name them.
// Thread: plain values.   Errors: a name that fits no kind gives an Error with what was probably meant.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::ctl {

struct Kind {
  std::string group;  ///< empty for the core kinds
  std::string version;
  std::string plural;
  std::string singular;
  std::string kind;
  std::vector<std::string> short_names;
  bool namespaced = true;

  /// "device.devices.kubeedge.io", "node": as kubectl prints it.
  std::string printed() const;
  /// Of the collection, or of an object; `ns` is passed over where there are no namespaces.
  std::string path(const std::string& ns, const std::string& name = "") const;
};

/// "devices.kubeedge.io/v1beta1" or "v1" in its halves.
struct GroupVersion {
  std::string group;
  std::string version;
};
GroupVersion split_api_version(const std::string& api_version);
/// Where the resource list of a group version is: /apis/devices.kubeedge.io/v1beta1, /api/v1.
std::string discovery_path(const GroupVersion& group_version);

/// All versions an APIGroupList names, each group's preferred one first.
std::vector<GroupVersion> group_versions(const nlohmann::json& api_group_list);

class Kinds {
 public:
  /// Takes an APIResourceList; the preferred version of a group has to come first. Garbage is passed over.
  void add(const nlohmann::json& resource_list);

  /// By plural, singular, kind or short name in any case; also NAME.group and NAME.version.group.
  Result<Kind> find(std::string_view name) const;
  Result<Kind> find(const std::string& api_version, const std::string& kind) const;

 private:
  std::vector<Kind> kinds_;
};

}  // namespace hearth::ctl
