// SPDX-License-Identifier: Apache-2.0
// Field numbers: openapiv2/OpenAPIv2.proto of google/gnostic. A map of the JSON form is there a repeated message of name (1)
// and value (2); what has no type of its own is an Any whose field 2 holds YAML text, for which JSON text serves.
#include "cloud/api/openapi/gnostic.hpp"

#include <string_view>

#include "cloud/api/openapi/protobuf_writer.hpp"

namespace hearth::openapi {
namespace {

using nlohmann::json;

void text_member(ProtobufWriter& out, std::uint32_t field, const json& object, const char* key) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_string()) out.bytes(field, found->get_ref<const std::string&>());
}

void flag_member(ProtobufWriter& out, std::uint32_t field, const json& object, const char* key) {
  const auto found = object.find(key);
  if (found != object.end() && *found == true) out.varint(field, 1);
}

void number_member(ProtobufWriter& out, std::uint32_t field, const json& object, const char* key) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number()) out.float64(field, found->get<double>());
}

void count_member(ProtobufWriter& out, std::uint32_t field, const json& object, const char* key) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number_integer()) out.varint(field, found->get<std::uint64_t>());
}

void texts_member(ProtobufWriter& out, std::uint32_t field, const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return;
  for (const json& text : *found) {
    if (text.is_string()) out.bytes(field, text.get_ref<const std::string&>());
  }
}

std::string encode_any(const json& value) {
  ProtobufWriter out;
  out.bytes(2, value.dump() + "\n");
  return std::move(out).take();
}

std::string encode_named(std::string_view name, std::string_view value) {
  ProtobufWriter out;
  out.bytes(1, name);
  out.bytes(2, value);
  return std::move(out).take();
}

void extensions(ProtobufWriter& out, std::uint32_t field, const json& object) {
  for (const auto& [name, value] : object.items()) {
    if (name.starts_with("x-")) out.bytes(field, encode_named(name, encode_any(value)));
  }
}

std::string encode_schema(const json& schema);

std::string encode_schemas_by_name(const json& schemas) {
  ProtobufWriter out;
  for (const auto& [name, schema] : schemas.items())
    out.bytes(1, encode_named(name, encode_schema(schema)));
  return std::move(out).take();
}

std::string encode_wrapped_schema(const json& schema) {
  ProtobufWriter out;
  out.bytes(1, encode_schema(schema));
  return std::move(out).take();
}

void schema_limits(ProtobufWriter& out, const json& schema) {
  number_member(out, 7, schema, "maximum");
  number_member(out, 9, schema, "minimum");
  count_member(out, 11, schema, "maxLength");
  count_member(out, 12, schema, "minLength");
  text_member(out, 13, schema, "pattern");
  count_member(out, 14, schema, "maxItems");
  count_member(out, 15, schema, "minItems");
  texts_member(out, 19, schema, "required");
  const auto allowed = schema.find("enum");
  if (allowed == schema.end()) return;
  for (const json& value : *allowed)
    out.bytes(20, encode_any(value));
}

void schema_shape(ProtobufWriter& out, const json& schema) {
  if (const auto rest = schema.find("additionalProperties"); rest != schema.end()) {
    out.bytes(21, encode_wrapped_schema(*rest));
  }
  if (schema.contains("type")) {
    ProtobufWriter type;
    text_member(type, 1, schema, "type");
    out.bytes(22, type.data());
  }
  if (const auto items = schema.find("items"); items != schema.end()) {
    out.bytes(23, encode_wrapped_schema(*items));
  }
  if (const auto properties = schema.find("properties"); properties != schema.end()) {
    out.bytes(25, encode_schemas_by_name(*properties));
  }
}

std::string encode_schema(const json& schema) {
  ProtobufWriter out;
  text_member(out, 1, schema, "$ref");
  text_member(out, 2, schema, "format");
  text_member(out, 4, schema, "description");
  schema_limits(out, schema);
  schema_shape(out, schema);
  extensions(out, 31, schema);
  return std::move(out).take();
}

std::string encode_body_parameter(const json& parameter) {
  ProtobufWriter out;
  text_member(out, 2, parameter, "name");
  text_member(out, 3, parameter, "in");
  flag_member(out, 4, parameter, "required");
  if (const auto schema = parameter.find("schema"); schema != parameter.end()) {
    out.bytes(5, encode_schema(*schema));
  }
  return std::move(out).take();
}

/// Query and path parameters share their first four fields; `type` follows one later in a query parameter.
std::string encode_plain_parameter(const json& parameter, bool in_query) {
  ProtobufWriter out;
  flag_member(out, 1, parameter, "required");
  text_member(out, 2, parameter, "in");
  text_member(out, 3, parameter, "description");
  text_member(out, 4, parameter, "name");
  text_member(out, in_query ? 6 : 5, parameter, "type");
  flag_member(out, in_query ? 20 : 19, parameter, "uniqueItems");
  return std::move(out).take();
}

/// ParametersItem{parameter{body_parameter | non_body_parameter{query (3) | path (4)}}}.
std::string encode_parameter(const json& parameter) {
  const std::string in = parameter.value("in", "");
  ProtobufWriter choice;
  if (in == "body") {
    choice.bytes(1, encode_body_parameter(parameter));
  } else {
    ProtobufWriter plain;
    plain.bytes(in == "query" ? 3 : 4, encode_plain_parameter(parameter, in == "query"));
    choice.bytes(2, plain.data());
  }
  ProtobufWriter item;
  item.bytes(1, choice.data());
  return std::move(item).take();
}

void parameters_member(ProtobufWriter& out, std::uint32_t field, const json& object) {
  const auto found = object.find("parameters");
  if (found == object.end()) return;
  for (const json& parameter : *found)
    out.bytes(field, encode_parameter(parameter));
}

/// Response{description, SchemaItem}, wrapped in the ResponseValue that could also be a reference.
std::string encode_response(const json& response) {
  ProtobufWriter out;
  text_member(out, 1, response, "description");
  if (const auto schema = response.find("schema"); schema != response.end()) {
    out.bytes(2, encode_wrapped_schema(*schema));
  }
  ProtobufWriter value;
  value.bytes(1, out.data());
  return std::move(value).take();
}

std::string encode_responses(const json& responses) {
  ProtobufWriter out;
  for (const auto& [code, response] : responses.items()) {
    out.bytes(1, encode_named(code, encode_response(response)));
  }
  return std::move(out).take();
}

std::string encode_operation(const json& operation) {
  ProtobufWriter out;
  text_member(out, 3, operation, "description");
  text_member(out, 5, operation, "operationId");
  texts_member(out, 6, operation, "produces");
  texts_member(out, 7, operation, "consumes");
  parameters_member(out, 8, operation);
  if (const auto responses = operation.find("responses"); responses != operation.end()) {
    out.bytes(9, encode_responses(*responses));
  }
  extensions(out, 13, operation);
  return std::move(out).take();
}

std::string encode_path_item(const json& item) {
  struct Method {
    const char* name;
    std::uint32_t field;
  };
  ProtobufWriter out;
  for (const Method& method : {Method{"get", 2}, {"put", 3}, {"post", 4}, {"delete", 5}, {"patch", 8}}) {
    const auto operation = item.find(method.name);
    if (operation != item.end()) out.bytes(method.field, encode_operation(*operation));
  }
  parameters_member(out, 9, item);
  return std::move(out).take();
}

std::string encode_paths(const json& paths) {
  ProtobufWriter out;
  for (const auto& [path, item] : paths.items())
    out.bytes(2, encode_named(path, encode_path_item(item)));
  return std::move(out).take();
}

std::string encode_info(const json& info) {
  ProtobufWriter out;
  text_member(out, 1, info, "title");
  text_member(out, 2, info, "version");
  return std::move(out).take();
}

}  // namespace

std::string encode_gnostic(const json& document) {
  ProtobufWriter out;
  text_member(out, 1, document, "swagger");
  if (const auto info = document.find("info"); info != document.end()) out.bytes(2, encode_info(*info));
  if (const auto paths = document.find("paths"); paths != document.end()) out.bytes(8, encode_paths(*paths));
  const auto definitions = document.find("definitions");
  if (definitions != document.end()) out.bytes(9, encode_schemas_by_name(*definitions));
  return std::move(out).take();
}

}  // namespace hearth::openapi
