// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/list_options.hpp"

#include <charconv>

namespace hearth::api {

namespace {

bool read_number(const std::string& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Status bad_option(const std::string& field, const std::string& reason, const std::string& message) {
  return invalid({"meta.k8s.io", "options", "ListOptions"}, "", {{field, reason, message}});
}

Answer<void> read_versions(const Call& call, ListOptions& options) {
  const auto given = call.target.value("resourceVersion");
  options.version_match = call.target.value("resourceVersionMatch");
  std::uint64_t version = 0;
  if (!given.empty() && !read_number(given, version)) {
    return bad_option(
        "resourceVersion", "FieldValueInvalid",
        "Invalid value: \"" + given + "\": strconv.ParseUint: parsing \"" + given + "\": invalid syntax");
  }
  if (version != 0) options.version = version;
  const bool known = options.version_match.empty() || options.version_match == "Exact" ||
                     options.version_match == "NotOlderThan";
  if (!known) {
    return bad_option("resourceVersionMatch", "FieldValueNotSupported",
                      "Unsupported value: \"" + options.version_match +
                          "\": supported values: \"Exact\", \"NotOlderThan\"");
  }
  options.send_initial_events = call.target.flag("sendInitialEvents");
  const bool streaming = call.target.flag("watch") && call.target.query.contains("sendInitialEvents");
  if (streaming && options.version_match != "NotOlderThan") {
    return bad_option("resourceVersionMatch", "FieldValueForbidden",
                      "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  }
  if (!options.version_match.empty() && given.empty() && !streaming) {
    return bad_option("resourceVersionMatch", "FieldValueForbidden",
                      "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  return {};
}

Answer<void> read_paging(const Call& call, ListOptions& options) {
  std::uint64_t number = 0;
  if (const auto limit = call.target.value("limit"); !limit.empty()) {
    if (!read_number(limit, number)) return bad_request("limit must be a number");
    options.limit = number;
  }
  if (const auto timeout = call.target.value("timeoutSeconds"); !timeout.empty()) {
    if (!read_number(timeout, number)) return bad_request("timeoutSeconds must be a number");
    options.timeout_seconds = number;
  }
  const auto token = call.target.value("continue");
  if (token.empty()) return {};
  auto from = decode_continuation(token);
  if (!from) return from.error();
  options.from = std::move(*from);
  return {};
}

IncludeObject include_object(const std::string& text) {
  if (text == "None") return IncludeObject::none;
  return text == "Object" ? IncludeObject::object : IncludeObject::metadata;
}

}  // namespace

std::string encode(const Continuation& continuation) {
  return std::to_string(continuation.version) + "/" + continuation.ns + "/" + continuation.name;
}

Answer<Continuation> decode_continuation(const std::string& token) {
  Continuation continuation;
  const auto first = token.find('/');
  const auto second = first == std::string::npos ? first : token.find('/', first + 1);
  if (second == std::string::npos || !read_number(token.substr(0, first), continuation.version)) {
    return bad_request("continue key is not valid: it must be the token of an earlier list");
  }
  continuation.ns = token.substr(first + 1, second - first - 1);
  continuation.name = token.substr(second + 1);
  return continuation;
}

Answer<ListOptions> list_options(const Call& call) {
  ListOptions options;
  auto media = choose_media(call.request.headers.get("Accept"), {Form::table, Form::partial});
  if (!media) return media.error();
  options.media = *media;
  auto selector = parse_selector(call.target.value("labelSelector"), call.target.value("fieldSelector"),
                                 call.type->selectable);
  if (!selector) return selector.error();
  options.selector = std::move(*selector);
  options.include = include_object(call.target.value("includeObject"));
  options.bookmarks = call.target.flag("allowWatchBookmarks");
  if (auto versions = read_versions(call, options); !versions) return versions.error();
  if (auto paging = read_paging(call, options); !paging) return paging.error();
  return options;
}

}  // namespace hearth::api
