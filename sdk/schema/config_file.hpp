// SPDX-License-Identifier: Apache-2.0
// Configuration files (host.yaml, cloud.yaml): read, checked against a schema, defaults filled in.
// Thread: pure but for reading the file.   Errors: all faults of a file at once, in one Error (invalid,
// "BadConfig"); a file that cannot be read is "NoConfig" (not_found or unavailable).
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "sdk/base/error.hpp"
#include "sdk/schema/structural.hpp"

namespace hearth::schema {

/// The file that --config names among the arguments, else HEARTH_CONFIG, else the usual one if it is there, else
/// none. It is read before the other flags are looked at: they and the environment go over it.
std::filesystem::path find_config(int argc, const char* const* argv, const std::filesystem::path& usual);

/// The checked configuration. An empty file is an empty object. Error text: the printed diagnostics.
Result<nlohmann::json> load_config(const std::filesystem::path& file, const Schema& schema);

/// The same for a text already read; `name` stands in the messages.
Result<nlohmann::json> parse_config(std::string_view text, const std::string& name, const Schema& schema);

}  // namespace hearth::schema
