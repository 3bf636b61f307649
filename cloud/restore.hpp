// SPDX-License-Identifier: Apache-2.0
// `hearth-cloud restore FILE`: the objects of a backup take the place of those that are there, and without a running cloud
// its CA that of the CA. A running cloud does it itself: it is handed the checked file and asked over its own API.
// Thread: blocking.   Errors: a sentence for a user; then nothing was changed.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>

#include "cloud/api/store/restoring.hpp"
#include "cloud/options.hpp"
#include "sdk/base/error.hpp"

namespace hearth::cloud {

/// POST there makes a running cloud restore DATA_DIR/restore.backup; for those who may do everything.
inline constexpr const char* kRestorePath = "/restore";
std::filesystem::path handed_over(const std::filesystem::path& data_dir);

/// Says in `out` what was done, and where that is which was there before.
Result<void> restore(const CloudOptions& options, const std::filesystem::path& file, std::ostream& out);

/// One sentence on what a restore did.
std::string describe(const api::Restored& restored);

}  // namespace hearth::cloud
