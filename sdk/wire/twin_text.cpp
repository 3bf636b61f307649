// SPDX-License-Identifier: Apache-2.0
// The texts of twin_document.hpp that each local update costs, with the keys in KubeEdge's order.
#include "sdk/wire/document_fields.hpp"
#include "sdk/wire/json_text.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::wire {
namespace {

// Of an entry with both sides, beside its key and values.
constexpr std::size_t kEntrySize = 160;

std::size_t size_of(const std::string& key, const TwinEntry& entry) {
  return kEntrySize + key.size() + (entry.expected ? entry.expected->value.size() : 0) +
         (entry.actual ? entry.actual->value.size() : 0);
}

void append_head(std::string& text, std::string_view event_id, std::int64_t now_ms) {
  text += R"({"event_id":)";
  append_json_string(text, event_id);
  text += R"(,"timestamp":)";
  append_json_number(text, now_ms);
}

void append_value(std::string& text, std::string_view name, const TwinValue& value) {
  (text += name) += R"({"value":)";
  append_json_string(text, value.value);
  if (value.timestamp != 0) {
    text += R"(,"metadata":{"timestamp":)";
    append_json_number(text, value.timestamp);
    text += '}';
  }
  text += "},";
}

void append_entry(std::string& text, const TwinEntry& entry) {
  if (entry.remove) {
    text += "null";
    return;
  }
  text += '{';
  if (entry.expected) append_value(text, R"("expected":)", *entry.expected);
  if (entry.actual) append_value(text, R"("actual":)", *entry.actual);
  if (entry.optional) text += *entry.optional ? R"("optional":true,)" : R"("optional":false,)";
  if (!entry.type.empty()) {
    text += R"("metadata":{"type":)";
    append_json_string(text, entry.type);
    text += "},";
  }
  if (text.back() == ',') text.pop_back();
  text += '}';
}

void append_entry_or_null(std::string& text, const std::optional<TwinEntry>& entry) {
  if (entry) {
    append_entry(text, *entry);
  } else {
    text += "null";
  }
}

/// `append` writes what stands behind a key.
template <class Map, class Append>
void append_twin(std::string& text, const Map& twin, const Append& append) {
  text += R"(,"twin":{)";
  bool first = true;
  for (const auto& [key, entry] : twin) {
    if (!std::exchange(first, false)) text += ',';
    append_json_string(text, key);
    text += ':';
    append(entry);
  }
  text += '}';
}

}  // namespace

std::string twin_update_text(const TwinUpdate& update) {
  auto text = twin_result_text(update.event_id, update.timestamp, update.twin);
  if (update.device_uid.empty()) return text;
  text.back() = ',';
  append_json_string(text, kDeviceUid);
  text += ':';
  append_json_string(text, update.device_uid);
  return text += '}';
}

std::string twin_result_text(std::string_view event_id, std::int64_t now_ms, const TwinMap& twin) {
  std::size_t size = kEntrySize;
  for (const auto& [key, entry] : twin)
    size += size_of(key, entry);
  std::string text;
  text.reserve(size);
  append_head(text, event_id, now_ms);
  append_twin(text, twin, [&text](const TwinEntry& entry) { append_entry(text, entry); });
  return text += '}';
}

std::string twin_document_text(std::string_view event_id, std::int64_t now_ms,
                               const std::map<std::string, DocumentEntry>& twin) {
  std::size_t size = kEntrySize;
  for (const auto& [key, entry] : twin)
    size += (entry.last ? size_of(key, *entry.last) : 0) + (entry.current ? size_of(key, *entry.current) : 0);
  std::string text;
  text.reserve(size);
  append_head(text, event_id, now_ms);
  append_twin(text, twin, [&text](const DocumentEntry& entry) {
    text += R"({"last":)";
    append_entry_or_null(text, entry.last);
    text += R"(,"current":)";
    append_entry_or_null(text, entry.current);
    text += '}';
  });
  return text += '}';
}

}  // namespace hearth::wire
