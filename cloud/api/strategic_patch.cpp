// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>

#include "cloud/api/patch.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::string_view kSetOrder = "$setElementOrder/";
constexpr std::string_view kDeletePrimitives = "$deleteFromPrimitiveList/";

struct MergeList {
  std::string_view path;
  std::string_view key;  ///< empty: a set of plain values
};

constexpr std::array kMergeLists = {
    MergeList{"metadata.ownerReferences", "uid"},
    MergeList{"metadata.finalizers", ""},
    MergeList{"spec.podCIDRs", ""},
    MergeList{"status.conditions", "type"},
    MergeList{"status.addresses", "type"},
    MergeList{"secrets", "name"},
};

const MergeList* merge_list(const std::string& path) {
  const auto found = std::find_if(kMergeLists.begin(), kMergeLists.end(),
                                  [&](const MergeList& list) { return list.path == path; });
  return found == kMergeLists.end() ? nullptr : &*found;
}

std::string directive(const json& value) {
  if (!value.is_object()) return {};
  const auto found = value.find("$patch");
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Answer<void> merge_object(const std::string& path, const json& patch, json& target);

void merge_set(const json& patch, json& target) {
  for (const auto& value : patch) {
    if (std::find(target.begin(), target.end(), value) == target.end()) target.push_back(value);
  }
}

json::iterator find_by_key(json& list, const std::string& key, const json& value) {
  return std::find_if(list.begin(), list.end(), [&](const json& item) {
    const auto found = item.is_object() ? item.find(key) : item.end();
    return item.is_object() && found != item.end() && *found == value;
  });
}

Answer<void> merge_keyed_list(const std::string& path, const std::string& key, const json& patch,
                              json& target) {
  const bool replace =
      std::any_of(patch.begin(), patch.end(), [](const json& item) { return directive(item) == "replace"; });
  if (replace) target = json::array();
  for (const auto& item : patch) {
    if (directive(item) == "replace") continue;
    const auto value = item.is_object() ? item.find(key) : item.end();
    if (!item.is_object() || value == item.end()) {
      return bad_request("error decoding patch: an item of " + path + " does not contain its merge key \"" +
                         key + "\"");
    }
    const auto existing = find_by_key(target, key, *value);
    if (directive(item) == "delete") {
      if (existing != target.end()) target.erase(existing);
      continue;
    }
    json merged = existing == target.end() ? json::object() : *existing;
    if (auto done = merge_object(path + "[]", item, merged); !done) return done;
    if (existing == target.end()) {
      target.push_back(std::move(merged));
    } else {
      *existing = std::move(merged);
    }
  }
  return {};
}

Answer<void> merge_array(const std::string& path, const json& patch, json& target) {
  const auto* list = merge_list(path);
  if (list == nullptr || !target.is_array()) target = list == nullptr ? patch : json::array();
  if (list == nullptr) return {};
  if (list->key.empty()) {
    merge_set(patch, target);
    return {};
  }
  return merge_keyed_list(path, std::string(list->key), patch, target);
}

void delete_primitives(const json& values, json& target) {
  if (!target.is_array() || !values.is_array()) return;
  json kept = json::array();
  for (const auto& item : target) {
    if (std::find(values.begin(), values.end(), item) == values.end()) kept.push_back(item);
  }
  target = std::move(kept);
}

void retain_keys(const json& keys, json& target) {
  if (!keys.is_array()) return;
  for (auto it = target.begin(); it != target.end();) {
    const bool kept = std::find(keys.begin(), keys.end(), json(it.key())) != keys.end();
    it = kept ? std::next(it) : target.erase(it);
  }
}

Answer<void> merge_member(const std::string& path, const std::string& name, const json& value, json& target) {
  const auto below = path.empty() ? name : path + "." + name;
  if (value.is_null()) {
    target.erase(name);
    return {};
  }
  if (value.is_array()) {
    auto merged = target.contains(name) ? target[name] : json::array();
    if (auto done = merge_array(below, value, merged); !done) return done;
    target[name] = std::move(merged);
    return {};
  }
  if (!value.is_object()) {
    target[name] = value;
    return {};
  }
  auto merged = target.contains(name) ? target[name] : json::object();
  if (directive(value) == "delete") {
    target.erase(name);
    return {};
  }
  if (auto done = merge_object(below, value, merged); !done) return done;
  target[name] = std::move(merged);
  return {};
}

Answer<void> merge_object(const std::string& path, const json& patch, json& target) {
  if (!target.is_object() || directive(patch) == "replace") target = json::object();
  for (const auto& [name, value] : patch.items()) {
    if (name == "$retainKeys") retain_keys(value, target);
    if (name.starts_with(kDeletePrimitives)) {
      const auto list = name.substr(kDeletePrimitives.size());
      if (target.contains(list)) delete_primitives(value, target[list]);
    }
  }
  for (const auto& [name, value] : patch.items()) {
    // The order of elements is a wish of the client's that no kind served here depends on.
    if (name == "$patch" || name == "$retainKeys" || name.starts_with(kSetOrder) ||
        name.starts_with(kDeletePrimitives)) {
      continue;
    }
    if (auto done = merge_member(path, name, value, target); !done) return done;
  }
  return {};
}

}  // namespace

Answer<void> strategic_merge(const json& patch, json& object) {
  auto merged = object;
  if (auto done = merge_object({}, patch, merged); !done) return done;
  object = std::move(merged);
  return {};
}

}  // namespace hearth::api
