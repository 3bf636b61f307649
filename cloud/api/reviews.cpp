// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/reviews.hpp"

#include <algorithm>

namespace hearth::api {

using nlohmann::json;

namespace {

access::Attempt attempt_at(const json& spec) {
  access::Attempt attempt;
  if (const auto* resource = at_path(spec, {"resourceAttributes"}); resource != nullptr) {
    attempt.verb = text_at(*resource, {"verb"});
    attempt.group = text_at(*resource, {"group"});
    attempt.resource = text_at(*resource, {"resource"});
    attempt.subresource = text_at(*resource, {"subresource"});
    attempt.ns = text_at(*resource, {"namespace"});
    attempt.name = text_at(*resource, {"name"});
  } else {
    attempt.verb = text_at(spec, {"nonResourceAttributes", "verb"});
    attempt.path = text_at(spec, {"nonResourceAttributes", "path"});
  }
  return attempt;
}

bool is_asked(const json& spec, const char* name) {
  const auto* found = at_path(spec, {name});
  return found != nullptr && found->is_object();
}

std::vector<Violation> access_violations(const json& spec, bool names_user) {
  std::vector<Violation> found;
  if (is_asked(spec, "resourceAttributes") == is_asked(spec, "nonResourceAttributes")) {
    found.push_back({"spec.resourceAttributes", "FieldValueInvalid",
                     "Invalid value: \"null\": exactly one of nonResourceAttributes or resourceAttributes "
                     "must be specified"});
  }
  if (names_user && text_at(spec, {"user"}).empty() && array_at(spec, {"groups"}).empty()) {
    found.push_back({"spec.user", "FieldValueInvalid",
                     "Invalid value: \"\": at least one of user or group must be specified"});
  }
  return found;
}

std::vector<std::string> texts_at(const json& object, const char* name) {
  std::vector<std::string> texts;
  for (const auto& each : array_at(object, {name})) {
    if (each.is_string()) texts.push_back(each.get<std::string>());
  }
  return texts;
}

access::User user_at(const json& spec) {
  access::User user{text_at(spec, {"user"}), texts_at(spec, "groups")};
  user.uid = text_at(spec, {"uid"});
  return user;
}

Answer<json> may(const ReviewContext& context, const access::User& user, json question) {
  const auto attempt = attempt_at(question.at("spec"));
  const bool allowed = context.access.rbac()->allows(user, attempt);
  question["status"] = {{"allowed", allowed}};
  return question;
}

json info_of(const access::User& user) {
  json info = {{"username", user.name}, {"groups", user.groups}};
  if (!user.uid.empty()) info["uid"] = user.uid;
  if (!user.extra.empty()) info["extra"] = user.extra;
  return info;
}

json rule_of(const access::Rule& rule) {
  if (!rule.paths.empty()) return {{"verbs", rule.verbs}, {"nonResourceURLs", rule.paths}};
  json shown = {{"verbs", rule.verbs}, {"apiGroups", rule.groups}, {"resources", rule.resources}};
  if (!rule.names.empty()) shown["resourceNames"] = rule.names;
  return shown;
}

Answer<json> rules_review(const ReviewContext& context, json question) {
  const auto ns = text_at(question, {"spec", "namespace"});
  if (ns.empty()) return bad_request("no namespace on request");
  json status = {
      {"resourceRules", json::array()}, {"nonResourceRules", json::array()}, {"incomplete", false}};
  for (const auto& rule : context.access.rbac()->rules_for(context.user, ns))
    status[rule.paths.empty() ? "resourceRules" : "nonResourceRules"].push_back(rule_of(rule));
  question["status"] = std::move(status);
  return question;
}

Answer<json> token_review(const ReviewContext& context, json question) {
  const auto token = text_at(question, {"spec", "token"});
  auto wanted = texts_at(question.at("spec"), "audiences");
  if (wanted.empty()) wanted = {kApiAudience};
  const auto found = context.access.find_token(token, context.now);
  json status = {{"authenticated", false}, {"user", json::object()}};
  std::vector<std::string> both;
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(both), [&](const auto& audience) {
    return std::find(found.audiences.begin(), found.audiences.end(), audience) != found.audiences.end();
  });
  if (found.user == nullptr) {
    status["error"] = "invalid bearer token";
  } else if (both.empty()) {
    status["error"] = "token audiences do not match any of the audiences asked for";
  } else {
    status = {{"authenticated", true}, {"user", info_of(*found.user)}, {"audiences", both}};
  }
  question["spec"].erase("token");
  question["status"] = std::move(status);
  return question;
}

Answer<json> local_review(const ReviewContext& context, const KindName& kind, json question) {
  const auto ns = text_at(question, {"spec", "resourceAttributes", "namespace"});
  const auto user = user_at(question.at("spec"));
  if (ns == context.ns) return may(context, user, std::move(question));
  return invalid(kind, "",
                 {{"spec.resourceAttributes.namespace", "FieldValueInvalid",
                   "Invalid value: " + json(ns).dump() + ": must match metadata.namespace"}});
}

}  // namespace

Answer<json> review(const ReviewContext& context, const KindName& kind, json question) {
  if (kind.kind == "SelfSubjectReview") {
    question["status"] = {{"userInfo", info_of(context.user)}};
    return question;
  }
  auto& spec = question["spec"];
  if (!spec.is_object()) spec = json::object();
  if (kind.kind == "TokenReview") return token_review(context, std::move(question));
  if (kind.kind == "SelfSubjectRulesReview") return rules_review(context, std::move(question));
  const bool self = kind.kind == "SelfSubjectAccessReview";
  if (const auto found = access_violations(spec, !self); !found.empty()) return invalid(kind, "", found);
  if (self) return may(context, context.user, std::move(question));
  if (kind.kind == "LocalSubjectAccessReview") return local_review(context, kind, std::move(question));
  const auto user = user_at(spec);
  return may(context, user, std::move(question));
}

}  // namespace hearth::api
