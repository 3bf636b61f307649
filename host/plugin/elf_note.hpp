// SPDX-License-Identifier: Apache-2.0
// What a mapper file says about itself in its ELF note, read without loading it.
// Thread: none, pure functions.   Errors: any bytes at all give a note or an Error, never more. Codes:
// Unreadable, NotElf, Truncated, WrongMachine, NoNote, BadNote.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::plugin {

struct AbiVersion {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
  auto operator<=>(const AbiVersion&) const = default;
};

/// "1.0".
std::string to_string(AbiVersion abi);

struct MapperNote {
  std::string name;
  std::string version;
  AbiVersion abi;
  std::vector<std::string> models;     ///< DeviceModel names served: exact, or "prefix-*"
  std::vector<std::string> protocols;  ///< spec.protocol names served
  bool threads = false;                ///< the mapper starts threads of its own
  nlohmann::json protocol_schema = nlohmann::json::object();  ///< of protocol.configData
  nlohmann::json visitor_schema = nlohmann::json::object();   ///< of visitors.configData
};

/// Files above this are refused unread.
inline constexpr std::uintmax_t kMaxMapperSize = 256U * 1024 * 1024;

/// Finds the note in an ELF shared object of this machine's class, byte order and processor.
Result<MapperNote> parse_elf_note(std::span<const std::uint8_t> file);

/// The JSON text of the note.
Result<MapperNote> parse_note_text(std::string_view text);

}  // namespace hearth::plugin
