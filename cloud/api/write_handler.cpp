// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/body.hpp"
#include "cloud/api/handlers.hpp"
#include "cloud/api/lifecycle.hpp"
#include "cloud/api/object_rules.hpp"
#include "cloud/api/update_rules.hpp"
#include "cloud/api/write_answer.hpp"
#include "cloud/api/write_options.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

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

/// PUT in a transaction: most kinds must be there, a few are made by it.
Answer<ObjectPtr> put_object(Transaction& transaction, const LifecycleContext& context, const Call& call,
                             const json& object, Outcome& outcome) {
  const auto current = transaction.get(call.key());
  if (current != nullptr) return change_object(transaction, context, current, object, call.status());
  const bool made = made_by_update(*call.type) && !call.status() && version_of(object).empty();
  if (!made) return not_found(call.type->name, call.path.name);
  outcome.created = true;
  return create_object(transaction, context, object);
}

}  // namespace

Reply create_objects(const Services* services, CallPtr call) {
  const auto options = write_options(*call);
  if (!options) co_return options.error();
  const auto outcome = std::make_shared<Outcome>();
  outcome->created = true;
  auto object = incoming(*call, *options, outcome->warnings);
  if (!object) co_return object.error();
  auto context = lifecycle_context(*services, *call);
  context.manager = options->manager;
  Work work = [context = std::move(context), object = std::move(*object)](Transaction& transaction) {
    return create_object(transaction, context, object);
  };
  const auto stored = co_await services->store.write(std::move(work), options->dry_run);
  co_return write_answer(*call, stored, *outcome);
}

Reply replace_object(const Services* services, CallPtr call) {
  const auto options = write_options(*call);
  if (!options) co_return options.error();
  const auto outcome = std::make_shared<Outcome>();
  auto object = incoming(*call, *options, outcome->warnings);
  if (!object) co_return object.error();
  if (version_of(*object).empty() && !updates_without_version(*call->type)) {
    if (services->store.get(call->key()) == nullptr) co_return not_found(call->type->name, call->path.name);
    const Violation missing{"metadata.resourceVersion", "FieldValueInvalid",
                            "Invalid value: 0x0: must be specified for an update"};
    co_return invalid(call->type->name, call->path.name, {missing});
  }
  auto context = lifecycle_context(*services, *call);
  context.manager = options->manager;
  Work work = [context = std::move(context), call, object = std::move(*object),
               outcome](Transaction& transaction) {
    return put_object(transaction, context, *call, object, *outcome);
  };
  const auto stored = co_await services->store.write(std::move(work), options->dry_run);
  co_return write_answer(*call, stored, *outcome);
}

}  // namespace hearth::api
