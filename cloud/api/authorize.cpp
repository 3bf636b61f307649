// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/authorize.hpp"

#include <algorithm>

namespace hearth::api {

namespace {

bool trusted(const net::CertificateInfo& peer) {
  const auto& groups = peer.subject.organizations;
  return std::any_of(groups.begin(), groups.end(), [](const std::string& group) {
    return group == kAdminOrganization || group == kControllerOrganization;
  });
}

bool open_to_all(const std::string& path) {
  return path == "/healthz" || path == "/livez" || path == "/readyz" || path == "/version";
}

}  // namespace

std::string_view verb_of(const net::HttpRequest& request, const Target& target, bool named) {
  if (request.method == "GET" || request.method == "HEAD") {
    if (named) return "get";
    return target.flag("watch") ? "watch" : "list";
  }
  if (request.method == "POST" && !named) return "create";
  if (request.method == "PUT") return "update";
  if (request.method == "PATCH") return "patch";
  if (request.method == "DELETE") return named ? "delete" : "deletecollection";
  return {};
}

std::optional<Status> refuse(const Call& call, std::string_view verb) {
  if (open_to_all(call.target.path)) return std::nullopt;
  const auto& peer = call.request.peer;
  if (!peer) return unauthorized();
  if (trusted(*peer)) return std::nullopt;
  const auto& user = peer->subject.common_name;
  if (call.type == nullptr) return path_forbidden(user, verb, call.target.path);
  auto why = "User \"" + user + "\" cannot " + std::string(verb) + " resource \"" + call.type->name.plural;
  if (!call.path.subresource.empty()) why += "/" + call.path.subresource;
  why += "\" in API group \"" + call.type->name.group + "\"";
  why += call.path.ns.empty() ? " at the cluster scope" : " in the namespace \"" + call.path.ns + "\"";
  return forbidden(call.type->name, call.path.name, why);
}

}  // namespace hearth::api
