// SPDX-License-Identifier: Apache-2.0
// Structural schemas (the OpenAPI v3 subset of CustomResourceDefinitions): parsed once into an immutable
// tree, then used to validate, prune and default JSON objects with Kubernetes' rules and words.
// Thread: any; a Schema never changes and copies share one tree.
// Errors: a bad schema is an Error; a bad object is a list of violations.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::schema {

struct SchemaNode;

/// One way in which a value breaks its schema.
struct Violation {
  std::string path;    ///< spec.properties[0].type; empty for the root
  std::string reason;  ///< Kubernetes' cause: FieldValueRequired, FieldValueTypeInvalid, …
  std::string
      message;  ///< what stands after the field: Unsupported value: "COLOR": supported values: "INT", …
  std::string expected;  ///< for a person: `a string`, `one of "INT", "FLOAT"`, `at least 1`

  bool operator==(const Violation&) const = default;
};

/// What the schema's root describes.
enum class Root {
  resource,  ///< a Kubernetes object: apiVersion, kind and metadata are always allowed
  plain,     ///< anything else, such as a configuration file
};

class Schema {
 public:
  /// Takes an `openAPIV3Schema`. Refuses what it does not understand well enough to enforce: an unknown type,
  /// a bad pattern, nesting deeper than 64. Keywords it has no use for (title, example,
  /// x-kubernetes-list-type) are ignored.
  static Result<Schema> parse(const nlohmann::json& source, Root root = Root::resource);
  /// The same from JSON text.
  static Result<Schema> parse_text(std::string_view text, Root root = Root::resource);

  const SchemaNode& root() const { return *root_; }
  /// That of a property of the root, as a schema by itself (paths then begin below it); nothing: there is none.
  std::optional<Schema> property(std::string_view name) const;

 private:
  explicit Schema(std::shared_ptr<const SchemaNode> root) : root_(std::move(root)) {}

  std::shared_ptr<const SchemaNode> root_;
};

/// No more violations or pruned paths than this are listed for one object: an object from outside must not
/// grow its own error without end. (Pruning itself always goes through to the end.)
inline constexpr std::size_t kMaxReported = 256;

/// Every violation, in the order of the object. Unknown fields are none: prune() finds them. A resource's
/// apiVersion, kind and metadata are not looked into.
std::vector<Violation> validate(const Schema& schema, const nlohmann::json& object);

/// Removes the fields the schema does not know, except under x-kubernetes-preserve-unknown-fields, and
/// returns their paths. A resource's apiVersion, kind and metadata stay whole.
std::vector<std::string> prune(const Schema& schema, nlohmann::json& object);

/// The paths prune() would return.
std::vector<std::string> unknown_fields(const Schema& schema, const nlohmann::json& object);

/// Whether there is any `default` in it.
bool has_defaults(const Schema& schema);

/// Fills in `default` where a field is missing, or null and not nullable.
void apply_defaults(const Schema& schema, nlohmann::json& object);

/// Stores 1000.0 as 1000 where the schema says integer. Only values that fit int64 exactly are touched.
void normalize_integers(const Schema& schema, nlohmann::json& object);

}  // namespace hearth::schema
