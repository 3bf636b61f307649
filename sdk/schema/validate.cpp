// SPDX-License-Identifier: Apache-2.0
// The texts are those of Kubernetes' API server: clients and people match on them.
#include <re2/re2.h>

#include <cmath>
#include <limits>

#include "sdk/base/time.hpp"
#include "sdk/schema/json_value.hpp"
#include "sdk/schema/path.hpp"
#include "sdk/schema/schema_node.hpp"
#include "sdk/schema/structural.hpp"

namespace hearth::schema {
namespace {

using nlohmann::json;

constexpr const char* kInvalid = "FieldValueInvalid";

std::string article(std::string_view noun) {
  const bool vowel = std::string_view("aeiou").find(noun.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + std::string(noun);
}

class Validator {
 public:
  void check(const SchemaNode& node, const json& value, const PathLink& path);
  std::vector<Violation> take() && { return std::move(found_); }

 private:
  bool full() const { return found_.size() >= kMaxReported; }
  void add(const PathLink& path, const char* reason, std::string message, std::string expected = {});
  void add_invalid(const PathLink& path, const json& value, const std::string& rule, std::string expected);
  void add_type(const PathLink& path, const std::string& wanted, std::string_view got);
  bool check_type(const SchemaNode& node, const json& value, const PathLink& path);
  void check_enum(const SchemaNode& node, const json& value, const PathLink& path);
  void check_number(const SchemaNode& node, const json& value, const PathLink& path);
  void check_integer_format(const SchemaNode& node, const json& value, const PathLink& path);
  void check_range(const SchemaNode& node, const json& value, const PathLink& path);
  void check_string(const SchemaNode& node, const json& value, const PathLink& path);
  void check_array(const SchemaNode& node, const json& value, const PathLink& path);
  void check_object(const SchemaNode& node, const json& value, const PathLink& path);

  std::vector<Violation> found_;
};

void Validator::add(const PathLink& path, const char* reason, std::string message, std::string expected) {
  if (full()) return;
  found_.push_back({path.str(), reason, std::move(message), std::move(expected)});
}

void Validator::add_invalid(const PathLink& path, const json& value, const std::string& rule,
                            std::string expected) {
  add(path, kInvalid, "Invalid value: " + quoted(value) + ": " + path.str() + " in body " + rule,
      std::move(expected));
}

void Validator::add_type(const PathLink& path, const std::string& wanted, std::string_view got) {
  const std::string name = "\"" + std::string(got) + "\"";
  add(path, "FieldValueTypeInvalid",
      "Invalid value: " + name + ": " + path.str() + " in body must be of type " + wanted + ": " + name,
      wanted == "integer,string" ? "an integer or a string" : article(wanted));
}

bool Validator::check_type(const SchemaNode& node, const json& value, const PathLink& path) {
  if (value.is_null() && node.nullable) return true;
  const std::string_view got = json_type_name(value);
  if (node.int_or_string) {
    if (got == "integer" || got == "string") return true;
    add_type(path, "integer,string", got);
    return false;
  }
  if (node.type == Type::any || got == to_string(node.type)) return true;
  if (node.type == Type::number && got == "integer") return true;
  add_type(path, std::string(to_string(node.type)), got);
  return false;
}

void Validator::check_enum(const SchemaNode& node, const json& value, const PathLink& path) {
  if (node.allowed.empty()) return;
  std::string listed;
  for (const json& allowed : node.allowed) {
    if (allowed == value) return;
    if (!listed.empty()) listed += ", ";
    listed += allowed.is_string() ? quoted(allowed) : "\"" + quoted(allowed) + "\"";
  }
  add(path, "FieldValueNotSupported", "Unsupported value: " + quoted(value) + ": supported values: " + listed,
      "one of " + listed);
}

void Validator::check_integer_format(const SchemaNode& node, const json& value, const PathLink& path) {
  const bool narrow = node.format == Format::int32;
  const auto exact = as_int64(value);
  const bool fits = exact && (!narrow || (*exact >= std::numeric_limits<std::int32_t>::min() &&
                                          *exact <= std::numeric_limits<std::int32_t>::max()));
  if (fits) return;
  const std::string name = narrow ? "int32" : "int64";
  add_invalid(path, value, "must be of type integer with format " + name,
              "an integer of " + name.substr(3) + " bits");
}

void Validator::check_range(const SchemaNode& node, const json& value, const PathLink& path) {
  if (node.minimum) {
    const bool ok = node.exclusive_minimum ? value > *node.minimum : value >= *node.minimum;
    const std::string limit = node.minimum->dump();
    const bool open = node.exclusive_minimum;
    if (!ok) {
      add_invalid(path, value,
                  (open ? "should be greater than " : "should be greater than or equal to ") + limit,
                  (open ? "more than " : "at least ") + limit);
    }
  }
  if (node.maximum) {
    const bool ok = node.exclusive_maximum ? value < *node.maximum : value <= *node.maximum;
    const std::string limit = node.maximum->dump();
    const bool open = node.exclusive_maximum;
    if (!ok) {
      add_invalid(path, value, (open ? "should be less than " : "should be less than or equal to ") + limit,
                  (open ? "less than " : "at most ") + limit);
    }
  }
}

void Validator::check_number(const SchemaNode& node, const json& value, const PathLink& path) {
  if (node.type == Type::integer) check_integer_format(node, value, path);
  check_range(node, value, path);
}

void Validator::check_string(const SchemaNode& node, const json& value, const PathLink& path) {
  const auto& text = value.get_ref<const std::string&>();
  const std::size_t length = utf8_length(text);
  if (node.max_length && length > *node.max_length) {
    const std::string limit = std::to_string(*node.max_length);
    add(path, "FieldValueTooLong", "Too long: may not be longer than " + limit,
        "at most " + limit + " characters");
  }
  if (node.min_length && length < *node.min_length) {
    const std::string limit = std::to_string(*node.min_length);
    add_invalid(path, value, "should be at least " + limit + " chars long",
                "at least " + limit + " characters");
  }
  if (node.pattern && !re2::RE2::PartialMatch(text, *node.pattern)) {
    add_invalid(path, value, "should match '" + node.pattern->pattern() + "'",
                "a string matching " + node.pattern->pattern());
  }
  if (node.format == Format::date_time && !parse_rfc3339(text)) {
    add(path, "FieldValueTypeInvalid",
        "Invalid value: " + quoted(value) + ": " + path.str() +
            " in body must be of type date-time: " + quoted(value),
        "a time such as 2026-01-31T12:00:00Z");
  }
}

void Validator::check_array(const SchemaNode& node, const json& value, const PathLink& path) {
  const std::string size = std::to_string(value.size());
  if (node.max_items && value.size() > *node.max_items) {
    const std::string limit = std::to_string(*node.max_items);
    add(path, "FieldValueTooMany", "Too many: " + size + ": must have at most " + limit + " items",
        "at most " + limit + " items");
  }
  if (node.min_items && value.size() < *node.min_items) {
    const std::string limit = std::to_string(*node.min_items);
    add(path, kInvalid,
        "Invalid value: " + size + ": " + path.str() + " in body should have at least " + limit + " items",
        "at least " + limit + " items");
  }
  if (!node.items) return;
  for (std::size_t i = 0; i < value.size() && !full(); ++i)
    check(*node.items, value[i], PathLink(path, i));
}

void Validator::check_object(const SchemaNode& node, const json& value, const PathLink& path) {
  for (const std::string& name : node.required) {
    if (!value.contains(name)) add(PathLink(path, name), "FieldValueRequired", "Required value");
  }
  for (const auto& [name, member] : value.items()) {
    if (full()) return;
    if (node.is_opaque(name)) continue;
    if (const SchemaNode* known = node.member(name)) check(*known, member, PathLink(path, name));
  }
}

void Validator::check(const SchemaNode& node, const json& value, const PathLink& path) {
  if (!check_type(node, value, path) || value.is_null()) return;
  check_enum(node, value, path);
  if (value.is_number()) return check_number(node, value, path);
  if (value.is_string()) return check_string(node, value, path);
  if (value.is_array()) return check_array(node, value, path);
  if (value.is_object()) return check_object(node, value, path);
}

}  // namespace

std::vector<Violation> validate(const Schema& schema, const json& object) {
  Validator validator;
  validator.check(schema.root(), object, PathLink());
  return std::move(validator).take();
}

}  // namespace hearth::schema
