// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "cloud/api/body.hpp"
#include "cloud/api/deletion.hpp"
#include "cloud/api/handlers.hpp"
#include "cloud/api/lifecycle.hpp"
#include "cloud/api/list_options.hpp"
#include "cloud/api/object_rules.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

struct DeleteOptions {
  DeletePreconditions preconditions;
  bool dry_run = false;
};

constexpr std::array<std::string_view, 3> kPolicies = {"Foreground", "Background", "Orphan"};

Status bad_option(const std::string& field, const std::string& message) {
  return invalid({"meta.k8s.io", "options", "DeleteOptions"}, "",
                 {{field, "FieldValueNotSupported", message}});
}

Status bad_value(const std::string& field, const std::string& message) {
  return invalid({"meta.k8s.io", "options", "DeleteOptions"}, "", {{field, "FieldValueInvalid", message}});
}

Propagation propagation_of(const std::string& policy) {
  if (policy == "Foreground") return Propagation::foreground;
  if (policy == "Orphan") return Propagation::orphan;
  return policy.empty() ? Propagation::unset : Propagation::background;
}

/// The older way to say it.
std::optional<Propagation> orphan_option(const Call& call, const json& document) {
  const auto* member = at_path(document, {"orphanDependents"});
  const auto query = call.target.value("orphanDependents");
  if (member == nullptr && query.empty()) return std::nullopt;
  const bool wanted = member == nullptr ? query == "true" || query == "1" : *member == true;
  return wanted ? Propagation::orphan : Propagation::background;
}

/// kubectl's --force is a grace period of 0.
bool wants_force(const Call& call, const json& document) {
  const auto* period = at_path(document, {"gracePeriodSeconds"});
  return (period != nullptr && *period == 0) || call.target.value("gracePeriodSeconds") == "0";
}

/// Options come as body, as query, or both; the body has no kind of its own as a rule.
Answer<DeleteOptions> delete_options(const Call& call) {
  auto body = take_body(call, "DeleteOptions");
  if (!body) return body.error();
  const auto& document = body->document;
  if (!document.is_null() && !document.is_object()) return bad_request("DeleteOptions must be an object");
  DeleteOptions options;
  options.preconditions.uid = text_at(document, {"preconditions", "uid"});
  options.preconditions.force = wants_force(call, document);
  options.preconditions.resource_version = text_at(document, {"preconditions", "resourceVersion"});
  auto policy = text_at(document, {"propagationPolicy"});
  if (policy.empty()) policy = call.target.value("propagationPolicy");
  if (!policy.empty() && std::find(kPolicies.begin(), kPolicies.end(), policy) == kPolicies.end()) {
    return bad_option("propagationPolicy",
                      "Unsupported value: \"" + policy +
                          "\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"");
  }
  const auto orphan = orphan_option(call, document);
  if (orphan && !policy.empty()) {
    return bad_value("propagationPolicy",
                     "Invalid value: " + in_quotes(policy) +
                         ": orphanDependents and deletionPropagation cannot be both set");
  }
  options.preconditions.propagation = orphan ? *orphan : propagation_of(policy);
  std::vector<std::string> dry_runs;
  if (const auto value = call.target.value("dryRun"); !value.empty()) dry_runs.push_back(value);
  for (const auto& value : array_at(document, {"dryRun"})) {
    dry_runs.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  for (const auto& value : dry_runs) {
    if (value != "All") {
      return bad_option("dryRun",
                        "Unsupported value: []string{\"" + value + "\"}: supported values: \"All\"");
    }
    options.dry_run = true;
  }
  return options;
}

Answer<ObjectPtr> delete_matching(Transaction& transaction, const LifecycleContext& context, const Call& call,
                                  const Selector& selector, const DeletePreconditions& preconditions) {
  json list = {{"kind", call.type->list_kind},
               {"apiVersion", api_version(call.type->name.group, call.version->name)},
               {"metadata", json::object()},
               {"items", json::array()}};
  for (const auto& object : transaction.list(call.type->resource(), call.path.ns)) {
    if (!selector.matches(*object)) continue;
    const Key key{call.type->resource(), namespace_of(*object), name_of(*object)};
    if (auto gone = delete_object(transaction, context, key, preconditions); !gone) return gone;
    list["items"].push_back(in_version(*call.type, *call.version, object->tree()));
  }
  return Object::of(list);
}

}  // namespace

Reply delete_objects(const Services* services, CallPtr call) {
  const auto options = delete_options(*call);
  if (!options) co_return options.error();
  const auto selection = list_options(*call);
  if (!selection) co_return selection.error();
  const auto context = lifecycle_context(*services, *call);
  Work work = [context, call, preconditions = options->preconditions,
               selector = selection->selector](Transaction& transaction) -> Answer<ObjectPtr> {
    if (call->path.name.empty()) return delete_matching(transaction, context, *call, selector, preconditions);
    return delete_object(transaction, context, call->key(), preconditions);
  };
  const auto done = co_await services->store.write(std::move(work), options->dry_run);
  if (!done) co_return done.error();
  const bool whole = (*done)->kind() == call->type->name.kind;
  co_return object_response(200, whole ? shown_in(*call->type, *call->version, *done) : *done);
}

}  // namespace hearth::api
