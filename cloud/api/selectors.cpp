// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/selectors.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "cloud/api/label_parser.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

std::optional<std::int64_t> to_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool holds(const LabelRequirement& requirement, const std::optional<std::string>& label) {
  const auto listed = [&] {
    return std::find(requirement.values.begin(), requirement.values.end(), *label) !=
           requirement.values.end();
  };
  switch (requirement.op) {
    case LabelOperator::exists:
      return label.has_value();
    case LabelOperator::absent:
      return !label;
    case LabelOperator::equals:
    case LabelOperator::in:
      return label && listed();
    case LabelOperator::not_equals:
    case LabelOperator::not_in:
      return !label || !listed();
    case LabelOperator::greater:
    case LabelOperator::less: {
      if (!label) return false;
      const auto have = to_number(*label);
      const auto bound = to_number(requirement.values.front());
      if (!have || !bound) return false;
      return requirement.op == LabelOperator::greater ? *have > *bound : *have < *bound;
    }
  }
  return false;
}

std::optional<std::string> label_of(const json& object, const std::string& key) {
  const auto meta = object.find("metadata");
  if (meta == object.end() || !meta->is_object()) return std::nullopt;
  const auto labels = meta->find("labels");
  if (labels == meta->end() || !labels->is_object()) return std::nullopt;
  const auto label = labels->find(key);
  if (label == labels->end() || !label->is_string()) return std::nullopt;
  return label->get<std::string>();
}

/// The field's text; a missing field is the empty text, a missing boolean is "false" as Kubernetes has it.
std::string field_of(const json& object, const std::string& path) {
  const json* at = &object;
  std::size_t start = 0;
  while (start <= path.size()) {
    const auto end = std::min(path.find('.', start), path.size());
    if (!at->is_object()) return {};
    const auto next = at->find(path.substr(start, end - start));
    if (next == at->end()) return path == "spec.unschedulable" ? "false" : "";
    at = &*next;
    start = end + 1;
  }
  if (at->is_string()) return at->get<std::string>();
  return at->is_null() ? std::string() : at->dump();
}

Answer<std::vector<FieldRequirement>> parse_fields(std::string_view text,
                                                   const std::vector<std::string>& selectable) {
  std::vector<FieldRequirement> all;
  while (!text.empty()) {
    const auto end = text.find(',');
    const auto part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return bad_request("invalid field selector: '" + std::string(part) + "'; can't understand it");
    }
    FieldRequirement requirement;
    requirement.equal = part[equals - 1] != '!';
    requirement.path = part.substr(0, requirement.equal ? equals : equals - 1);
    const auto skip = part.substr(equals, 2) == "==" ? 2U : 1U;
    requirement.value = part.substr(equals + skip);
    if (std::find(selectable.begin(), selectable.end(), requirement.path) == selectable.end()) {
      return bad_request("field label not supported: " + requirement.path);
    }
    all.push_back(std::move(requirement));
  }
  return all;
}

}  // namespace

bool Selector::matches(const json& object) const {
  for (const auto& requirement : labels_) {
    if (!holds(requirement, label_of(object, requirement.key))) return false;
  }
  for (const auto& requirement : fields_) {
    if ((field_of(object, requirement.path) == requirement.value) != requirement.equal) return false;
  }
  return true;
}

bool Selector::matches(const object::Object& object) const {
  if (empty()) return true;
  const bool of_metadata = std::all_of(
      fields_.begin(), fields_.end(),
      [](const FieldRequirement& requirement) { return requirement.path.starts_with("metadata."); });
  if (!of_metadata) return matches(object.tree());
  json part;
  part["metadata"] = object::tree_of(object.metadata());
  return matches(part);
}

Answer<Selector> parse_selector(std::string_view labels, std::string_view fields,
                                const std::vector<std::string>& selectable) {
  auto label_part = parse_labels(labels);
  if (!label_part) return label_part.error();
  auto field_part = parse_fields(fields, selectable);
  if (!field_part) return field_part.error();
  Selector selector;
  selector.labels_ = std::move(*label_part);
  selector.fields_ = std::move(*field_part);
  return selector;
}

}  // namespace hearth::api
