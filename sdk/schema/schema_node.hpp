// SPDX-License-Identifier: Apache-2.0
// One node of a parsed schema; the tree behind Schema.
// Thread: never changes after it is parsed.   Errors: none.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/schema/format.hpp"
#include "sdk/schema/structural.hpp"

namespace re2 {
class RE2;
}  // namespace re2

namespace hearth::schema {

enum class Type { any, string, integer, number, boolean, object, array };

/// The JSON Schema name; empty for `any`.
std::string_view to_string(Type type);

enum class IntegerFormat { none, int32, int64 };

/// x-kubernetes-list-type
enum class ListType { atomic, set, map };

struct SchemaNode {
  Type type = Type::any;
  IntegerFormat integer_format = IntegerFormat::none;
  FormatCheck format_check = nullptr;  ///< of strings; null: any will do
  std::string format;
  bool nullable = false;
  bool int_or_string = false;
  bool preserve_unknown = false;
  bool embedded = false;  ///< a whole object inside another: must say what it is
  bool resource = false;  ///< apiVersion, kind and metadata are always allowed and not looked into

  std::map<std::string, SchemaNode, std::less<>> properties;
  std::shared_ptr<const SchemaNode> items;
  std::shared_ptr<const SchemaNode> additional;  ///< schema of the values of a map
  std::vector<std::string> required;
  std::vector<nlohmann::json> allowed;  ///< enum; empty = any value
  std::optional<nlohmann::json> default_value;

  std::optional<nlohmann::json> minimum;
  std::optional<nlohmann::json> maximum;
  bool exclusive_minimum = false;
  bool exclusive_maximum = false;
  std::optional<std::size_t> min_length;
  std::optional<std::size_t> max_length;
  std::optional<std::size_t> min_items;
  std::optional<std::size_t> max_items;
  std::optional<std::size_t> min_properties;
  std::optional<std::size_t> max_properties;
  std::optional<nlohmann::json> multiple_of;
  std::shared_ptr<const re2::RE2> pattern;

  ListType list_type = ListType::atomic;
  std::vector<std::string> list_keys;
  bool unique_items = false;

  /// Further conditions on the same value.
  std::vector<SchemaNode> all_of;
  std::vector<SchemaNode> any_of;
  std::vector<SchemaNode> one_of;
  std::shared_ptr<const SchemaNode> negated;

  /// The schema of a member, by `properties` or else as a map's value; null if the schema does not know it.
  const SchemaNode* member(std::string_view name) const;
  /// Whether members the schema does not know are kept.
  bool keeps_unknown() const;
  /// Whether this member is one the schema leaves to others (a resource's metadata).
  bool is_opaque(std::string_view name) const;
};

}  // namespace hearth::schema
