// SPDX-License-Identifier: Apache-2.0
// The protobuf messages that stock clients send of built-in kinds: which field is which member of the object.
// Thread: constants.   Errors: none.
#pragma once

#include <cstdint>
#include <string_view>

namespace hearth::api {

enum class Form {
  text,
  texts,
  number,
  count,  ///< a number that clients always send: 0 is nothing
  flag,
  raised_flag,  ///< one that clients always send: false is nothing
  time,
  micro_time,
  message,
  messages,
  text_map,
  bytes_map,  ///< bytes are base64 in JSON
  quantity_map,
};

struct MessageField {
  std::string_view message;
  std::uint32_t number;
  std::string_view name;
  Form form;
  std::string_view of = {};  ///< the message within
};

/// Null: nothing is known of that field.
const MessageField* find_field(std::string_view message, std::uint32_t number);
/// The message of a kind; empty when it is none that is known.
std::string_view message_of(std::string_view api_version, std::string_view kind);

}  // namespace hearth::api
