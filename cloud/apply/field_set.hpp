// SPDX-License-Identifier: Apache-2.0
// Which fields of an object somebody owns: a tree of path steps, as FieldsV1 of managedFields has it. A step is spelt as
// there: `f:name` a member, `k:{"type":"Ready"}` an item of a keyed list, `v:"a.b/c"` an item of a set.
// Thread: plain values.   Errors: FieldsV1 that is none is an Error (invalid, "BadFields").
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::apply {

class FieldSet {
 public:
  using Steps = std::map<std::string, FieldSet, std::less<>>;

  /// Bounded in depth; a step of an unknown sort is refused.
  static Result<FieldSet> parse(const nlohmann::json& fields);
  nlohmann::json to_json() const;

  bool empty() const { return !member_ && below_.empty(); }
  /// The place itself is owned, not only something within it.
  bool is_member() const { return member_; }
  const Steps& below() const { return below_; }
  /// Null when nothing at or within that step is owned.
  const FieldSet* find(std::string_view step) const;

  void own() { member_ = true; }
  void disown() { member_ = false; }
  /// Made if it is not there.
  FieldSet& at(const std::string& step) { return below_[step]; }
  /// Drops steps in which nothing is owned.
  void tidy();

  FieldSet& operator|=(const FieldSet& other);
  FieldSet& operator-=(const FieldSet& other);
  FieldSet& operator&=(const FieldSet& other);
  friend FieldSet operator|(FieldSet left, const FieldSet& right) { return left |= right; }
  friend FieldSet operator-(FieldSet left, const FieldSet& right) { return left -= right; }
  friend FieldSet operator&(FieldSet left, const FieldSet& right) { return left &= right; }
  bool operator==(const FieldSet&) const = default;

  /// Each owned place as Kubernetes prints it: .spec.nodeName, .status.conditions[type="Ready"].reason.
  std::vector<std::string> paths() const;

 private:
  bool member_ = false;
  Steps below_;
};

/// A step as paths() prints it: .spec, [type="Ready"].
std::string shown_step(std::string_view step);

/// `f:` and the member's name.
std::string field_step(std::string_view name);
/// `v:` and the item's JSON.
std::string value_step(const nlohmann::json& item);
/// `k:` and the item's keys; a key the item lacks is left out.
std::string key_step(const nlohmann::json& item, const std::vector<std::string>& keys);

}  // namespace hearth::apply
