// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/yaml_builder.hpp"

#include <utility>

#include "sdk/schema/yaml_scalar.hpp"

namespace hearth::schema {
namespace {

using nlohmann::json;

constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";

bool is_plain(const std::string& tag) {
  return tag == "?" || tag.empty();
}

/// `!!int "5"` and a plain 5 mean the same; an unknown tag would silently lose what its author meant.
json typed_scalar(const Position& at, const std::string& tag, const std::string& text) {
  if (tag == "!" || tag == std::string(kCoreTag) + "str") return text;
  if (is_plain(tag)) return plain_scalar(text);
  for (const std::string_view core : {"int", "float", "bool", "null"}) {
    if (tag == std::string(kCoreTag).append(core)) return plain_scalar(text);
  }
  throw YamlFault{at, "the tag " + tag + " is not supported"};
}

void check_collection_tag(const Position& at, const std::string& tag, std::string_view core) {
  if (is_plain(tag) || tag == "!" || tag == std::string(kCoreTag).append(core)) return;
  throw YamlFault{at, "the tag " + tag + " is not supported"};
}

}  // namespace

Position to_position(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

std::pair<json, PlaceTree> YamlBuilder::take() {
  return {std::exchange(value_, nullptr), std::exchange(places_, PlaceTree{})};
}

void YamlBuilder::OnDocumentStart(const YAML::Mark& mark) {
  document_start_ = to_position(mark);
  open_.clear();
  anchors_.clear();
}

void YamlBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Position at = to_position(mark);
  if (awaits_key()) throw YamlFault{at, "a key is missing", true};
  const Weight weight{1, 0};
  remember(anchor, nullptr, weight, at);
  attach(nullptr, {{at, at}, {}, {}}, weight);
}

void YamlBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Position at = to_position(mark);
  if (awaits_key()) throw YamlFault{at, "an alias cannot be a key"};
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) throw YamlFault{at, "an alias cannot stand inside what it names"};
  charge_copy(found->second.weight, at);
  attach(found->second.value, {{at, at}, {}, {}}, found->second.weight);
}

void YamlBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& text) {
  const Position at = to_position(mark);
  if (awaits_key()) return set_key(at, tag, text);
  json value = typed_scalar(at, tag, text);
  const Weight weight{1, text.size()};
  remember(anchor, value, weight, at);
  attach(std::move(value), {{at, at}, {}, {}}, weight);
}

void YamlBuilder::set_key(const Position& at, const std::string& tag, const std::string& text) {
  Open& map = open_.back();
  if (is_plain(tag) && text == "<<") throw YamlFault{at, "merge keys (<<) are not supported"};
  if (map.value.contains(text)) {
    throw YamlFault{at, "the key \"" + text.substr(0, 80) + "\" stands here a second time"};
  }
  map.key = text;
  map.key_at = at;
  map.weight.bytes += text.size();
}

void YamlBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value) {
  check_collection_tag(to_position(mark), tag, "seq");
  start(to_position(mark), anchor, json::array());
}

void YamlBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value) {
  check_collection_tag(to_position(mark), tag, "map");
  start(to_position(mark), anchor, json::object());
}

void YamlBuilder::OnSequenceEnd() {
  finish();
}
void YamlBuilder::OnMapEnd() {
  finish();
}

void YamlBuilder::start(const Position& at, YAML::anchor_t anchor, json empty) {
  if (awaits_key()) throw YamlFault{at, "a key must be a plain word, not a list or mapping"};
  if (open_.size() >= limits_.depth) {
    throw YamlFault{at, "nested deeper than " + std::to_string(limits_.depth)};
  }
  Open& opened = open_.emplace_back();
  opened.value = std::move(empty);
  opened.places.here = {at, at};
  opened.anchor = anchor;
  opened.weight.values = 1;
}

void YamlBuilder::finish() {
  Open done = std::move(open_.back());
  open_.pop_back();
  remember(done.anchor, done.value, done.weight, done.places.here.value);
  attach(std::move(done.value), std::move(done.places), done.weight);
}

void YamlBuilder::remember(YAML::anchor_t anchor, const json& value, const Weight& weight,
                           const Position& at) {
  if (anchor == YAML::NullAnchor) return;
  charge_copy(weight, at);
  anchors_[anchor] = {value, weight};
}

void YamlBuilder::charge_copy(const Weight& weight, const Position& at) {
  copied_.values += weight.values;
  copied_.bytes += weight.bytes;
  if (copied_.values > limits_.alias_values || copied_.bytes > limits_.alias_bytes) {
    throw YamlFault{at, "anchors and aliases expand to too much"};
  }
}

void YamlBuilder::attach(json value, PlaceTree places, const Weight& weight) {
  if (++values_ > limits_.values) {
    throw YamlFault{places.here.value, "more than " + std::to_string(limits_.values) + " values"};
  }
  if (open_.empty()) {
    value_ = std::move(value);
    places_ = std::move(places);
    return;
  }
  Open& parent = open_.back();
  parent.weight.values += weight.values;
  parent.weight.bytes += weight.bytes;
  if (parent.value.is_array()) {
    parent.value.push_back(std::move(value));
    parent.places.items.push_back(std::move(places));
    return;
  }
  places.here.key = parent.key_at;
  parent.places.members.emplace(*parent.key, std::move(places));
  parent.value[*std::exchange(parent.key, std::nullopt)] = std::move(value);
}

}  // namespace hearth::schema
