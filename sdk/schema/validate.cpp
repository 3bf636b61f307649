// SPDX-License-Identifier: Apache-2.0
// The texts are those of Kubernetes' API server: clients and people match on them.
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sdk/schema/json_value.hpp"
#include "sdk/schema/list_keys.hpp"
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

/// Exactly for whole numbers; of others as near as their form allows.
bool is_multiple(const json& value, const json& step) {
  const auto whole = as_int64(value);
  const auto whole_step = as_int64(step);
  if (whole && whole_step) return *whole_step == 0 || *whole_step == -1 || *whole % *whole_step == 0;
  const double ratio = value.get<double>() / step.get<double>();
  return std::isfinite(ratio) && std::abs(ratio - std::round(ratio)) < 1e-9 * std::max(1.0, std::abs(ratio));
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
  void check_size(const SchemaNode& node, const json& value, const PathLink& path);
  void check_kind(const SchemaNode& node, const json& value, const PathLink& path);
  void check_junctors(const SchemaNode& node, const json& value, const PathLink& path);
  void check_alternatives(const std::vector<SchemaNode>& nodes, bool exactly_one, const json& value,
                          const PathLink& path);
  void add_junctor(const PathLink& path, const std::string& rule);

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
  const bool narrow = node.integer_format == IntegerFormat::int32;
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
  if (node.multiple_of && !is_multiple(value, *node.multiple_of)) {
    const std::string step = node.multiple_of->dump();
    add_invalid(path, value, "should be a multiple of " + step, "a multiple of " + step);
  }
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
  if (node.format_check != nullptr && !node.format_check(text)) {
    add(path, "FieldValueTypeInvalid",
        "Invalid value: " + quoted(value) + ": " + path.str() + " in body must be of type " + node.format +
            ": " + quoted(value),
        node.format == "date-time" ? "a time such as 2026-01-31T12:00:00Z"
                                   : "a text of format " + node.format);
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
  if (node.unique_items && has_duplicates(value))
    add_invalid(path, value, "shouldn't contain duplicates", "items that differ");
  for (std::size_t i = 0; node.items && i < value.size() && !full(); ++i)
    check(*node.items, value[i], PathLink(path, i));
  each_duplicate(node, value, [&](std::size_t index, const std::string& shown) {
    add(PathLink(path, index), "FieldValueDuplicate", "Duplicate value: " + shown, "items that differ");
  });
}

void Validator::check_size(const SchemaNode& node, const json& value, const PathLink& path) {
  const std::string size = std::to_string(value.size());
  if (node.max_properties && value.size() > *node.max_properties) {
    const std::string limit = std::to_string(*node.max_properties);
    add(path, "FieldValueTooMany", "Too many: " + size + ": must have at most " + limit + " items",
        "at most " + limit + " members");
  }
  if (node.min_properties && value.size() < *node.min_properties) {
    const std::string limit = std::to_string(*node.min_properties);
    add(path, kInvalid,
        "Invalid value: " + size + ": " + path.str() + " in body should have at least " + limit +
            " properties",
        "at least " + limit + " members");
  }
}

void Validator::check_object(const SchemaNode& node, const json& value, const PathLink& path) {
  check_size(node, value, path);
  for (const char* name : {"apiVersion", "kind"}) {
    const auto found = value.find(name);
    const bool given = found != value.end() && found->is_string() && *found != "";
    if (node.embedded && !given)
      add(PathLink(path, name), "FieldValueRequired", "Required value: must not be empty");
  }
  for (const std::string& name : node.required) {
    if (!value.contains(name)) add(PathLink(path, name), "FieldValueRequired", "Required value");
  }
  for (const auto& [name, member] : value.items()) {
    if (full()) return;
    if (node.is_opaque(name)) continue;
    if (const SchemaNode* known = node.member(name)) check(*known, member, PathLink(path, name));
  }
}

std::vector<Violation> violations_of(const SchemaNode& node, const json& value, const PathLink& path) {
  Validator validator;
  validator.check(node, value, path);
  return std::move(validator).take();
}

/// Kubernetes names no field here: the path stands in the text.
void Validator::add_junctor(const PathLink& path, const std::string& rule) {
  if (full()) return;
  const auto place = json(path.str()).dump();
  found_.push_back({"<nil>", kInvalid, "Invalid value: \"\": " + place + " must " + rule, rule});
}

void Validator::check_alternatives(const std::vector<SchemaNode>& nodes, bool exactly_one, const json& value,
                                   const PathLink& path) {
  if (nodes.empty()) return;
  std::size_t valid = 0;
  std::optional<std::vector<Violation>> best;
  for (const auto& node : nodes) {
    auto found = violations_of(node, value, path);
    if (found.empty()) {
      ++valid;
    } else if (!best || found.size() < best->size()) {
      best = std::move(found);
    }
  }
  if (valid == 1 || (valid > 1 && !exactly_one)) return;
  if (exactly_one) {
    add_junctor(path, "validate one and only one schema (oneOf). " +
                          (valid == 0 ? std::string("Found none valid")
                                      : "Found " + std::to_string(valid) + " valid alternatives"));
  } else {
    add_junctor(path, "validate at least one schema (anyOf)");
  }
  for (auto& violation : valid == 0 ? std::move(*best) : std::vector<Violation>())
    if (!full()) found_.push_back(std::move(violation));
}

void Validator::check_junctors(const SchemaNode& node, const json& value, const PathLink& path) {
  check_alternatives(node.any_of, false, value, path);
  check_alternatives(node.one_of, true, value, path);
  const std::size_t before = found_.size();
  for (const auto& each : node.all_of)
    check(each, value, path);
  if (found_.size() != before) add_junctor(path, "validate all the schemas (allOf)");
  if (node.negated && violations_of(*node.negated, value, path).empty())
    add_junctor(path, "not validate the schema (not)");
}

void Validator::check(const SchemaNode& node, const json& value, const PathLink& path) {
  if (!check_type(node, value, path) || value.is_null()) return;
  check_enum(node, value, path);
  check_kind(node, value, path);
  check_junctors(node, value, path);
}

void Validator::check_kind(const SchemaNode& node, const json& value, const PathLink& path) {
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
