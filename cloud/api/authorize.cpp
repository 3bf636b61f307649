// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/authorize.hpp"

#include <algorithm>

namespace hearth::api {

namespace {

bool open_to_all(const std::string& path) {
  return path == "/healthz" || path == "/livez" || path == "/readyz" || path == "/version";
}

/// Of a collection that a selector narrows to one name, that name: roles may speak of it.
std::string selected_name(const Call& call) {
  constexpr std::string_view kByName = "metadata.name=";
  auto selector = std::string_view();
  const auto found = call.target.query.find("fieldSelector");
  if (found != call.target.query.end()) selector = found->second;
  while (!selector.empty()) {
    const auto end = std::min(selector.find(','), selector.size());
    auto term = selector.substr(0, end);
    selector.remove_prefix(std::min(end + 1, selector.size()));
    if (!term.starts_with(kByName)) continue;
    term.remove_prefix(kByName.size());
    if (term.starts_with('=')) term.remove_prefix(1);
    return std::string(term);
  }
  return {};
}

std::string lower(std::string text) {
  for (auto& c : text)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

std::string_view verb_of(const Call& call) {
  const auto& method = call.request.method;
  const bool named = !call.path.name.empty();
  if (method == "GET" || method == "HEAD") {
    if (named) return "get";
    return call.target.flag("watch") ? "watch" : "list";
  }
  if (method == "POST" && (!named || !call.path.subresource.empty())) return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return named ? "delete" : "deletecollection";
  return {};
}

access::Attempt attempt_of(const Call& call, std::string_view verb) {
  access::Attempt attempt;
  const auto& path = call.path;
  if (path.plural.empty()) {
    attempt.verb = lower(call.request.method);
    attempt.path = call.target.path;
    return attempt;
  }
  attempt.verb = verb;
  attempt.group = path.group;
  attempt.resource = path.plural;
  attempt.subresource = path.subresource;
  attempt.ns = path.ns;
  attempt.name = path.name.empty() ? selected_name(call) : path.name;
  // A namespace is in itself: a role of its own may allow to read it.
  if (path.group.empty() && path.plural == "namespaces") attempt.ns = path.name;
  return attempt;
}

Status refused(const access::User& user, const access::Attempt& attempt) {
  if (!attempt.path.empty()) return path_forbidden(user.name, attempt.verb, attempt.path);
  return forbidden({attempt.group, attempt.resource, {}}, attempt.name, access::refusal(user, attempt));
}

std::optional<Status> refuse(const Call& call, std::string_view verb, const AccessControl& access) {
  const auto& user = *call.user;
  if (user.in(access::kMasters) || open_to_all(call.target.path)) return std::nullopt;
  if (user.in(access::kUnauthenticated)) return unauthorized();
  const auto attempt = attempt_of(call, verb);
  if (access.rbac()->allows(user, attempt)) return std::nullopt;
  return refused(user, attempt);
}

}  // namespace hearth::api
