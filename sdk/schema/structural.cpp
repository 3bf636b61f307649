// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/structural.hpp"

#include <re2/re2.h>

#include <array>
#include <utility>

#include "sdk/schema/json_text.hpp"
#include "sdk/schema/path.hpp"
#include "sdk/schema/schema_node.hpp"

namespace hearth::schema {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxDepth = 64;

// Keywords that restrict values and that validate() does not know: ignoring one would let bad objects
// through.
constexpr std::array kRefused = {"$ref", "x-kubernetes-validations"};

/// What one pattern, and all of a schema, may take: schemas come from clients.
constexpr std::int64_t kPatternMemory = 1 << 20;
constexpr std::size_t kMaxPatterns = 1000;

/// Keeps the first error and goes on with harmless values, so that the reading code has no branch per
/// keyword.
class SchemaParser {
 public:
  SchemaNode parse_node(const json& source, const PathLink& path, std::size_t depth);
  const std::optional<Error>& error() const { return error_; }

 private:
  void fail(const PathLink& path, const std::string& text);
  void refuse_unknown_restrictions(const json& source, const PathLink& path);
  Type parse_type(const json& source, const PathLink& path);
  void parse_format(SchemaNode& node, const json& source);
  void parse_list_type(SchemaNode& node, const json& source, const PathLink& path);
  bool flag(const json& source, const char* key, const PathLink& path);
  std::optional<std::size_t> count(const json& source, const char* key, const PathLink& path);
  std::optional<json> number(const json& source, const char* key, const PathLink& path);
  std::vector<std::string> names(const json& source, const char* key, const PathLink& path);
  std::shared_ptr<const re2::RE2> pattern(const json& source, const PathLink& path);
  void parse_limits(SchemaNode& node, const json& source, const PathLink& path);
  void parse_members(SchemaNode& node, const json& source, const PathLink& path, std::size_t depth);
  std::vector<SchemaNode> alternatives(const json& source, const char* key, const PathLink& path,
                                       std::size_t depth);
  void parse_junctors(SchemaNode& node, const json& source, const PathLink& path, std::size_t depth);

  std::optional<Error> error_;
  std::size_t patterns_ = 0;
};

void SchemaParser::fail(const PathLink& path, const std::string& text) {
  if (error_) return;
  const std::string place = path.str();
  error_ = invalid("BadSchema", "schema" + (place.empty() ? "" : " at " + place) + ": " + text);
}

void SchemaParser::refuse_unknown_restrictions(const json& source, const PathLink& path) {
  for (const std::string_view key : kRefused) {
    if (source.contains(key)) fail(path, "the keyword " + std::string(key) + " is not supported");
  }
}

Type SchemaParser::parse_type(const json& source, const PathLink& path) {
  const auto found = source.find("type");
  if (found == source.end()) return Type::any;
  for (const Type type :
       {Type::string, Type::integer, Type::number, Type::boolean, Type::object, Type::array}) {
    if (*found == to_string(type)) return type;
  }
  fail(path, "the type must be string, integer, number, boolean, object or array");
  return Type::any;
}

void SchemaParser::parse_format(SchemaNode& node, const json& source) {
  const auto found = source.find("format");
  if (found == source.end() || !found->is_string()) return;
  node.format = found->get<std::string>();
  if (node.format == "int32") node.integer_format = IntegerFormat::int32;
  if (node.format == "int64") node.integer_format = IntegerFormat::int64;
  node.format_check = find_format(node.format);
}

void SchemaParser::parse_list_type(SchemaNode& node, const json& source, const PathLink& path) {
  node.unique_items = flag(source, "uniqueItems", path);
  node.list_keys = names(source, "x-kubernetes-list-map-keys", path);
  const auto found = source.find("x-kubernetes-list-type");
  if (found == source.end()) return;
  if (*found == "set") node.list_type = ListType::set;
  if (*found == "map") node.list_type = ListType::map;
}

bool SchemaParser::flag(const json& source, const char* key, const PathLink& path) {
  const auto found = source.find(key);
  if (found == source.end()) return false;
  if (found->is_boolean()) return found->get<bool>();
  fail(path, std::string(key) + " must be true or false");
  return false;
}

std::optional<std::size_t> SchemaParser::count(const json& source, const char* key, const PathLink& path) {
  const auto found = source.find(key);
  if (found == source.end()) return std::nullopt;
  if (found->is_number_integer() && *found >= 0) return found->get<std::size_t>();
  fail(path, std::string(key) + " must be a whole number from 0");
  return std::nullopt;
}

std::optional<json> SchemaParser::number(const json& source, const char* key, const PathLink& path) {
  const auto found = source.find(key);
  if (found == source.end()) return std::nullopt;
  if (found->is_number()) return *found;
  fail(path, std::string(key) + " must be a number");
  return std::nullopt;
}

std::vector<std::string> SchemaParser::names(const json& source, const char* key, const PathLink& path) {
  const auto found = source.find(key);
  if (found == source.end()) return {};
  std::vector<std::string> result;
  for (const json& name : *found) {
    if (name.is_string()) result.push_back(name.get<std::string>());
  }
  if (!found->is_array() || result.size() != found->size()) fail(path, std::string(key) + " must list names");
  return result;
}

std::shared_ptr<const re2::RE2> SchemaParser::pattern(const json& source, const PathLink& path) {
  const auto found = source.find("pattern");
  if (found == source.end()) return nullptr;
  if (!found->is_string()) {
    fail(path, "pattern must be a string");
    return nullptr;
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemory);
  if (++patterns_ > kMaxPatterns) {
    fail(path, "a schema may have 1000 patterns at most");
    return nullptr;
  }
  auto compiled = std::make_shared<const re2::RE2>(found->get_ref<const std::string&>(), options);
  if (compiled->ok()) return compiled;
  fail(path, "bad pattern: " + compiled->error());
  return nullptr;
}

void SchemaParser::parse_limits(SchemaNode& node, const json& source, const PathLink& path) {
  node.minimum = number(source, "minimum", path);
  node.maximum = number(source, "maximum", path);
  node.exclusive_minimum = flag(source, "exclusiveMinimum", path);
  node.exclusive_maximum = flag(source, "exclusiveMaximum", path);
  node.min_length = count(source, "minLength", path);
  node.max_length = count(source, "maxLength", path);
  node.min_items = count(source, "minItems", path);
  node.max_items = count(source, "maxItems", path);
  node.min_properties = count(source, "minProperties", path);
  node.max_properties = count(source, "maxProperties", path);
  node.multiple_of = number(source, "multipleOf", path);
  node.pattern = pattern(source, path);
  const auto allowed = source.find("enum");
  if (allowed == source.end()) return;
  if (!allowed->is_array() || allowed->empty()) return fail(path, "enum must list values");
  node.allowed = allowed->get<std::vector<json>>();
}

void SchemaParser::parse_members(SchemaNode& node, const json& source, const PathLink& path,
                                 std::size_t depth) {
  if (const auto items = source.find("items"); items != source.end()) {
    node.items = std::make_shared<const SchemaNode>(parse_node(*items, PathLink(path, "items"), depth + 1));
  }
  if (const auto rest = source.find("additionalProperties"); rest != source.end()) {
    if (rest->is_boolean()) {
      node.preserve_unknown = node.preserve_unknown || rest->get<bool>();
    } else {
      node.additional = std::make_shared<const SchemaNode>(
          parse_node(*rest, PathLink(path, "additionalProperties"), depth + 1));
    }
  }
  const auto properties = source.find("properties");
  if (properties == source.end()) return;
  if (!properties->is_object()) return fail(path, "properties must be a mapping");
  for (const auto& [name, member] : properties->items()) {
    node.properties.emplace(name, parse_node(member, PathLink(path, name), depth + 1));
  }
}

std::vector<SchemaNode> SchemaParser::alternatives(const json& source, const char* key, const PathLink& path,
                                                   std::size_t depth) {
  std::vector<SchemaNode> nodes;
  const auto found = source.find(key);
  if (found == source.end()) return nodes;
  if (!found->is_array()) fail(path, std::string(key) + " must list schemas");
  for (const json& each : *found)
    nodes.push_back(parse_node(each, PathLink(path, key), depth + 1));
  return nodes;
}

void SchemaParser::parse_junctors(SchemaNode& node, const json& source, const PathLink& path,
                                  std::size_t depth) {
  // The usual spelling of int-or-string carries an anyOf that says the same again.
  if (!node.int_or_string) node.any_of = alternatives(source, "anyOf", path, depth);
  node.all_of = alternatives(source, "allOf", path, depth);
  node.one_of = alternatives(source, "oneOf", path, depth);
  if (const auto negated = source.find("not"); negated != source.end())
    node.negated = std::make_shared<const SchemaNode>(parse_node(*negated, PathLink(path, "not"), depth + 1));
}

SchemaNode SchemaParser::parse_node(const json& source, const PathLink& path, std::size_t depth) {
  SchemaNode node;
  if (depth > kMaxDepth) {
    fail(path, "nested deeper than 64");
    return node;
  }
  if (!source.is_object()) {
    fail(path, "must be a mapping");
    return node;
  }
  refuse_unknown_restrictions(source, path);
  node.type = parse_type(source, path);
  parse_format(node, source);
  parse_list_type(node, source, path);
  node.nullable = flag(source, "nullable", path);
  node.int_or_string = flag(source, "x-kubernetes-int-or-string", path);
  node.preserve_unknown = flag(source, "x-kubernetes-preserve-unknown-fields", path);
  node.embedded = flag(source, "x-kubernetes-embedded-resource", path);
  node.resource = node.embedded;
  node.required = names(source, "required", path);
  if (const auto found = source.find("default"); found != source.end()) node.default_value = *found;
  parse_limits(node, source, path);
  parse_members(node, source, path, depth);
  parse_junctors(node, source, path, depth);
  return node;
}

}  // namespace

std::optional<Schema> Schema::property(std::string_view name) const {
  const auto found = root_->properties.find(name);
  if (found == root_->properties.end()) return std::nullopt;
  return Schema(std::shared_ptr<const SchemaNode>(root_, &found->second));
}

Result<Schema> Schema::parse(const json& source, Root root) {
  SchemaParser parser;
  auto node = std::make_shared<SchemaNode>(parser.parse_node(source, PathLink(), 0));
  if (parser.error()) return *parser.error();
  node->resource = node->resource || root == Root::resource;
  return Schema(std::move(node));
}

Result<Schema> Schema::parse_text(std::string_view text, Root root) {
  auto source = parse_json(text);
  if (!source) return std::move(source).error().within("schema");
  return parse(source->value, root);
}

}  // namespace hearth::schema
