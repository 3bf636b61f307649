// SPDX-License-Identifier: Apache-2.0
#include "cloud/apply/field_set.hpp"

#include <algorithm>

namespace hearth::apply {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxDepth = 64;
constexpr std::string_view kMember = ".";

Error bad_fields(const std::string& text) {
  return invalid("BadFields", "managedFields: " + text);
}

bool is_step(std::string_view text) {
  if (text.size() < 2 || text[1] != ':') return false;
  return text[0] == 'f' || text[0] == 'k' || text[0] == 'v' || text[0] == 'i';
}

Result<FieldSet> parse_level(const json& fields, std::size_t depth) {
  if (depth > kMaxDepth) return bad_fields("the fields are nested too deep");
  if (!fields.is_object()) return bad_fields("a set of fields must be an object");
  FieldSet set;
  if (fields.empty() && depth > 0) set.own();
  for (const auto& [name, within] : fields.items()) {
    if (name == kMember) {
      set.own();
      continue;
    }
    if (!is_step(name)) return bad_fields("\"" + name + "\" is no step of a path");
    auto below = parse_level(within, depth + 1);
    if (!below) return below.error();
    set.at(name) = std::move(*below);
  }
  return set;
}

/// k:{"type":"Ready"} as [type="Ready"].
std::string shown_keys(std::string_view keys) {
  const auto parsed = json::parse(keys, nullptr, false);
  if (!parsed.is_object()) return "[" + std::string(keys) + "]";
  std::string shown;
  for (const auto& [name, value] : parsed.items())
    shown += (shown.empty() ? "" : ",") + name + "=" + value.dump();
  return "[" + shown + "]";
}

void collect(const FieldSet& set, const std::string& path, std::vector<std::string>& found) {
  if (set.is_member()) found.push_back(path);
  for (const auto& [step, below] : set.below())
    collect(below, path + shown_step(step), found);
}

}  // namespace

Result<FieldSet> FieldSet::parse(const json& fields) {
  return parse_level(fields, 0);
}

json FieldSet::to_json() const {
  json fields = json::object();
  if (member_ && !below_.empty()) fields[kMember] = json::object();
  for (const auto& [step, below] : below_)
    fields[step] = below.to_json();
  return fields;
}

const FieldSet* FieldSet::find(std::string_view step) const {
  const auto found = below_.find(step);
  return found == below_.end() ? nullptr : &found->second;
}

void FieldSet::tidy() {
  for (auto step = below_.begin(); step != below_.end();) {
    step->second.tidy();
    step = step->second.empty() ? below_.erase(step) : std::next(step);
  }
}

FieldSet& FieldSet::operator|=(const FieldSet& other) {
  member_ = member_ || other.member_;
  for (const auto& [step, below] : other.below_)
    below_[step] |= below;
  return *this;
}

FieldSet& FieldSet::operator-=(const FieldSet& other) {
  member_ = member_ && !other.member_;
  for (auto step = below_.begin(); step != below_.end();) {
    if (const auto* minus = other.find(step->first)) step->second -= *minus;
    step = step->second.empty() ? below_.erase(step) : std::next(step);
  }
  return *this;
}

FieldSet& FieldSet::operator&=(const FieldSet& other) {
  member_ = member_ && other.member_;
  for (auto step = below_.begin(); step != below_.end();) {
    const auto* both = other.find(step->first);
    if (both != nullptr) step->second &= *both;
    step = both == nullptr || step->second.empty() ? below_.erase(step) : std::next(step);
  }
  return *this;
}

std::vector<std::string> FieldSet::paths() const {
  std::vector<std::string> found;
  collect(*this, "", found);
  return found;
}

std::string shown_step(std::string_view step) {
  const auto rest = step.substr(2);
  switch (step[0]) {
    case 'f':
      return "." + std::string(rest);
    case 'k':
      return shown_keys(rest);
    case 'v':
      return "[=" + std::string(rest) + "]";
    default:
      return "[" + std::string(rest) + "]";
  }
}

std::string field_step(std::string_view name) {
  return "f:" + std::string(name);
}

std::string value_step(const json& item) {
  return "v:" + item.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string key_step(const json& item, const std::vector<std::string>& keys) {
  json shown = json::object();
  for (const auto& key : keys) {
    if (const auto value = item.find(key); value != item.end()) shown[key] = *value;
  }
  return "k:" + shown.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace hearth::apply
