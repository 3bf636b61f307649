// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/media.hpp"

#include <algorithm>
#include <map>

namespace hearth::api {

namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

std::string_view take_until(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto part = trim(text.substr(0, end));
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

using Parameters = std::map<std::string, std::string, std::less<>>;

std::string parameter(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string() : found->second;
}

bool read_form(const Parameters& parameters, Media& media) {
  const auto as = parameter(parameters, "as");
  if (as.empty()) return true;
  const auto group = parameter(parameters, "g");
  media.version = parameter(parameters, "v");
  if (group == "meta.k8s.io" && (media.version == "v1" || media.version == "v1beta1")) {
    if (as == "Table") media.form = Form::table;
    if (as == "PartialObjectMetadata" || as == "PartialObjectMetadataList") media.form = Form::partial;
  }
  if (group == "apidiscovery.k8s.io" && as == "APIGroupDiscoveryList" &&
      (media.version == "v2" || media.version == "v2beta1")) {
    media.form = Form::discovery;
  }
  return media.form != Form::object;
}

}  // namespace

Answer<Media> choose_media(std::string_view accept, const std::vector<Form>& offered) {
  if (trim(accept).empty()) return Media{};
  while (!accept.empty()) {
    auto entry = take_until(accept, ',');
    const auto type = take_until(entry, ';');
    if (type != "application/json" && type != "*/*" && type != "application/*") continue;
    Parameters parameters;
    while (!entry.empty()) {
      auto value = take_until(entry, ';');
      const auto name = take_until(value, '=');
      parameters.emplace(name, trim(value));
    }
    Media media;
    if (!read_form(parameters, media)) continue;
    if (media.form == Form::object) return Media{};
    if (std::find(offered.begin(), offered.end(), media.form) != offered.end()) return media;
  }
  return not_acceptable();
}

}  // namespace hearth::api
