// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/apply_body.hpp"
#include "cloud/api/body.hpp"
#include "cloud/api/handlers.hpp"
#include "cloud/api/lifecycle.hpp"
#include "cloud/api/object_rules.hpp"
#include "cloud/api/ownership.hpp"
#include "cloud/api/patch.hpp"
#include "cloud/api/status_patch.hpp"
#include "cloud/api/write_answer.hpp"
#include "cloud/api/write_options.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

/// A patch on its way to the object.
struct Patching {
  CallPtr call;
  PatchType type;
  WriteOptions options;
  LifecycleContext context;
  Body body;
  OutcomePtr outcome;

  Writer writer() const { return {options.manager, call->status(), context.now}; }
};

/// Patches the object as the call's version shows it; back in the storage version.
Answer<json> patched(const Patching& patching, const json& current) {
  const auto& call = *patching.call;
  auto object = in_version(*call.type, *call.version, current);
  if (auto applied = apply_patch(patching.type, patching.body.document, object); !applied)
    return applied.error();
  if (auto fits = check_identity(call, object); !fits) return fits.error();
  const auto* stamp = at_path(object, {"metadata", "deletionTimestamp"});
  const auto* old_stamp = at_path(current, {"metadata", "deletionTimestamp"});
  if (stamp != nullptr && old_stamp == nullptr && !stamp->is_null()) {
    return invalid(call.type->name, call.path.name,
                   {{"metadata.deletionTimestamp", "FieldValueInvalid",
                     "Invalid value: " + stamp->dump() + ": field is immutable"}});
  }
  const ShapeInput input{*call.type, *call.version, patching.options.check, true, patching.body.duplicates};
  if (auto sound = check_shape(input, object, patching.outcome->warnings); !sound) return sound.error();
  return in_version(*call.type, call.type->storage_version(), object);
}

Answer<ObjectPtr> patch_in(Transaction& transaction, const Patching& patching) {
  const auto& call = *patching.call;
  const auto current = transaction.get(call.key());
  if (current == nullptr) return not_found(call.type->name, call.path.name);
  const auto& patch = patching.body.document;
  const bool plain = patching.body.duplicates.empty() && is_plain_status_patch(call, patching.type, patch);
  if (plain && keeps_owners(*call.type, patching.writer(), *current, patch.at("status"))) {
    const auto status = merged_status(*call.version, current->status(), patch);
    if (status) return change_status(transaction, patching.context, current, patch, *status);
  }
  auto next = patched(patching, current->tree());
  if (!next) return next.error();
  return change_object(transaction, patching.context, current, std::move(*next), call.status());
}

/// The applied object where nothing is yet, as somebody's creation.
Answer<ObjectPtr> create_applied(Transaction& transaction, const Patching& patching, json object,
                                 const std::string& uid) {
  const auto& call = *patching.call;
  if (call.status()) return not_found(call.type->name, call.path.name);
  if (!uid.empty()) {
    return conflict(
        call.type->name, call.path.name,
        "uid mismatch: the provided object specified uid " + uid + ", and no existing object was found",
        false);
  }
  patching.outcome->created = true;
  return create_object(transaction, patching.context, std::move(object));
}

Answer<ObjectPtr> apply_in(Transaction& transaction, const Patching& patching, const json& configuration) {
  const auto& call = *patching.call;
  const auto& type = *call.type;
  const auto current = transaction.get(call.key());
  const auto live = current == nullptr ? json() : current->tree();
  auto object = applied_to(type, patching.writer(), live, configuration, patching.options.force);
  if (!object) return object.error();
  const auto uid = text_at(configuration, {"metadata", "uid"});
  const auto version = version_of(configuration);
  if (!uid.empty()) (*object)["metadata"]["uid"] = uid;
  if (!version.empty()) (*object)["metadata"]["resourceVersion"] = version;
  // What the stored object has that its kind has no more goes without a word; what was applied is checked already.
  const ShapeInput input{type, type.storage_version(), FieldCheck::ignore, true, {}};
  if (auto sound = check_shape(input, *object, patching.outcome->warnings); !sound) return sound.error();
  if (current == nullptr) return create_applied(transaction, patching, std::move(*object), uid);
  return change_object(transaction, patching.context, current, std::move(*object), call.status());
}

/// What is applied, in the storage version.
Answer<json> configuration_of(const Call& call, json document) {
  if (auto fits = check_identity(call, document); !fits) return fits.error();
  if (const auto* owners = at_path(document, {"metadata", "managedFields"});
      owners != nullptr && !owners->is_null()) {
    return bad_request("metadata.managedFields must be nil");
  }
  if (auto known = check_configuration(call.type->name, *call.version, document); !known)
    return known.error();
  return converted_to(*call.type, call.type->storage_version(), std::move(document));
}

Answer<Work> apply_work(Patching patching) {
  auto configuration = configuration_of(*patching.call, std::move(patching.body.document));
  if (!configuration) return configuration.error();
  // Who owns what is settled by the apply itself.
  patching.context.manager.clear();
  return Work([patching = std::move(patching), configuration = std::move(*configuration)](
                  Transaction& transaction) { return apply_in(transaction, patching, configuration); });
}

}  // namespace

Reply patch_object(const Services* services, CallPtr call) {
  const auto type = patch_type(call->request.headers.get("Content-Type"), call->type->builtin);
  if (!type) co_return type.error();
  const bool applies = *type == PatchType::apply;
  const auto options = write_options(*call, applies);
  if (!options) co_return options.error();
  auto body = applies ? take_configuration(*call) : take_patch(*call);
  if (!body) co_return body.error();
  const auto outcome = std::make_shared<Outcome>();
  auto context = lifecycle_context(*services, *call);
  context.manager = options->manager;
  Patching patching{call, *type, *options, std::move(context), std::move(*body), outcome};
  // The whole read, patch and write happens on the store's strand: there is no conflict to retry.
  Answer<Work> work = Work();
  if (applies) {
    work = apply_work(std::move(patching));
    if (!work) co_return work.error();
  } else {
    work = Work([patching = std::move(patching)](Transaction& transaction) {
      return patch_in(transaction, patching);
    });
  }
  const auto stored = co_await services->store.write(std::move(*work), options->dry_run);
  co_return write_answer(*call, stored, *outcome);
}

}  // namespace hearth::api
