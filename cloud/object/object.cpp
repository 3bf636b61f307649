// SPDX-License-Identifier: Apache-2.0
#include "cloud/object/object.hpp"

#include <charconv>

#include "cloud/object/json_printer.hpp"
#include "cloud/object/member_scan.hpp"

namespace hearth::object {

using nlohmann::json;

Object::Object(std::string text) : text_(std::move(text)) {
  MemberScan members(text_);
  while (const auto member = members.next()) {
    if (member->name == "kind") kind_ = span_of(unquoted(member->value));
    if (member->name == "apiVersion") api_version_ = span_of(unquoted(member->value));
    if (member->name == "metadata") metadata_ = span_of(member->value);
    if (member->name == "spec") spec_ = span_of(member->value);
    if (member->name == "status") status_ = span_of(member->value);
  }
  index_metadata();
}

void Object::index_metadata() {
  MemberScan members(metadata());
  while (const auto member = members.next()) {
    if (member->name == "name") name_ = span_of(unquoted(member->value));
    if (member->name == "namespace") namespace_ = span_of(unquoted(member->value));
    if (member->name == "uid") uid_ = span_of(unquoted(member->value));
    if (member->name == "resourceVersion") version_ = span_of(unquoted(member->value));
    if (member->name == "generation")
      std::from_chars(member->value.data(), member->value.data() + member->value.size(), generation_);
  }
}

Object::Span Object::span_of(std::string_view part) const {
  if (part.empty()) return {};
  return {static_cast<std::uint32_t>(part.data() - text_.data()), static_cast<std::uint32_t>(part.size())};
}

ObjectPtr Object::of(const json& tree) {
  thread_local std::string text;
  text.clear();
  append_json(tree, text);
  return ObjectPtr(new Object(std::string(text)));
}

ObjectPtr Object::read(std::string text) {
  if (!json::accept(text)) return nullptr;
  const auto first = text.find_first_not_of(" \t\r\n");
  if (text[first] != '{') return nullptr;
  return ObjectPtr(new Object(std::move(text)));
}

json Object::tree() const {
  return tree_of(text_);
}

ObjectPtr Object::with_status(std::string_view status, std::string_view version) const {
  const std::size_t version_end = version_.begin + version_.size;
  if (version_.size == 0 || status_.size == 0 || status_.begin < version_end) {
    auto whole = tree();
    whole["status"] = tree_of(status);
    whole["metadata"]["resourceVersion"] = version;
    return of(whole);
  }
  const std::string_view before(text_);
  std::string after;
  after.reserve(text_.size() + version.size() - version_.size + status.size() - status_.size);
  after.append(before.substr(0, version_.begin)).append(version);
  after.append(before.substr(version_end, status_.begin - version_end)).append(status);
  after.append(before.substr(status_.begin + status_.size));
  return ObjectPtr(new Object(std::move(after)));
}

ObjectPtr Object::with_version(std::string_view version) const {
  if (version_.size == 0) {
    auto whole = tree();
    whole["metadata"]["resourceVersion"] = version;
    return of(whole);
  }
  auto after = text_;
  after.replace(version_.begin, version_.size, version);
  return ObjectPtr(new Object(std::move(after)));
}

json tree_of(std::string_view text) {
  if (text.empty()) return nullptr;
  return json::parse(text, nullptr, false);
}

}  // namespace hearth::object
