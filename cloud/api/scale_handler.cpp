// SPDX-License-Identifier: Apache-2.0
// The scale subresource of custom kinds: an autoscaling/v1 Scale is a view of three fields of an object.
#include "cloud/api/body.hpp"
#include "cloud/api/handlers.hpp"
#include "cloud/api/kinds/field_violations.hpp"
#include "cloud/api/lifecycle.hpp"
#include "cloud/api/object_rules.hpp"
#include "cloud/api/patch.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

const KindName kScale{"autoscaling", "scales", "Scale"};

const json* field_at(const json& object, const FieldPath& path) {
  const auto* at = &object;
  for (const auto& name : path) {
    if (!at->is_object() || !at->contains(name)) return nullptr;
    at = &at->at(name);
  }
  return path.empty() ? nullptr : at;
}

std::int64_t count_at(const json& object, const FieldPath& path) {
  const auto* found = field_at(object, path);
  return found != nullptr && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

/// False where something that is no object stands in the way.
bool set_field(json& object, const FieldPath& path, json value) {
  auto* at = &object;
  for (const auto& name : path) {
    if (!at->is_object() && !at->is_null()) return false;
    at = &(*at)[name];
  }
  *at = std::move(value);
  return true;
}

/// `object` is in the version the scale belongs to. Replicas that are not set count as 0.
json scale_of(const TypeVersion& version, const json& object) {
  const auto& paths = *version.scale;
  json scale = {{"kind", "Scale"},
                {"apiVersion", "autoscaling/v1"},
                {"metadata", json::object()},
                {"spec", {{"replicas", count_at(object, paths.spec_replicas)}}},
                {"status", {{"replicas", count_at(object, paths.status_replicas)}}}};
  for (const auto* name : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    if (const auto* found = at_path(object, {"metadata", name})) scale["metadata"][name] = *found;
  }
  if (const auto* selector = field_at(object, paths.label_selector);
      selector != nullptr && selector->is_string())
    scale["status"]["selector"] = *selector;
  return scale;
}

Answer<void> check_scale(const Call& call, const json& scale) {
  if (text_at(scale, {"kind"}) != "Scale" || text_at(scale, {"apiVersion"}) != "autoscaling/v1")
    return bad_request("expected a Scale of autoscaling/v1");
  const auto name = name_of(scale);
  if (!name.empty() && name != call.path.name) {
    return bad_request("the name of the object (" + name + ") does not match the name on the URL (" +
                       call.path.name + ")");
  }
  const auto* replicas = at_path(scale, {"spec", "replicas"});
  if (replicas == nullptr || replicas->is_null()) return {};
  if (!replicas->is_number_integer())
    return bad_request("json: cannot unmarshal " + std::string(replicas->type_name()) +
                       " into spec.replicas of type int32");
  if (*replicas >= 0) return {};
  return invalid(kScale, call.path.name,
                 {invalid_value("spec.replicas", *replicas, "should be a non-negative integer")});
}

/// The scale as the client wants it, from what it is.
using Wanted = std::function<Answer<json>(json scale)>;

Answer<ObjectPtr> rescale(Transaction& transaction, const LifecycleContext& context, const Call& call,
                          const Wanted& wanted) {
  const auto current = transaction.get(call.key());
  if (current == nullptr) return not_found(call.type->name, call.path.name);
  auto object = in_version(*call.type, *call.version, current->tree());
  auto scale = wanted(scale_of(*call.version, object));
  if (!scale) return scale.error();
  if (auto sound = check_scale(call, *scale); !sound) return sound.error();
  const auto* replicas = at_path(*scale, {"spec", "replicas"});
  const bool given = replicas != nullptr && !replicas->is_null();
  if (!set_field(object, call.version->scale->spec_replicas, given ? *replicas : json(0)))
    return internal_status("the spec replicas field cannot be set");
  // The preconditions are those of the scale that was sent.
  for (const auto* name : {"resourceVersion", "uid"}) {
    const auto text = text_at(*scale, {"metadata", name});
    if (!text.empty()) object["metadata"][name] = text;
  }
  std::vector<std::string> warnings;
  const ShapeInput input{*call.type, *call.version, FieldCheck::ignore, true, {}};
  if (auto sound = check_shape(input, object, warnings); !sound) return sound.error();
  auto stored = in_version(*call.type, call.type->storage_version(), std::move(object));
  return change_object(transaction, context, current, std::move(stored), false);
}

Answer<Response> answer_scale(const Call& call, const ObjectPtr& object) {
  const auto shown = in_version(*call.type, *call.version, object->tree());
  const auto& replicas = call.version->scale->spec_replicas;
  if (field_at(shown, replicas) == nullptr)
    return internal_status("the spec replicas field \"." + joined(replicas) + "\" does not exist");
  return json_response(200, scale_of(*call.version, shown));
}

Answer<Wanted> wanted_scale(const Call& call) {
  const bool patches = call.request.method == "PATCH";
  if (!patches) {
    auto body = take_body(call, "Scale");
    if (!body) return body.error();
    return Wanted([scale = std::move(body->document)](const json&) -> Answer<json> { return scale; });
  }
  const auto type = patch_type(call.request.headers.get("Content-Type"), false);
  if (!type) return type.error();
  auto body = take_patch(call);
  if (!body) return body.error();
  return Wanted([type = *type, patch = std::move(body->document)](json scale) -> Answer<json> {
    if (auto applied = apply_patch(type, patch, scale); !applied) return applied.error();
    return scale;
  });
}

}  // namespace

Reply serve_scale(const Services* services, CallPtr call) {
  if (call->request.method == "GET") {
    const auto object = services->store.get(call->key());
    if (object == nullptr) co_return not_found(call->type->name, call->path.name);
    co_return answer_scale(*call, object);
  }
  const auto dry_run = call->target.value("dryRun");
  if (!dry_run.empty() && dry_run != "All") {
    co_return bad_request("dryRun: Unsupported value: []string{\"" + dry_run +
                          "\"}: supported values: \"All\"");
  }
  auto wanted = wanted_scale(*call);
  if (!wanted) co_return wanted.error();
  const auto context = lifecycle_context(*services, *call);
  Work work = [context, call, wanted = std::move(*wanted)](Transaction& transaction) {
    return rescale(transaction, context, *call, wanted);
  };
  const auto stored = co_await services->store.write(std::move(work), dry_run == "All");
  if (!stored) co_return stored.error();
  co_return answer_scale(*call, *stored);
}

}  // namespace hearth::api
