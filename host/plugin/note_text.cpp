// SPDX-License-Identifier: Apache-2.0
// The JSON text inside the note.
#include <fmt/core.h>

#include <algorithm>

#include "host/plugin/elf_note.hpp"
#include "sdk/base/bounded_json.hpp"
#include "sdk/schema/structural.hpp"

namespace hearth::plugin {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxNoteSize = 256 * 1024;
constexpr std::size_t kMaxNames = 256;

Error bad(std::string text) {
  return invalid("BadNote", "the mapper's note is wrong: " + std::move(text) + "; build it again");
}

Result<json> parse_bounded(std::string_view text) {
  if (text.size() > kMaxNoteSize) return bad(fmt::format("it is longer than {} bytes", kMaxNoteSize));
  auto note = parse_json(text, kMaxNoteSize);
  if (!note) return bad(note.error().text);
  if (!note->is_object()) return bad("it is no JSON object");
  return note;
}

const json* member(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

bool is_label(const std::string& text) {
  constexpr std::size_t kMaxLabel = 64;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '+';
  };
  return !text.empty() && text.size() <= kMaxLabel && std::all_of(text.begin(), text.end(), fits);
}

Result<std::string> label(const json& note, const char* key) {
  const auto* value = member(note, key);
  if (!value || !value->is_string() || !is_label(value->get_ref<const std::string&>())) {
    return bad(fmt::format("\"{}\" must be 1 to 64 letters, digits, dots or dashes", key));
  }
  return value->get<std::string>();
}

Result<std::uint16_t> number16(const json* abi, const char* key) {
  const auto* value = abi ? member(*abi, key) : nullptr;
  if (!value || !value->is_number_unsigned() || value->get<std::uint64_t>() > UINT16_MAX) {
    return bad(fmt::format("\"abi.{}\" must be a whole number below 65536", key));
  }
  return value->get<std::uint16_t>();
}

Result<std::vector<std::string>> names(const json& note, const char* key) {
  std::vector<std::string> out;
  const auto* list = member(note, key);
  if (!list) return out;
  const auto error = bad(fmt::format("\"{}\" must be a list of at most {} names", key, kMaxNames));
  if (!list->is_array() || list->size() > kMaxNames) return error;
  for (const auto& item : *list) {
    if (!item.is_string()) return error;
    out.push_back(item.get<std::string>());
    const auto star = out.back().find('*');
    if (out.back().empty() || (star != std::string::npos && star + 1 != out.back().size())) {
      return bad(fmt::format("\"{}\" must hold names, with a * only at the end", key));
    }
  }
  return out;
}

Result<json> schema_of(const json& note, const char* key) {
  const auto* schemas = member(note, "schema");
  const auto* found = schemas ? member(*schemas, key) : nullptr;
  if (!found) return json{{"type", "object"}};
  const auto parsed = schema::Schema::parse(*found, schema::Root::plain);
  if (!parsed) return bad(fmt::format("its schema.{}: {}", key, parsed.error().text));
  return *found;
}

Result<AbiVersion> abi_of(const json& note) {
  const auto* abi = member(note, "abi");
  const auto major = number16(abi, "major");
  if (!major) return major.error();
  const auto minor = number16(abi, "minor");
  if (!minor) return minor.error();
  return AbiVersion{*major, *minor};
}

/// Stores the value, or returns the error.
template <class T>
std::optional<Error> take(Result<T> result, T& into) {
  if (!result) return std::move(result).error();
  into = std::move(*result);
  return std::nullopt;
}

}  // namespace

Result<MapperNote> parse_note_text(std::string_view text) {
  const auto note = parse_bounded(text);
  if (!note) return note.error();
  MapperNote out;
  if (auto error = take(label(*note, "name"), out.name)) return *error;
  if (auto error = take(label(*note, "version"), out.version)) return *error;
  if (auto error = take(abi_of(*note), out.abi)) return *error;
  if (auto error = take(names(*note, "models"), out.models)) return *error;
  if (auto error = take(names(*note, "protocols"), out.protocols)) return *error;
  if (auto error = take(schema_of(*note, "protocol"), out.protocol_schema)) return *error;
  if (auto error = take(schema_of(*note, "visitor"), out.visitor_schema)) return *error;
  const auto* threads = member(*note, "threads");
  out.threads = threads && threads->is_boolean() && threads->get<bool>();
  return out;
}

}  // namespace hearth::plugin
