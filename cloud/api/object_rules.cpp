// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/object_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "cloud/api/metadata_rules.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::array<std::string_view, 15> kMetaFields = {"name",
                                                          "generateName",
                                                          "namespace",
                                                          "uid",
                                                          "generation",
                                                          "resourceVersion",
                                                          "creationTimestamp",
                                                          "deletionTimestamp",
                                                          "labels",
                                                          "annotations",
                                                          "ownerReferences",
                                                          "finalizers",
                                                          "managedFields",
                                                          "selfLink",
                                                          "deletionGracePeriodSeconds"};
std::uint64_t number_of(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_of(const Object& object, std::string_view group, std::string_view version) {
  const auto given = object.api_version();
  if (group.empty()) return given == version;
  return given.size() == group.size() + 1 + version.size() && given.starts_with(group) &&
         given[group.size()] == '/' && given.ends_with(version);
}

std::string cannot_handle(const ShapeInput& input) {
  const auto& kind = input.type.name.kind;
  return kind + " in version \"" + input.version.name + "\" cannot be handled as a " + kind + ": ";
}

Answer<void> check_text_map(const ShapeInput& input, const json& meta, const std::string& name) {
  const auto* map = at_path(meta, {name});
  if (map == nullptr || map->is_null()) return {};
  const bool sound = map->is_object() && std::all_of(map->begin(), map->end(),
                                                     [](const json& value) { return value.is_string(); });
  if (sound) return {};
  return bad_request(cannot_handle(input) + "json: metadata." + name + " must be a map of strings");
}

/// Text fields of metadata, as Go's decoder insists on them.
Answer<void> check_meta_types(const ShapeInput& input, const json& meta) {
  for (const auto* name : {"name", "generateName", "namespace", "uid", "resourceVersion"}) {
    const auto* value = at_path(meta, {name});
    if (value != nullptr && !value->is_string() && !value->is_null()) {
      return bad_request(cannot_handle(input) + "json: cannot unmarshal " + value->type_name() +
                         " into metadata." + name + " of type string");
    }
  }
  for (const auto* name : {"finalizers", "ownerReferences", "managedFields"}) {
    const auto* value = at_path(meta, {name});
    if (value != nullptr && !value->is_array() && !value->is_null()) {
      return bad_request(cannot_handle(input) + "json: metadata." + name + " must be a list");
    }
  }
  for (const auto& finalizer : array_at(meta, {"finalizers"})) {
    if (!finalizer.is_string())
      return bad_request(cannot_handle(input) + "json: a finalizer must be a string");
  }
  if (auto labels = check_text_map(input, meta, "labels"); !labels) return labels;
  return check_text_map(input, meta, "annotations");
}

bool is_meta_field(const std::string& name) {
  return std::find(kMetaFields.begin(), kMetaFields.end(), name) != kMetaFields.end();
}

/// Drops what is unknown, null, or given by no server any more; returns the unknown paths.
std::vector<std::string> prune_meta(json& meta) {
  auto unknown = unknown_metadata(meta);
  for (auto it = meta.begin(); it != meta.end();) {
    const bool empty = it->is_null() || (it->is_structured() && it->empty());
    const bool kept = is_meta_field(it.key()) && !empty && it.key() != "selfLink";
    it = kept ? std::next(it) : meta.erase(it);
  }
  return unknown;
}

Answer<void> report_fields(const ShapeInput& input, const std::string& name,
                           const std::vector<std::string>& unknown, std::vector<std::string>& warnings) {
  std::vector<std::string> texts;
  for (const auto& path : input.duplicates)
    texts.push_back("duplicate field \"" + path + "\"");
  for (const auto& path : unknown)
    texts.push_back("unknown field \"" + path + "\"");
  if (texts.empty() || input.check == FieldCheck::ignore) return {};
  if (input.check == FieldCheck::warn) {
    warnings.insert(warnings.end(), texts.begin(), texts.end());
    return {};
  }
  std::string list;
  for (const auto& text : texts)
    list += (list.empty() ? "" : ", ") + text;
  if (input.patched) return invalid(input.type.name, name, {{"", "", "strict decoding error: " + list}});
  return bad_request(cannot_handle(input) + "strict decoding error: " + list);
}

std::vector<Violation> schema_violations(const schema::Schema& schema, const json& object) {
  std::vector<Violation> found;
  for (auto& violation : schema::validate(schema, object)) {
    found.push_back({std::move(violation.path), std::move(violation.reason), std::move(violation.message)});
  }
  return found;
}

}  // namespace

std::vector<std::string> unknown_metadata(const json& metadata) {
  std::vector<std::string> unknown;
  for (const auto& [name, value] : metadata.items()) {
    if (!is_meta_field(name)) unknown.push_back("metadata." + name);
  }
  return unknown;
}

Answer<FieldCheck> field_check(const std::string& parameter, const KindName& options) {
  if (parameter.empty() || parameter == "Warn") return FieldCheck::warn;
  if (parameter == "Ignore") return FieldCheck::ignore;
  if (parameter == "Strict") return FieldCheck::strict;
  return invalid(options, "",
                 {{"fieldValidation", "FieldValueNotSupported",
                   "Unsupported value: " + in_quotes(parameter) +
                       ": supported values: \"Ignore\", \"Strict\", \"Warn\""}});
}

Answer<void> check_identity(const Call& call, json& object) {
  const auto& type = *call.type;
  if (!object.is_object()) {
    return bad_request("the object provided is unrecognized (must be of type " + type.name.kind +
                       "): couldn't get version/kind; json parse error: the body must be an object");
  }
  // What a built-in kind's path takes is known without; typed clients leave it out.
  if (type.builtin && text_at(object, {"kind"}).empty()) object["kind"] = type.name.kind;
  const auto expected = api_version(type.name.group, call.version->name);
  if (type.builtin && text_at(object, {"apiVersion"}).empty()) object["apiVersion"] = expected;
  const auto kind = text_at(object, {"kind"});
  if (kind.empty()) {
    return bad_request("the object provided is unrecognized (must be of type " + type.name.kind +
                       "): Object 'Kind' is missing in '" +
                       object.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 200) + "'");
  }
  const auto given = text_at(object, {"apiVersion"});
  if (given != expected) {
    return bad_request("the API version in the data (" + given +
                       ") does not match the expected API version (" + expected + ")");
  }
  auto& meta = object["metadata"];
  if (meta.is_null()) meta = json::object();
  if (!meta.is_object()) return bad_request("metadata must be an object");
  if (kind != type.name.kind) {
    return invalid(type.name, name_of(object),
                   {{"kind", "FieldValueInvalid",
                     "Invalid value: " + in_quotes(kind) + ": must be " + type.name.kind}});
  }
  const auto ns = text_at(meta, {"namespace"});
  if (!ns.empty() && ns != call.path.ns) {
    return bad_request(
        "the namespace of the provided object does not match the namespace sent on the request");
  }
  if (!call.path.ns.empty()) meta["namespace"] = call.path.ns;
  const auto name = text_at(meta, {"name"});
  if (call.path.name.empty()) return {};
  if (!name.empty() && name != call.path.name) {
    return bad_request("the name of the object (" + name + ") does not match the name on the URL (" +
                       call.path.name + ")");
  }
  meta["name"] = call.path.name;
  return {};
}

Answer<void> check_shape(const ShapeInput& input, json& object, std::vector<std::string>& warnings) {
  auto& meta = object["metadata"];
  if (!meta.is_object()) return bad_request(cannot_handle(input) + "json: metadata must be an object");
  if (auto types = check_meta_types(input, meta); !types) return types;
  auto unknown = prune_meta(meta);
  const auto& schema = input.version.schema;
  if (schema) {
    auto pruned = schema::prune(*schema, object);
    unknown.insert(unknown.end(), pruned.begin(), pruned.end());
  }
  const auto name = text_at(meta, {"name"});
  if (auto fields = report_fields(input, name, unknown, warnings); !fields) return fields;
  auto violations = metadata_violations(input.type.name, meta);
  if (schema) {
    schema::normalize_integers(*schema, object);
    schema::apply_defaults(*schema, object);
    auto more = schema_violations(*schema, object);
    violations.insert(violations.end(), more.begin(), more.end());
  }
  if (!violations.empty()) return invalid(input.type.name, name, violations);
  return {};
}

json converted_to(const ResourceType& type, const TypeVersion& version, json object) {
  // What is another kind's object is stored in that one's version of this name.
  const bool foreign = version.storage && !type.stored_as.empty();
  const auto wanted = foreign ? version.name : api_version(type.name.group, version.name);
  if (text_at(object, {"apiVersion"}) == wanted) return object;
  if (type.converter) object = type.converter(std::move(object), wanted);
  object["apiVersion"] = wanted;
  if (version.schema) schema::prune(*version.schema, object);
  return object;
}

json in_version(const ResourceType& type, const TypeVersion& version, json object) {
  object = converted_to(type, version, std::move(object));
  if (version.has_defaults) schema::apply_defaults(*version.schema, object);
  return object;
}

ObjectPtr shown_in(const ResourceType& type, const TypeVersion& version, const ObjectPtr& object) {
  const bool complete = !version.has_defaults || number_of(object->version()) > type.defined_at;
  if (complete && is_of(*object, type.name.group, version.name)) return object;
  return Object::of(in_version(type, version, object->tree()));
}

}  // namespace hearth::api
