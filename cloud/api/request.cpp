// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/request.hpp"

#include <optional>

namespace hearth::api {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
      continue;
    }
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool parse_query(std::string_view text, std::map<std::string, std::string>& query) {
  while (!text.empty()) {
    const auto end = text.find('&');
    const auto pair = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto equals = pair.find('=');
    const auto name = decode(pair.substr(0, equals), true);
    const auto value =
        equals == std::string_view::npos ? std::string() : decode(pair.substr(equals + 1), true);
    if (!name || !value) return false;
    if (!name->empty()) query.emplace(*name, *value);
  }
  return true;
}

}  // namespace

std::string Target::value(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

bool Target::flag(const std::string& name) const {
  const auto found = query.find(name);
  if (found == query.end()) return false;
  // As Kubernetes reads it: anything but these is true, the Python client's "True" too.
  return found->second != "0" && found->second != "false" && found->second != "False";
}

Answer<Target> parse_target(std::string_view target) {
  Target parsed;
  const auto mark = target.find('?');
  auto path = target.substr(0, mark);
  if (mark != std::string_view::npos && !parse_query(target.substr(mark + 1), parsed.query)) {
    return bad_request("the query of the request is not valid percent-encoding");
  }
  while (!path.empty()) {
    const auto end = path.find('/');
    const auto segment = decode(path.substr(0, end), false);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    if (!segment) return bad_request("the path of the request is not valid percent-encoding");
    if (segment->empty()) continue;
    parsed.path += "/" + *segment;
    parsed.segments.push_back(*segment);
  }
  if (parsed.path.empty()) parsed.path = "/";
  return parsed;
}

bool parse_resource_path(const std::vector<std::string>& segments, ResourcePath& path) {
  std::vector<std::string> rest;
  if (segments.size() >= 3 && segments[0] == "api") {
    path.version = segments[1];
    rest.assign(segments.begin() + 2, segments.end());
  } else if (segments.size() >= 4 && segments[0] == "apis") {
    path.group = segments[1];
    path.version = segments[2];
    rest.assign(segments.begin() + 3, segments.end());
  } else {
    return false;
  }
  const bool names_subresource_of_namespace =
      rest.size() == 3 && (rest[2] == "status" || rest[2] == "finalize");
  if (rest[0] == "namespaces" && rest.size() >= 3 && !names_subresource_of_namespace) {
    path.ns = rest[1];
    rest.erase(rest.begin(), rest.begin() + 2);
  }
  if (rest.size() > 3) return false;
  path.plural = rest[0];
  if (rest.size() > 1) path.name = rest[1];
  if (rest.size() > 2) path.subresource = rest[2];
  return true;
}

}  // namespace hearth::api
