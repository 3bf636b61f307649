// SPDX-License-Identifier: Apache-2.0
#include "cloud/object/member_scan.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace hearth::object {

namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::size_t skip_blank(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(kBlank, at), text.size());
}

/// `at` is on the opening quote; the answer is after the closing one.
std::size_t skip_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    at = std::min(text.find('"', at), text.size());
    std::size_t escapes = 0;
    while (text[at - 1 - escapes] == '\\')
      ++escapes;
    if (escapes % 2 == 0) break;
  }
  return std::min(at + 1, text.size());
}

std::size_t skip_structure(std::string_view text, std::size_t at) {
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) break;
  }
  return at;
}

std::size_t skip_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return at;
  if (text[at] == '"') return skip_string(text, at);
  if (text[at] == '{' || text[at] == '[') return skip_structure(text, at);
  return std::min(text.find_first_of(",}] \t\r\n", at), text.size());
}

}  // namespace

MemberScan::MemberScan(std::string_view text) : text_(text) {
  at_ = skip_blank(text_, 0);
  at_ = at_ < text_.size() && text_[at_] == '{' ? at_ + 1 : text_.size();
}

std::optional<Member> MemberScan::next() {
  at_ = skip_blank(text_, at_);
  if (at_ < text_.size() && text_[at_] == ',') at_ = skip_blank(text_, at_ + 1);
  if (at_ >= text_.size() || text_[at_] != '"') return std::nullopt;
  const auto name_end = skip_string(text_, at_);
  const auto name = unquoted(text_.substr(at_, name_end - at_));
  at_ = skip_blank(text_, name_end);
  if (at_ >= text_.size() || text_[at_] != ':') return std::nullopt;
  const auto begin = skip_blank(text_, at_ + 1);
  at_ = skip_value(text_, begin);
  return Member{name, text_.substr(begin, at_ - begin)};
}

ItemScan::ItemScan(std::string_view text) : text_(text) {
  at_ = skip_blank(text_, 0);
  at_ = at_ < text_.size() && text_[at_] == '[' ? at_ + 1 : text_.size();
}

std::optional<std::string_view> ItemScan::next() {
  at_ = skip_blank(text_, at_);
  if (at_ < text_.size() && text_[at_] == ',') at_ = skip_blank(text_, at_ + 1);
  if (at_ >= text_.size() || text_[at_] == ']') return std::nullopt;
  const auto begin = at_;
  at_ = skip_value(text_, begin);
  // Of damaged text: nothing to go on from.
  if (at_ == begin) at_ = text_.size();
  return text_.substr(begin, at_ - begin);
}

std::string_view value_at(std::string_view text, std::initializer_list<std::string_view> path) {
  for (const auto name : path) {
    MemberScan members(text);
    auto member = members.next();
    while (member && member->name != name)
      member = members.next();
    text = member ? member->value : std::string_view();
  }
  return text;
}

std::string string_at(std::string_view text, std::initializer_list<std::string_view> path) {
  const auto value = value_at(text, path);
  if (value.find('\\') == value.npos) return std::string(unquoted(value));
  const auto parsed = nlohmann::json::parse(value, nullptr, false);
  return parsed.is_string() ? parsed.get<std::string>() : std::string();
}

std::string_view unquoted(std::string_view value) {
  if (value.size() < 2 || value.front() != '"') return {};
  return value.substr(1, value.size() - 2);
}

}  // namespace hearth::object
