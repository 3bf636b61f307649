// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/list_options.hpp"

#include <charconv>

namespace hearth::api {

namespace {

constexpr std::string_view kExact = "Exact";
constexpr std::string_view kNotOlderThan = "NotOlderThan";

bool read_number(const std::string& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Status bad_options(const std::vector<Violation>& violations) {
  return invalid({"meta.k8s.io", "options", "ListOptions"}, "", violations);
}

Violation forbidden_match(const std::string& why) {
  return {"resourceVersionMatch", "FieldValueForbidden", "Forbidden: " + why};
}

Violation unknown_match(const std::string& given, const std::string& known) {
  return {"resourceVersionMatch", "FieldValueNotSupported",
          "Unsupported value: \"" + given + "\": supported values: " + known};
}

std::vector<Violation> check_list(const Target& target, const std::string& match) {
  std::vector<Violation> found;
  const auto version = target.value("resourceVersion");
  if (!match.empty()) {
    if (version.empty())
      found.push_back(
          forbidden_match("resourceVersionMatch is forbidden unless resourceVersion is provided"));
    if (!target.value("continue").empty())
      found.push_back(forbidden_match("resourceVersionMatch is forbidden when continue is provided"));
    if (match != kExact && match != kNotOlderThan)
      found.push_back(unknown_match(match, R"("Exact", "NotOlderThan", "")"));
    if (match == kExact && version == "0")
      found.push_back(
          forbidden_match(R"(resourceVersionMatch "exact" is forbidden for resourceVersion "0")"));
  }
  if (target.query.contains("sendInitialEvents"))
    found.push_back(
        {"sendInitialEvents", "FieldValueForbidden", "Forbidden: sendInitialEvents is forbidden for list"});
  return found;
}

std::vector<Violation> check_watch(const Target& target, const std::string& match) {
  std::vector<Violation> found;
  const bool streaming = target.query.contains("sendInitialEvents");
  if (streaming && match != kNotOlderThan)
    found.push_back(
        forbidden_match("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  if (match.empty()) return found;
  if (!streaming)
    found.push_back(
        forbidden_match("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
  if (match != kNotOlderThan) found.push_back(unknown_match(match, R"("NotOlderThan")"));
  if (!target.value("continue").empty())
    found.push_back(forbidden_match("resourceVersionMatch is forbidden when continue is provided"));
  return found;
}

Answer<void> read_versions(const Call& call, ListOptions& options) {
  options.version_match = call.target.value("resourceVersionMatch");
  const auto violations = call.target.flag("watch") ? check_watch(call.target, options.version_match)
                                                    : check_list(call.target, options.version_match);
  if (!violations.empty()) return bad_options(violations);
  const auto version = asked_version(call);
  if (!version) return version.error();
  options.version = *version;
  options.send_initial_events = call.target.flag("sendInitialEvents");
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
  if (options.version) return bad_request("specifying resource version is not allowed when using continue");
  options.from = std::move(*from);
  return {};
}

IncludeObject include_object(const std::string& text) {
  if (text == "None") return IncludeObject::none;
  return text == "Object" ? IncludeObject::object : IncludeObject::metadata;
}

}  // namespace

Answer<std::optional<std::uint64_t>> asked_version(const Call& call) {
  const auto given = call.target.value("resourceVersion");
  std::uint64_t version = 0;
  if (!given.empty() && !read_number(given, version)) {
    return bad_options(
        {{"resourceVersion", "FieldValueInvalid",
          "Invalid value: \"" + given + "\": strconv.ParseUint: parsing \"" + given + "\": invalid syntax"}});
  }
  return version == 0 ? std::nullopt : std::optional(version);
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
