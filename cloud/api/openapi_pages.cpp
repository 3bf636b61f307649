// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/openapi_pages.hpp"

#include "cloud/api/discovery.hpp"

namespace hearth::api {

namespace {

std::vector<openapi::OpenApiKind> kinds_of(const Registry& registry) {
  auto kinds = openapi::builtin_kinds();
  for (const auto& type : registry.types()) {
    if (type.builtin) continue;
    for (const auto& version : type.versions) {
      openapi::OpenApiKind kind;
      kind.group = type.name.group;
      kind.version = version.name;
      kind.kind = type.name.kind;
      kind.plural = type.name.plural;
      kind.singular = type.singular;
      kind.namespaced = type.namespaced;
      kind.schema = version.schema_source;
      kind.has_status = version.has_status;
      kind.verbs = type.verbs;
      kinds.push_back(std::move(kind));
    }
  }
  return kinds;
}

}  // namespace

OpenApiPages::OpenApiPages(const Registry& registry)
    : documents_(openapi::make_openapi(kinds_of(registry), kKubernetesVersion)) {}

const openapi::Document* OpenApiPages::find(const net::HttpRequest& request, const Target& target) const {
  if (target.path == "/openapi/v2") {
    const bool protobuf =
        request.headers.get("Accept").find("proto-openapi.spec.v2") != std::string_view::npos;
    return protobuf ? &documents_.v2_protobuf : &documents_.v2_json;
  }
  if (target.path == "/openapi/v3") return &documents_.v3_index;
  constexpr std::string_view kPrefix = "/openapi/v3/";
  if (!target.path.starts_with(kPrefix)) return nullptr;
  const auto found = documents_.v3.find(target.path.substr(kPrefix.size()));
  return found == documents_.v3.end() ? nullptr : &found->second;
}

std::optional<net::HttpResponse> OpenApiPages::get(const net::HttpRequest& request,
                                                   const Target& target) const {
  const auto* document = find(request, target);
  if (document == nullptr) return std::nullopt;
  const auto tag = "\"" + document->hash + "\"";
  net::HttpResponse response;
  response.headers.add("ETag", tag);
  if (request.headers.get("If-None-Match") == tag) {
    response.status = 304;
    return response;
  }
  response.headers.add("Content-Type", document->content_type);
  response.body = document->body;
  return response;
}

}  // namespace hearth::api
