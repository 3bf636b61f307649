// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/body.hpp"
#include "cloud/api/handlers.hpp"
#include "cloud/api/object_rules.hpp"
#include "cloud/api/reviews.hpp"
#include "cloud/api/service_tokens.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

/// The body as an object of that kind; clients may leave out what it is.
Answer<json> question_of(const Call& call, const std::string& api, const std::string& kind) {
  auto body = take_body(call, kind);
  if (!body) return body.error();
  auto question = std::move(body->document);
  if (question.is_null()) question = json::object();
  if (!question.is_object()) return bad_request("the body of the request must be an object of kind " + kind);
  const auto given = text_at(question, {"kind"});
  if (!given.empty() && given != kind) {
    return bad_request("the body of the request is of kind " + given + ", and " + kind + " is expected");
  }
  question["apiVersion"] = api;
  question["kind"] = kind;
  // Old clients send the answer they have not got yet, with null for its lists.
  question.erase("status");
  auto& metadata = question["metadata"];
  if (!metadata.is_object()) metadata = json::object();
  if (!metadata.contains("creationTimestamp")) metadata["creationTimestamp"] = nullptr;
  return question;
}

}  // namespace

Reply answer_review(const Services* services, CallPtr call) {
  const auto& kind = call->type->name;
  auto question = question_of(*call, api_version(kind.group, call->version->name), kind.kind);
  if (!question) co_return question.error();
  const auto found = schema::validate(*call->version->schema, *question);
  if (!found.empty())
    co_return invalid(kind, "", {{found.front().path, found.front().reason, found.front().message}});
  const ReviewContext context{services->access, *call->user, call->path.ns, services->clock()};
  auto answered = review(context, kind, std::move(*question));
  if (!answered) co_return answered.error();
  co_return json_response(201, *answered);
}

Reply create_token(const Services* services, CallPtr call) {
  auto question = question_of(*call, "authentication.k8s.io/v1", "TokenRequest");
  if (!question) co_return question.error();
  // The record is what is stored; the answer, which holds the token, is not.
  Work work = [call, now = services->clock(),
               request = std::move(*question)](Transaction& transaction) -> Answer<ObjectPtr> {
    auto answered = answer_token_request(transaction, call->path.ns, call->path.name, request, now);
    if (!answered) return answered.error();
    return Object::of(*answered);
  };
  const bool dry_run = !call->target.value("dryRun").empty();
  auto answered = co_await services->store.write(std::move(work), dry_run);
  if (!answered) co_return answered.error();
  co_return object_response(201, *answered);
}

}  // namespace hearth::api
