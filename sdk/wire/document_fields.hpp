// SPDX-License-Identifier: Apache-2.0
// Reads the fields that twin, state and membership documents share.
// Thread: any, pure.   Errors: an Error of code "400" that names the field and what it must be.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "sdk/wire/twin_document.hpp"

namespace hearth::wire {

inline constexpr const char* kDeviceUid = "device_uid";
inline constexpr std::size_t kMaxUidSize = 256;

Error bad_request(std::string text);

/// The member, or nullptr when it is absent or null: Go peers do not tell the two apart.
const nlohmann::json* member(const nlohmann::json& object, const char* name);
/// Absent reads as empty; text that is not UTF-8 or longer than `max_size` is an error.
Result<std::string> text_member(const nlohmann::json& object, const char* name, std::size_t max_size);
/// Absent reads as 0.
Result<std::int64_t> time_member(const nlohmann::json& object, const char* name);

/// A text of at most kMaxPayloadSize as JSON.
Result<nlohmann::json> parse_payload(std::string_view payload);
/// event_id and timestamp of a document that must be an object.
Result<Request> parse_head(const nlohmann::json& document);
nlohmann::json document_head(std::string_view event_id, std::int64_t now_ms);

}  // namespace hearth::wire
