// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/schema_node.hpp"

namespace hearth::schema {

std::string_view to_string(Type type) {
  switch (type) {
    case Type::any:
      return "";
    case Type::string:
      return "string";
    case Type::integer:
      return "integer";
    case Type::number:
      return "number";
    case Type::boolean:
      return "boolean";
    case Type::object:
      return "object";
    case Type::array:
      return "array";
  }
  return "";
}

const SchemaNode* SchemaNode::member(std::string_view name) const {
  const auto found = properties.find(name);
  if (found != properties.end()) return &found->second;
  return additional.get();
}

bool SchemaNode::keeps_unknown() const {
  // A node without a type and without a shape says nothing about its value, so it cannot call a member
  // unknown.
  return preserve_unknown || (type == Type::any && properties.empty() && !items && !additional);
}

bool SchemaNode::is_opaque(std::string_view name) const {
  return resource && (name == "apiVersion" || name == "kind" || name == "metadata");
}

}  // namespace hearth::schema
