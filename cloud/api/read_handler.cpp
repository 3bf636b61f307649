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
      const auto ns = object->ns();
      const auto name = object->name();
      if (std::pair<std::string_view, std::string_view>(ns, name) <=
          std::pair<std::string_view, std::string_view>(options.from->ns, options.from->name))
        continue;
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

Response render_table(const Call& call, const ListOptions& options, Page page, WallTime now) {
  auto table =
      make_table(call.version->columns, page.objects, options.include, options.media.version, true, now);
  table["metadata"] = std::move(page.metadata);
  return json_response(200, table);
}

Response render_partial(const ListOptions& options, Page page) {
  json list = {{"kind", "PartialObjectMetadataList"}, {"apiVersion", "meta.k8s.io/" + options.media.version}};
  list["metadata"] = std::move(page.metadata);
  list["items"] = json::array();
  for (const auto& object : page.objects)
    list["items"].push_back(partial_object(object->tree(), options.media.version));
  return json_response(200, list);
}

/// The objects' texts, one after the other: no tree is made of any.
Response render_objects(const Call& call, const Page& page) {
  std::size_t size = 256;
  for (const auto& object : page.objects)
    size += object->text().size() + 1;
  std::string text;
  text.reserve(size);
  text += R"({"apiVersion":")" + api_version(call.type->name.group, call.version->name) + R"(","items":[)";
  for (const auto& object : page.objects) {
    if (object != page.objects.front()) text += ',';
    text += object->text();
  }
  text += R"(],"kind":")" + call.type->list_kind + R"(","metadata":)" + page.metadata.dump() + '}';
  return text_response(200, std::move(text), "application/json");
}

Response render_list(const Call& call, const ListOptions& options, Page page, WallTime now) {
  for (auto& object : page.objects)
    object = shown_in(*call.type, *call.version, object);
  switch (options.media.form) {
    case Form::table:
      return render_table(call, options, std::move(page), now);
    case Form::partial:
      return render_partial(options, std::move(page));
    case Form::object:
    case Form::discovery:
      break;
  }
  return render_objects(call, page);
}

/// The version to list at: that of the token, an exact one, or none for the newest.
std::optional<std::uint64_t> wanted_version(const ListOptions& options) {
  if (options.from) return options.from->version == 0 ? std::nullopt : std::optional(options.from->version);
  // A list by pages is of that very version, unless something else is said.
  const bool exact =
      options.version_match == "Exact" || (options.version_match.empty() && options.limit != 0);
  return exact ? options.version : std::nullopt;
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

boost::asio::awaitable<Answer<void>> reach_version(const Services* services,
                                                   std::optional<std::uint64_t> version) {
  if (!version) co_return Answer<void>();
  const auto newest = co_await services->store.reach(*version);
  if (newest < *version) co_return future_version(*version, newest);
  co_return Answer<void>();
}

Reply list_objects(const Services* services, CallPtr call) {
  auto options = list_options(*call);
  if (!options) co_return options.error();
  const auto reached = co_await reach_version(services, options->version);
  if (!reached) co_return reached.error();
  auto resource = call->type->resource();
  auto ns = call->path.ns;
  auto snapshot = co_await services->store.list(std::move(resource), std::move(ns), wanted_version(*options));
  if (!snapshot && options->from && snapshot.error().code() == 410)
    co_return expired_continue(*options->from);
  if (!snapshot) co_return snapshot.error();
  co_return render_list(*call, *options, cut_page(*snapshot, *options), services->clock());
}

Reply get_object(const Services* services, CallPtr call) {
  const auto media = choose_media(call->request.headers.get("Accept"), {Form::table, Form::partial});
  if (!media) co_return media.error();
  const auto version = asked_version(*call);
  if (!version) co_return version.error();
  if (*version) {
    const auto reached = co_await reach_version(services, *version);
    if (!reached) co_return reached.error();
  }
  auto object = services->store.get(call->key());
  if (object == nullptr) co_return not_found(call->type->name, call->path.name);
  object = shown_in(*call->type, *call->version, object);
  if (media->form == Form::partial)
    co_return json_response(200, partial_object(object->tree(), media->version));
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
