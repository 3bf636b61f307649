// SPDX-License-Identifier: Apache-2.0
#include "cloud/object/json_printer.hpp"

#include <algorithm>

namespace hearth::object {

using nlohmann::json;

namespace {

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Whatever needs an escape or is not ASCII is left to the library.
void append_text(const std::string& text, std::string& out) {
  if (!std::all_of(text.begin(), text.end(), is_plain)) {
    out += dumped(text);
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void append_object(const json& value, std::string& out) {
  char before = '{';
  for (auto it = value.begin(); it != value.end(); ++it) {
    out += before;
    append_text(it.key(), out);
    out += ':';
    append_json(*it, out);
    before = ',';
  }
  out += '}';
}

void append_array(const json& value, std::string& out) {
  char before = '[';
  for (const auto& item : value) {
    out += before;
    append_json(item, out);
    before = ',';
  }
  out += ']';
}

}  // namespace

void append_json(const json& value, std::string& out) {
  if (value.is_string()) {
    append_text(value.get_ref<const std::string&>(), out);
  } else if (value.is_object() && !value.empty()) {
    append_object(value, out);
  } else if (value.is_array() && !value.empty()) {
    append_array(value, out);
  } else {
    out += dumped(value);
  }
}

}  // namespace hearth::object
