// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/openapi_pages.hpp"

#include "cloud/api/discovery.hpp"

namespace hearth::api {

namespace {

const std::string kProtobufAnswer = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/// A definition need not name the fields every object has; clients look for them in the document.
nlohmann::json with_object_fields(nlohmann::json schema) {
  auto& properties = schema["properties"];
  if (!properties.is_object()) properties = nlohmann::json::object();
  for (const auto* name : {"apiVersion", "kind"}) {
    if (!properties.contains(name)) properties[name] = {{"type", "string"}};
  }
  if (!properties.contains("metadata")) properties["metadata"] = {{"type", "object"}};
  return schema;
}

std::vector<openapi::OpenApiKind> kinds_of(const Registry& registry) {
  auto kinds = openapi::builtin_kinds();
  for (const auto& type : registry.types()) {
    for (const auto& version : type->versions) {
      if (version.schema_text.empty() || !version.served) continue;
      openapi::OpenApiKind kind;
      kind.group = type->name.group;
      kind.version = version.name;
      kind.kind = type->name.kind;
      kind.plural = type->name.plural;
      kind.singular = type->singular;
      kind.namespaced = type->namespaced;
      kind.schema = with_object_fields(nlohmann::json::parse(version.schema_text));
      kind.has_status = version.has_status;
      kind.verbs = type->verbs;
      kinds.push_back(std::move(kind));
    }
  }
  return kinds;
}

bool is_openapi(const std::string& path) {
  return path == "/openapi/v2" || path == "/openapi/v3" || path.starts_with("/openapi/v3/");
}

const openapi::Document* find(const openapi::OpenApiDocuments& documents, const net::HttpRequest& request,
                              const Target& target) {
  if (target.path == "/openapi/v2") {
    const bool protobuf =
        request.headers.get("Accept").find("proto-openapi.spec.v2") != std::string_view::npos;
    return protobuf ? &documents.v2_protobuf : &documents.v2_json;
  }
  if (target.path == "/openapi/v3") return &documents.v3_index;
  constexpr std::string_view kPrefix = "/openapi/v3/";
  if (!target.path.starts_with(kPrefix)) return nullptr;
  const auto& all = documents.v3;
  const auto found = all.find(target.path.substr(kPrefix.size()));
  return found == all.end() ? nullptr : &found->second;
}

}  // namespace

OpenApiPages::Documents OpenApiPages::documents(const RegistryPtr& kinds) const {
  const std::lock_guard lock(mutex_);
  if (made_for_ != kinds) {
    documents_ = std::make_shared<const openapi::OpenApiDocuments>(
        openapi::make_openapi(kinds_of(*kinds), kKubernetesVersion));
    made_for_ = kinds;
  }
  return documents_;
}

std::optional<Response> OpenApiPages::get(const RegistryPtr& kinds, const net::HttpRequest& request,
                                          const Target& target) const {
  if (!is_openapi(target.path)) return std::nullopt;
  const auto made = documents(kinds);
  const auto* document = find(*made, request, target);
  if (document == nullptr) return std::nullopt;
  const auto tag = "\"" + document->hash + "\"";
  // Compared weakly, as what is kept may be the compressed form (W/"…").
  if (request.headers.get("If-None-Match").find(tag) != std::string_view::npos) {
    return Response{304, {{"ETag", tag}}, nullptr, {}};
  }
  // Go's MIME parser, up to kubectl 1.26 at least, fails on the "@" of the type it asks for itself.
  const bool protobuf = document == &made->v2_protobuf;
  auto response = text_response(200, document->body, protobuf ? kProtobufAnswer : document->content_type);
  response.headers.add("ETag", tag);
  return response;
}

}  // namespace hearth::api
