// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/update_rules.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hearth::api {

namespace {

constexpr std::array<std::string_view, 6> kMadeByUpdate = {
    "events", "leases", "roles", "rolebindings", "clusterroles", "clusterrolebindings"};
constexpr std::array<std::string_view, 3> kVersionNeeded = {"leases", "serviceaccounts",
                                                            "customresourcedefinitions"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool made_by_update(const ResourceType& type) {
  return type.builtin && is_one_of(kMadeByUpdate, type.name.plural);
}

bool updates_without_version(const ResourceType& type) {
  return type.builtin && !is_one_of(kVersionNeeded, type.name.plural);
}

}  // namespace hearth::api
