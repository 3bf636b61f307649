// SPDX-License-Identifier: Apache-2.0
// A Kubernetes object as its compact JSON text, with an index of what everybody asks of it. A tree is made only where
// somebody looks inside.
// Thread: values that never change, shared between threads.   Errors: what an object lacks is empty.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace hearth::object {

class Object;
/// A change makes a new one.
using ObjectPtr = std::shared_ptr<const Object>;

class Object {
 public:
  /// Prints the tree; one that is no object gives a text without members.
  static ObjectPtr of(const nlohmann::json& tree);
  /// Null unless the text is one JSON object.
  static ObjectPtr read(std::string text);

  const std::string& text() const { return text_; }
  nlohmann::json tree() const;

  // As the text spells them; views live as long as the object.
  std::string_view kind() const { return at(kind_); }
  std::string_view api_version() const { return at(api_version_); }
  std::string_view ns() const { return at(namespace_); }
  std::string_view name() const { return at(name_); }
  std::string_view uid() const { return at(uid_); }
  std::string_view version() const { return at(version_); }  ///< metadata.resourceVersion
  std::int64_t generation() const { return generation_; }    ///< 0: none

  // The texts of its parts.
  std::string_view metadata() const { return at(metadata_); }
  std::string_view spec() const { return at(spec_); }
  std::string_view status() const { return at(status_); }

  /// The same object with another status, given as JSON text, and resourceVersion; no tree is made of anything.
  ObjectPtr with_status(std::string_view status, std::string_view version) const;
  /// The same object with another resourceVersion.
  ObjectPtr with_version(std::string_view version) const;

 private:
  struct Span {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };

  explicit Object(std::string text);
  std::string_view at(Span span) const { return std::string_view(text_).substr(span.begin, span.size); }
  Span span_of(std::string_view part) const;
  void index_metadata();

  std::string text_;
  Span kind_, api_version_, namespace_, name_, uid_, version_, metadata_, spec_, status_;
  std::int64_t generation_ = 0;
};

/// A part's text as a tree; null for an empty one.
nlohmann::json tree_of(std::string_view text);

}  // namespace hearth::object
