// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/openapi/paths.hpp"

#include "cloud/api/openapi/definitions.hpp"
#include "cloud/api/openapi/operations.hpp"

namespace hearth::openapi {
namespace {

using nlohmann::json;

enum class Form { version2, version3 };

json reference(Form form, const std::string& name) {
  return {{"$ref", (form == Form::version3 ? "#/components/schemas/" : "#/definitions/") + name}};
}

json parameter(Form form, const Parameter& source, const char* in) {
  json made = {{"name", source.name}, {"in", in}, {"description", source.description}};
  if (std::string_view(in) == "path") made["required"] = true;
  const json shape = {{"type", source.type}, {"uniqueItems", true}};
  if (form == Form::version3) {
    made["schema"] = shape;
  } else {
    made.update(shape);
  }
  return made;
}

json body_schema(Form form, const OpenApiKind& kind, Body body) {
  switch (body) {
    case Body::none:
      break;
    case Body::object:
      return reference(form, definition_name(kind));
    case Body::patch:
      return reference(form, meta_name("Patch"));
    case Body::delete_options:
      return reference(form, meta_name("DeleteOptions"));
  }
  return json::object();
}

json media_types(Body body) {
  if (body != Body::patch) return json::array({"*/*"});
  return {"application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"};
}

void add_body(Form form, const OpenApiKind& kind, Body body, json& operation) {
  if (body == Body::none) return;
  const json schema = body_schema(form, kind, body);
  const bool required = body != Body::delete_options;
  if (form == Form::version2) {
    json body_parameter = {{"name", "body"}, {"in", "body"}, {"schema", schema}};
    if (required) body_parameter["required"] = true;
    operation["parameters"].push_back(std::move(body_parameter));
    operation["consumes"] = media_types(body);
    return;
  }
  json& request = operation["requestBody"] = json::object();
  if (required) request["required"] = true;
  for (const json& type : media_types(body))
    request["content"][type.get<std::string>()] = {{"schema", schema}};
}

json response(Form form, const OpenApiKind& kind, const Operation& source) {
  const json schema =
      source.returns_object ? reference(form, definition_name(kind)) : json{{"type", "object"}};
  json ok = {{"description", "OK"}};
  if (form == Form::version2) {
    ok["schema"] = schema;
  } else {
    ok["content"]["application/json"]["schema"] = schema;
  }
  return {{"200", std::move(ok)}};
}

json operation(Form form, const OpenApiKind& kind, const Operation& source) {
  json made = {{"operationId", source.id},
               {"description", source.description},
               {"parameters", json::array()},
               {"responses", response(form, kind, source)},
               {"x-kubernetes-action", source.action},
               {"x-kubernetes-group-version-kind", group_version_kind(kind)}};
  for (const Parameter& query : source.query)
    made["parameters"].push_back(parameter(form, query, "query"));
  add_body(form, kind, source.body, made);
  if (form == Form::version2) made["produces"] = json::array({"application/json"});
  if (made["parameters"].empty()) made.erase("parameters");
  return made;
}

json make_paths(Form form, const std::vector<const OpenApiKind*>& kinds) {
  json paths = json::object();
  for (const OpenApiKind* kind : kinds) {
    for (const PathEntry& entry : paths_of(*kind)) {
      json& item = paths[entry.path] = json::object();
      for (const Operation& source : entry.operations) {
        item[std::string(source.method)] = operation(form, *kind, source);
      }
      for (const Parameter& in_path : entry.in_path)
        item["parameters"].push_back(parameter(form, in_path, "path"));
    }
  }
  return paths;
}

}  // namespace

json paths_version3(const std::vector<const OpenApiKind*>& kinds) {
  return make_paths(Form::version3, kinds);
}

json paths_version2(const std::vector<const OpenApiKind*>& kinds) {
  return make_paths(Form::version2, kinds);
}

}  // namespace hearth::openapi
