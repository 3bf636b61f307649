// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/base/status.hpp"

#include <stdexcept>

namespace hearth::api {

using nlohmann::json;

namespace {

json details_of(const KindName& kind, std::string_view name, const std::string& called) {
  json details = {{"kind", called}};
  if (!name.empty()) details["name"] = name;
  if (!kind.group.empty()) details["group"] = kind.group;
  return details;
}

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

std::string sentence(const Violation& violation) {
  return violation.field.empty() ? violation.message : violation.field + ": " + violation.message;
}

}  // namespace

json Status::body() const {
  json body = {{"kind", "Status"},    {"apiVersion", "v1"},  {"metadata", json::object()},
               {"status", "Failure"}, {"message", message_}, {"code", code_}};
  if (!reason_.empty()) body["reason"] = reason_;
  if (!details_.is_object()) return body;
  body["details"] = details_;
  if (const auto fresh = details_.find("continue"); fresh != details_.end()) {
    body["metadata"]["continue"] = *fresh;
    body["details"].erase("continue");
  }
  return body;
}

void throw_exception_from_error(const Status& status, const boost::source_location&) {
  throw std::logic_error(status.message());
}

Status not_found(const KindName& kind, const std::string& name) {
  return {404, "NotFound", kind.resource() + " " + quoted(name) + " not found",
          details_of(kind, name, kind.plural)};
}

Status already_exists(const KindName& kind, const std::string& name) {
  return {409, "AlreadyExists", kind.resource() + " " + quoted(name) + " already exists",
          details_of(kind, name, kind.plural)};
}

Status stale(const KindName& kind, const std::string& name) {
  return conflict(
      kind, name,
      "the object has been modified; please apply your changes to the latest version and try again", false);
}

Status conflict(const KindName& kind, const std::string& name, const std::string& why, bool as_kind) {
  const auto called = as_kind ? kind.qualified_kind() : kind.resource();
  return {409, "Conflict", "Operation cannot be fulfilled on " + called + " " + quoted(name) + ": " + why,
          details_of(kind, name, as_kind ? kind.kind : kind.plural)};
}

Status invalid(const KindName& kind, const std::string& name, const std::vector<Violation>& violations) {
  json causes = json::array();
  std::string text;
  for (const auto& violation : violations) {
    causes.push_back(
        {{"reason", violation.reason}, {"message", violation.message}, {"field", violation.field}});
    text += (text.empty() ? "" : ", ") + sentence(violation);
  }
  if (violations.size() > 1) text = "[" + text + "]";
  auto details = details_of(kind, name, kind.kind);
  details["causes"] = std::move(causes);
  return {422, "Invalid", kind.qualified_kind() + " " + quoted(name) + " is invalid: " + text,
          std::move(details)};
}

Status bad_request(std::string message) {
  return {400, "BadRequest", std::move(message)};
}

Status namespace_terminating(const KindName& kind, const std::string& name, const std::string& ns) {
  const auto why = "unable to create new content in namespace " + ns + " because it is being terminated";
  auto details = details_of(kind, name, kind.plural);
  details["causes"] = {{{"reason", "NamespaceTerminating"},
                        {"message", "namespace " + ns + " is being terminated"},
                        {"field", "metadata.namespace"}}};
  return {403, "Forbidden", kind.resource() + " " + quoted(name) + " is forbidden: " + why,
          std::move(details)};
}

Status unauthorized() {
  return {401, "Unauthorized", "Unauthorized"};
}

Status forbidden(const KindName& kind, std::string_view name, const std::string& why) {
  auto message = kind.resource();
  if (!name.empty()) message += " " + quoted(std::string(name));
  return {403, "Forbidden", message + " is forbidden: " + why, details_of(kind, name, kind.plural)};
}

Status path_forbidden(const std::string& user, std::string_view verb, std::string_view path) {
  return {403, "Forbidden",
          "forbidden: User " + quoted(user) + " cannot " + std::string(verb) + " path " +
              quoted(std::string(path)),
          json::object()};
}

Status path_not_found() {
  return {404, "NotFound", "the server could not find the requested resource", json::object()};
}

Status method_not_allowed() {
  return {405, "MethodNotAllowed", "the server does not allow this method on the requested resource",
          json::object()};
}

Status unsupported_type(std::string_view accepted) {
  return {415, "UnsupportedMediaType",
          "the body of the request was in an unknown format - accepted media types include: " +
              std::string(accepted)};
}

Status not_acceptable() {
  return {406, "NotAcceptable", "only the following media types are accepted: application/json"};
}

Status too_large(std::size_t limit) {
  return {413, "RequestEntityTooLarge", "Request entity too large: limit is " + std::to_string(limit)};
}

Status expired(std::string message, const std::string& fresh_continue) {
  json details = nullptr;
  if (!fresh_continue.empty()) details = {{"continue", fresh_continue}};
  return {410, "Expired", std::move(message), std::move(details)};
}

Status future_version(std::uint64_t wanted, std::uint64_t current) {
  return {504,
          "Timeout",
          "Timeout: Too large resource version: " + std::to_string(wanted) +
              ", current: " + std::to_string(current),
          {{"causes", {{{"reason", "ResourceVersionTooLarge"}, {"message", "Too large resource version"}}}},
           {"retryAfterSeconds", 1}}};
}

Status store_failed(const std::string& why) {
  return {503, "ServiceUnavailable", "the object could not be stored: " + why, {{"retryAfterSeconds", 1}}};
}

Status internal_status(const std::string& why) {
  return {500, "InternalError", "Internal error occurred: " + why};
}

}  // namespace hearth::api
