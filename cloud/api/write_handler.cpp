// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/body.hpp"
#include "cloud/api/handlers.hpp"
#include "cloud/api/lifecycle.hpp"
#include "cloud/api/media.hpp"
#include "cloud/api/object_rules.hpp"
#include "cloud/api/patch.hpp"
#include "cloud/api/status_patch.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

/// What create, replace and patch have in common in their query.
struct WriteOptions {
  bool dry_run = false;
  FieldCheck check = FieldCheck::warn;
};

Answer<bool> dry_run_of(const std::string& value) {
  if (value.empty()) return false;
  if (value == "All") return true;
  return invalid({"meta.k8s.io", "options", "CreateOptions"}, "",
                 {{"dryRun", "FieldValueNotSupported",
                   "Unsupported value: []string{\"" + value + "\"}: supported values: \"All\""}});
}

Answer<WriteOptions> write_options(const Call& call) {
  WriteOptions options;
  auto dry_run = dry_run_of(call.target.value("dryRun"));
  if (!dry_run) return dry_run.error();
  options.dry_run = *dry_run;
  auto check = field_check(call.target.value("fieldValidation"));
  if (!check) return check.error();
  options.check = *check;
  return options;
}

using Warnings = std::shared_ptr<std::vector<std::string>>;

void add_warnings(const Warnings& warnings, Response& response) {
  for (const auto& warning : *warnings)
    response.headers.add("Warning", "299 - " + json(warning).dump());
}

Answer<Response> respond(const Call& call, int status, const Answer<ObjectPtr>& stored,
                         const Warnings& warnings) {
  if (!stored) return stored.error();
  const auto& object = *stored;
  const bool is_status = object->kind() == "Status";
  auto shown = is_status ? object : shown_in(*call.type, *call.version, object);
  const auto media = choose_media(call.request.headers.get("Accept"), {Form::table, Form::partial});
  if (!media) return media.error();
  const bool whole = media->form != Form::partial || is_status;
  auto response = whole ? object_response(status, std::move(shown))
                        : json_response(status, partial_object(shown->tree(), media->version));
  add_warnings(warnings, response);
  return response;
}

/// The body of a create or replace, checked and in the storage version.
Answer<json> incoming(const Call& call, const WriteOptions& options, std::vector<std::string>& warnings) {
  auto body = take_body(call, call.type->name.kind);
  if (!body) return body.error();
  auto object = std::move(body->document);
  if (auto fits = check_identity(call, object); !fits) return fits.error();
  const bool status_apart = call.version->has_status && !call.type->builtin;
  if (status_apart && call.request.method == "POST") object.erase("status");
  const ShapeInput input{*call.type, *call.version, options.check, false, std::move(body->duplicates)};
  if (auto sound = check_shape(input, object, warnings); !sound) return sound.error();
  return in_version(*call.type, call.type->storage_version(), object);
}

/// Patches the object as the call's version shows it; back in the storage version.
Answer<json> patched(const Call& call, PatchType type, const json& patch, FieldCheck check,
                     const json& current, const std::vector<std::string>& duplicates,
                     std::vector<std::string>& warnings) {
  auto object = in_version(*call.type, *call.version, current);
  if (auto applied = apply_patch(type, patch, object); !applied) return applied.error();
  if (auto fits = check_identity(call, object); !fits) return fits.error();
  const auto* stamp = at_path(object, {"metadata", "deletionTimestamp"});
  const auto* old_stamp = at_path(current, {"metadata", "deletionTimestamp"});
  if (stamp != nullptr && old_stamp == nullptr && !stamp->is_null()) {
    return invalid(call.type->name, call.path.name,
                   {{"metadata.deletionTimestamp", "FieldValueInvalid",
                     "Invalid value: " + stamp->dump() + ": field is immutable"}});
  }
  const ShapeInput input{*call.type, *call.version, check, true, duplicates};
  if (auto sound = check_shape(input, object, warnings); !sound) return sound.error();
  return in_version(*call.type, call.type->storage_version(), object);
}

}  // namespace

Reply create_objects(const Services* services, CallPtr call) {
  const auto options = write_options(*call);
  if (!options) co_return options.error();
  const auto warnings = std::make_shared<std::vector<std::string>>();
  auto object = incoming(*call, *options, *warnings);
  if (!object) co_return object.error();
  const auto context = lifecycle_context(*services, *call);
  Work work = [context, object = std::move(*object)](Transaction& transaction) {
    return create_object(transaction, context, object);
  };
  const auto stored = co_await services->store.write(std::move(work), options->dry_run);
  co_return respond(*call, 201, stored, warnings);
}

Reply replace_object(const Services* services, CallPtr call) {
  const auto options = write_options(*call);
  if (!options) co_return options.error();
  const auto warnings = std::make_shared<std::vector<std::string>>();
  auto object = incoming(*call, *options, *warnings);
  if (!object) co_return object.error();
  if (version_of(*object).empty() && !call->type->builtin) {
    const Violation missing{"metadata.resourceVersion", "FieldValueInvalid",
                            "Invalid value: 0x0: must be specified for an update"};
    co_return invalid(call->type->name, call->path.name, {missing});
  }
  const auto context = lifecycle_context(*services, *call);
  Work work = [context, call, object = std::move(*object)](Transaction& transaction) -> Answer<ObjectPtr> {
    const auto current = transaction.get(call->key());
    if (current == nullptr) return not_found(call->type->name, call->path.name);
    return change_object(transaction, context, current, object, call->status());
  };
  const auto stored = co_await services->store.write(std::move(work), options->dry_run);
  co_return respond(*call, 200, stored, warnings);
}

Reply patch_object(const Services* services, CallPtr call) {
  const auto options = write_options(*call);
  if (!options) co_return options.error();
  const auto type = patch_type(call->request.headers.get("Content-Type"), call->type->builtin);
  if (!type) co_return type.error();
  auto body = take_patch(*call);
  if (!body) co_return body.error();
  const auto warnings = std::make_shared<std::vector<std::string>>();
  const auto context = lifecycle_context(*services, *call);
  // The whole read, patch and write happens on the store's strand: there is no conflict to retry.
  Work work = [context, call, type = *type, check = options->check, body = std::move(*body),
               warnings](Transaction& transaction) -> Answer<ObjectPtr> {
    const auto current = transaction.get(call->key());
    if (current == nullptr) return not_found(call->type->name, call->path.name);
    if (body.duplicates.empty() && is_plain_status_patch(*call, type, body.document)) {
      const auto status = merged_status(*call->version, current->status(), body.document);
      if (status) return change_status(transaction, context, current, body.document, *status);
    }
    auto next = patched(*call, type, body.document, check, current->tree(), body.duplicates, *warnings);
    if (!next) return next.error();
    return change_object(transaction, context, current, std::move(*next), call->status());
  };
  const auto stored = co_await services->store.write(std::move(work), options->dry_run);
  co_return respond(*call, 200, stored, warnings);
}

}  // namespace hearth::api
