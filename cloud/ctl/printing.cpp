// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/printing.hpp"

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "cloud/kube/json_access.hpp"

namespace hearth::ctl {
namespace {

using kube::array_at;
using kube::object_at;
using kube::string_at;
using nlohmann::json;

constexpr std::size_t kColumnGap = 3;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Strings that begin with a letter or "/" and are none of the words that YAML 1.1 or 1.2 reads otherwise.
bool may_be_plain(const std::string& text) {
  static constexpr std::array kWords{"true", "false", "yes",  "no",  "on", "off",
                                     "y",    "n",     "null", "nan", "inf"};
  if (text.empty()) return false;
  const auto first = static_cast<unsigned char>(text.front());
  if (std::isalpha(first) == 0 && first != '/') return false;
  return std::find(kWords.begin(), kWords.end(), lower(text)) == kWords.end();
}

void emit_string(YAML::Emitter& out, const std::string& text) {
  const auto lines = text.find('\n') != std::string::npos;
  const bool literal = lines && text.ends_with('\n') && !text.ends_with("\n\n") && text.front() != ' ' &&
                       text.front() != '\n' && text.find_first_of("\t\r") == std::string::npos;
  if (literal) {
    out << YAML::Literal << text.substr(0, text.size() - 1);
  } else if (!lines && may_be_plain(text)) {
    out << text;
  } else {
    out << YAML::DoubleQuoted << text;
  }
}

void emit(YAML::Emitter& out, const json& value);

void emit_object(YAML::Emitter& out, const json& object) {
  if (object.empty()) out << YAML::Flow;
  out << YAML::BeginMap;
  for (const auto& [key, value] : object.items()) {
    out << YAML::Key;
    emit_string(out, key);
    out << YAML::Value;
    emit(out, value);
  }
  out << YAML::EndMap;
}

void emit_array(YAML::Emitter& out, const json& array) {
  if (array.empty()) out << YAML::Flow;
  out << YAML::BeginSeq;
  for (const auto& value : array)
    emit(out, value);
  out << YAML::EndSeq;
}

void emit(YAML::Emitter& out, const json& value) {
  if (value.is_object()) return emit_object(out, value);
  if (value.is_array()) return emit_array(out, value);
  if (value.is_string()) return emit_string(out, value.get_ref<const std::string&>());
  if (value.is_null()) {
    out << YAML::Null;
    return;
  }
  // Numbers and booleans are spelled alike in both.
  out << value.dump();
}

/// Counted in code points: enough for names and sentences.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string cell_text(const json& cell) {
  if (cell.is_null()) return "<none>";
  auto text =
      cell.is_string() ? cell.get<std::string>() : cell.dump(-1, ' ', false, json::error_handler_t::replace);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
  return text;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

}  // namespace

std::string to_yaml(const json& document) {
  YAML::Emitter out;
  emit(out, document);
  return std::string(out.c_str()) + "\n";
}

std::string to_pretty_json(const json& document) {
  return document.dump(4, ' ', false, json::error_handler_t::replace) + "\n";
}

json without_managed_fields(json object) {
  if (!object_at(object, "metadata").empty()) object["metadata"].erase("managedFields");
  return object;
}

std::string TablePrinter::print(const json& table) {
  if (header_.empty()) take_columns(table);
  std::vector<Row> rows;
  for (const auto& row : array_at(table, "rows")) {
    rows.push_back(cells(row));
    widen(rows.back());
  }
  std::string out;
  if (header_due_ && !rows.empty()) {
    out += line(header_);
    header_due_ = false;
  }
  for (const auto& row : rows)
    out += line(row);
  return out;
}

void TablePrinter::take_columns(const json& table) {
  const auto& columns = array_at(table, "columnDefinitions");
  if (columns.empty()) return;
  if (style_.with_namespace) header_.push_back("NAMESPACE");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto priority = columns[i].is_object() ? columns[i].find("priority") : columns[i].end();
    const bool extra = columns[i].is_object() && priority != columns[i].end() &&
                       priority->is_number_integer() && priority->get<int>() > 0;
    if (extra && !style_.wide) continue;
    shown_.push_back(i);
    header_.push_back(upper(string_at(columns[i], "name")));
  }
  widths_.assign(header_.size(), 0);
  widen(header_);
  header_due_ = true;
}

TablePrinter::Row TablePrinter::cells(const json& row) const {
  Row out;
  if (style_.with_namespace) out.push_back(kube::namespace_of(object_at(row, "object")));
  const auto& values = array_at(row, "cells");
  for (const auto i : shown_)
    out.push_back(i < values.size() ? cell_text(values[i]) : "");
  return out;
}

std::string TablePrinter::line(const Row& row) const {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    out += row[i];
    if (i + 1 < row.size()) out.append(widths_[i] - width_of(row[i]) + kColumnGap, ' ');
  }
  return out + "\n";
}

void TablePrinter::widen(const Row& row) {
  for (std::size_t i = 0; i < row.size() && i < widths_.size(); ++i) {
    widths_[i] = std::max(widths_[i], width_of(row[i]));
  }
}

}  // namespace hearth::ctl
