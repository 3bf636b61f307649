// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/metadata_rules.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/api/access_control.hpp"
#include "cloud/api/base/json_view.hpp"
#include "cloud/api/owner_references.hpp"
#include "sdk/base/ids.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxAnnotationBytes = 256 * 1024;

constexpr std::string_view kSubdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view kLabelNameRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and "
    "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kQualifiedNameRule =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view kLabelValueRule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used "
    "for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// What is wrong with a text; nothing when it is sound.
using Fault = std::optional<std::string>;

Violation invalid_value(const char* field, std::string_view value, std::string_view why) {
  return {field, "FieldValueInvalid", "Invalid value: " + in_quotes(value) + ": " + std::string(why)};
}

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_word(std::string_view text) {
  if (text.empty() || !is_alnum(text.front()) || !is_alnum(text.back())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

Fault key_fault(std::string_view key) {
  const auto slash = key.find('/');
  const auto name = slash == key.npos ? key : key.substr(slash + 1);
  if (name.find('/') != name.npos) {
    return "a qualified name " + std::string(kQualifiedNameRule) +
           " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
  }
  if (slash == 0) return "prefix part must be non-empty";
  if (slash != key.npos && !is_dns_subdomain(key.substr(0, slash)))
    return "prefix part " + std::string(kSubdomainRule);
  if (name.empty()) return "name part must be non-empty";
  if (name.size() > kMaxLabel) return "name part must be no more than 63 characters";
  if (!is_word(name)) return "name part " + std::string(kQualifiedNameRule);
  return std::nullopt;
}

Fault label_value_fault(std::string_view value) {
  if (value.size() > kMaxLabel) return "must be no more than 63 characters";
  if (!value.empty() && !is_word(value)) return std::string(kLabelValueRule);
  return std::nullopt;
}

/// Names of roles and their like are a part of a path, and that is all.
bool is_path_segment(std::string_view name) {
  return name != "." && name != ".." && name.find_first_of("/%") == name.npos;
}

bool is_label_name(std::string_view name) {
  return name.size() <= kMaxLabel && name.find('.') == name.npos && is_dns_subdomain(name);
}

Fault name_fault(const KindName& kind, std::string_view name) {
  if (kind.group == kRbacGroup) {
    if (is_path_segment(name)) return std::nullopt;
    return "may not be '.' or '..' or contain '/' or '%'";
  }
  if (kind.group.empty() && kind.plural == "namespaces") {
    if (is_label_name(name)) return std::nullopt;
    return std::string(name.size() > kMaxLabel ? "must be no more than 63 characters" : kLabelNameRule);
  }
  if (is_dns_subdomain(name)) return std::nullopt;
  return std::string(kSubdomainRule);
}

void check_name(const KindName& kind, const json& meta, std::vector<Violation>& found) {
  const auto name = text_at(meta, {"name"});
  if (name.empty()) {
    if (text_at(meta, {"generateName"}).empty())
      found.push_back(
          {"metadata.name", "FieldValueRequired", "Required value: name or generateName is required"});
    return;
  }
  if (const auto fault = name_fault(kind, name))
    found.push_back(invalid_value("metadata.name", name, *fault));
}

void check_labels(const json& meta, std::vector<Violation>& found) {
  const auto* labels = at_path(meta, {"labels"});
  if (labels == nullptr || !labels->is_object()) return;
  for (const auto& [key, value] : labels->items()) {
    const auto& text = value.get_ref<const std::string&>();
    if (const auto fault = key_fault(key)) found.push_back(invalid_value("metadata.labels", key, *fault));
    if (const auto fault = label_value_fault(text))
      found.push_back(invalid_value("metadata.labels", text, *fault));
  }
}

void check_annotations(const json& meta, std::vector<Violation>& found) {
  const auto* annotations = at_path(meta, {"annotations"});
  if (annotations == nullptr || !annotations->is_object()) return;
  std::size_t bytes = 0;
  for (const auto& [key, value] : annotations->items()) {
    bytes += key.size() + value.get_ref<const std::string&>().size();
    if (const auto fault = key_fault(key))
      found.push_back(invalid_value("metadata.annotations", key, *fault));
  }
  if (bytes > kMaxAnnotationBytes) {
    found.push_back({"metadata.annotations", "FieldValueTooLong",
                     "Too long: must have at most " + std::to_string(kMaxAnnotationBytes) + " bytes"});
  }
}

}  // namespace

std::vector<Violation> metadata_violations(const KindName& kind, const json& meta) {
  std::vector<Violation> found;
  check_name(kind, meta, found);
  check_labels(meta, found);
  check_annotations(meta, found);
  check_owner_references(meta, found);
  return found;
}

}  // namespace hearth::api
