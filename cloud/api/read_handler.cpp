// SPDX-License-Identifier: Apache-2.0
#include <tuple>

#include "cloud/api/handlers.hpp"
#include "cloud/api/list_options.hpp"
#include "cloud/api/object_rules.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

/// One page of a list.
struct Page {
  std::vector<ObjectPtr> objects;
  json metadata;
};

Page cut_page(const Snapshot& snapshot, const ListOptions& options) {
  Page page;
  page.metadata = {{"resourceVersion", std::to_string(snapshot.version)}};
  std::size_t left = 0;
  for (const auto& object : snapshot.objects) {
    if (options.from) {
      const auto ns = namespace_of(*object);
      const auto name = name_of(*object);
      if (std::tie(ns, name) <= std::tie(options.from->ns, options.from->name)) continue;
    }
    if (!options.selector.matches(*object)) continue;
    if (options.limit == 0 || page.objects.size() < options.limit) {
      page.objects.push_back(object);
    } else {
      ++left;
    }
  }
  if (left == 0) return page;
  const auto& last = *page.objects.back();
  page.metadata["continue"] = encode({snapshot.version, namespace_of(last), name_of(last)});
  if (options.selector.empty()) page.metadata["remainingItemCount"] = left;
  return page;
}

json render_list(const Call& call, const ListOptions& options, Page page, WallTime now) {
  for (auto& object : page.objects)
    object = shown_in(*call.type, *call.version, object);
  json list;
  if (options.media.form == Form::table) {
    list = make_table(call.version->columns, page.objects, options.include, options.media.version, true, now);
    list["metadata"] = std::move(page.metadata);
    return list;
  }
  const bool partial = options.media.form == Form::partial;
  list["kind"] = partial ? "PartialObjectMetadataList" : call.type->list_kind;
  list["apiVersion"] = partial ? "meta.k8s.io/" + options.media.version
                               : api_version(call.type->name.group, call.version->name);
  list["metadata"] = std::move(page.metadata);
  auto items = json::array();
  for (const auto& object : page.objects) {
    items.push_back(partial ? partial_object(*object, options.media.version) : *object);
  }
  list["items"] = std::move(items);
  return list;
}

/// The version to list at: that of the token, an exact one, or none for the newest.
std::optional<std::uint64_t> wanted_version(const ListOptions& options) {
  if (options.from) return options.from->version == 0 ? std::nullopt : std::optional(options.from->version);
  return options.version_match == "Exact" ? options.version : std::nullopt;
}

Status expired_continue(Continuation from) {
  from.version = 0;
  return expired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new "
      "list without the continue parameter, or use the continue token in this response to retrieve the "
      "remainder of the results. Continuing with the provided token results in an inconsistent list - "
      "objects that were created, modified, or deleted between the time the first chunk was returned and now "
      "may show up in the list.",
      encode(from));
}

}  // namespace

Reply list_objects(const Services* services, CallPtr call) {
  auto options = list_options(*call);
  if (!options) co_return options.error();
  auto resource = call->type->resource();
  auto ns = call->path.ns;
  auto snapshot = co_await services->store.list(std::move(resource), std::move(ns), wanted_version(*options));
  if (!snapshot && options->from && snapshot.error().code() == 410)
    co_return expired_continue(*options->from);
  if (!snapshot) co_return snapshot.error();
  if (options->version && *options->version > snapshot->version) {
    co_return future_version(*options->version, snapshot->version);
  }
  co_return json_response(200,
                          render_list(*call, *options, cut_page(*snapshot, *options), services->clock()));
}

Reply get_object(const Services* services, CallPtr call) {
  const auto media = choose_media(call->request.headers.get("Accept"), {Form::table, Form::partial});
  if (!media) co_return media.error();
  auto object = co_await services->store.get(call->key());
  if (object == nullptr) co_return not_found(call->type->name, call->path.name);
  object = shown_in(*call->type, *call->version, object);
  if (media->form == Form::partial) co_return json_response(200, partial_object(*object, media->version));
  if (media->form == Form::object) co_return object_response(200, std::move(object));
  const auto options = list_options(*call);
  if (!options) co_return options.error();
  const std::vector<ObjectPtr> one = {object};
  auto table =
      make_table(call->version->columns, one, options->include, media->version, true, services->clock());
  table["metadata"] = {{"resourceVersion", version_of(*object)}};
  co_return json_response(200, std::move(table));
}

}  // namespace hearth::api
