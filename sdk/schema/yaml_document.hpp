// SPDX-License-Identifier: Apache-2.0
// YAML (and JSON, which is YAML) from outside into JSON values, each value remembering where it stood.
//
// Plain scalars are typed as YAML 1.2's core schema has it: only true/True/TRUE and false/False/FALSE are
// booleans, so an unquoted ON, yes or off stays the string it looks like. (Kubernetes' own tools follow YAML
// 1.1 and turn ON into true, which is never what somebody switching a lamp means.) Quoted scalars are
// strings. null, ~ and nothing are null. Integers are exact up to 64 bits, larger ones become floats.
// Duplicate keys, merge keys (<<), tags beyond the core ones, nesting deeper than 64, texts over 4 MiB and
// aliases that expand without measure are errors.
// Thread: pure functions.   Errors: diagnostics with file, line and column; never thrown.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/error.hpp"
#include "sdk/schema/diagnostic.hpp"
#include "sdk/schema/structural.hpp"

namespace hearth::schema {

/// From 1; line 0 = not known.
struct Position {
  std::size_t line = 0;
  std::size_t column = 0;

  bool operator==(const Position&) const = default;
};

/// Where a value stands, and the key in front of it (for the root and list items the same as the value).
struct Place {
  Position key;
  Position value;

  bool operator==(const Place&) const = default;
};

/// The places of a value and all within it.
struct PlaceTree {
  Place here;
  std::map<std::string, PlaceTree, std::less<>> members;
  std::vector<PlaceTree> items;
};

struct YamlLimits {
  std::size_t bytes = 4 * 1024 * 1024;
  std::size_t depth = 64;
  std::size_t values = 1'000'000;       ///< in all documents of one text
  std::size_t alias_values = 100'000;   ///< that anchors and aliases may copy
  std::size_t alias_bytes = 4'194'304;  ///< text in them
};

/// The text a document came from, shared by all documents of one stream.
struct YamlSource {
  std::string file;
  std::string text;
};

class YamlDocument {
 public:
  YamlDocument(nlohmann::json value, PlaceTree places, std::shared_ptr<const YamlSource> source)
      : value_(std::move(value)), places_(std::move(places)), source_(std::move(source)) {}

  const nlohmann::json& value() const { return value_; }
  /// Takes the value out.
  nlohmann::json take() && { return std::move(value_); }

  /// The place of `spec.properties[0].type`; of the nearest value around it if the path is not in the
  /// document.
  Place position(std::string_view path) const;
  /// A diagnostic at a place of this document, with file and snippet.
  Diagnostic diagnose(Position at, std::string message) const;
  const std::string& file() const { return source_->file; }

 private:
  nlohmann::json value_;
  PlaceTree places_;
  std::shared_ptr<const YamlSource> source_;
};

/// Empty documents (nothing, or only comments, between two `---`) are left out.
struct YamlStream {
  std::vector<YamlDocument> documents;  ///< those before the first error
  std::vector<Diagnostic> diagnostics;  ///< not empty = the text is bad
};

YamlStream read_yaml(std::string_view text, std::string file, const YamlLimits& limits = {});

/// All documents, or an Error (invalid, "BadYaml") whose text is the printed diagnostics.
Result<std::vector<nlohmann::json>> parse_yaml(std::string_view text, std::string file);
/// The same for a text that must hold exactly one document.
Result<nlohmann::json> parse_yaml_document(std::string_view text, std::string file);

/// Everything wrong with the document at once: unknown keys (with what was probably meant), wrong types,
/// missing keys, values outside enum, range or pattern; sorted by place.
std::vector<Diagnostic> check_document(const Schema& schema, const YamlDocument& document);

}  // namespace hearth::schema
