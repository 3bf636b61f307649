// SPDX-License-Identifier: Apache-2.0
// Where mappers are looked for.
// Thread: start-up.   Errors: none; a folder need not exist yet.
#pragma once

#include <filesystem>
#include <vector>

#include "host/options.hpp"
#include "host/plugin/catalogue.hpp"

namespace hearth::host {

/// Those of the options; else the installed folder (or the build's, for a program in a build tree) and the user's
/// drop-in folder data_dir/mappers.
std::vector<std::filesystem::path> mapper_folders(const HostOptions& options);

/// What the folders hold, and why a file of them cannot be used.
void log_mappers(const plugin::Catalogue& catalogue);

}  // namespace hearth::host
