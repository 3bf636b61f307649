// SPDX-License-Identifier: Apache-2.0
// Builds one JSON value from a parser's events: the part of a document that is kept as it is.
// Thread: one owner.   Errors: none; the events are a parser's, thus in a right order.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace hearth::wire {

class JsonBuilder {
 public:
  void add(nlohmann::json value) { place(std::move(value)); }
  void open(nlohmann::json empty_container) { open_.push_back(place(std::move(empty_container))); }
  void key(std::string name) { key_ = std::move(name); }
  void close() { open_.pop_back(); }
  /// Nothing is open: the value is whole.
  bool complete() const { return open_.empty(); }
  nlohmann::json take() { return std::exchange(root_, nullptr); }

 private:
  nlohmann::json* place(nlohmann::json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    auto& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    auto& slot = parent[std::move(key_)];
    slot = std::move(value);
    return &slot;
  }

  nlohmann::json root_;
  std::vector<nlohmann::json*>
      open_;  ///< from the outermost in; a parent does not move while its child is open
  std::string key_;
};

}  // namespace hearth::wire
