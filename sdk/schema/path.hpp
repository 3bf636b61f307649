// SPDX-License-Identifier: Apache-2.0
// Field paths as Kubernetes prints them: spec.properties[0].type.
// Thread: plain values.   Errors: none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hearth::schema {

/// One step of a path that lives on the stack of a walk; made into text only when somebody wants to read it.
class PathLink {
 public:
  PathLink() = default;
  PathLink(const PathLink& parent, std::string_view key) : parent_(&parent), key_(key) {}
  PathLink(const PathLink& parent, std::size_t index) : parent_(&parent), index_(index), is_index_(true) {}

  /// Empty for the root.
  std::string str() const;

 private:
  const PathLink* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
  bool is_index_ = false;
};

}  // namespace hearth::schema
