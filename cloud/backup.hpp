// SPDX-License-Identifier: Apache-2.0
// `hearth-cloud backup FILE`: everything a cloud needs to come back after its disk is gone, in one file: the API's objects
// and the CA, so that nodes and users trust the restored cloud as they did the old one.
// Thread: blocking.   Errors: a sentence for a user; a file that is there and no backup is never written over.
#pragma once

#include <filesystem>
#include <ostream>

#include "cloud/api/store/backup_file.hpp"
#include "cloud/api/store/object_store.hpp"
#include "cloud/options.hpp"
#include "sdk/base/error.hpp"

namespace hearth::cloud {

/// The API's database below the data folder.
std::filesystem::path database_of(const std::filesystem::path& data_dir);

/// Beside a running cloud or without one; says in `out` what the file holds.
Result<void> back_up(const CloudOptions& options, const std::filesystem::path& file, std::ostream& out);

/// A backup of that state and of the CA in the folder, if there is one; the time is now's.
Result<api::Backup> backup_of(const std::filesystem::path& data_dir, api::StoredState state);

/// Where the state that a restore replaces is put: DATA_DIR/replaced-TIME.backup.
std::filesystem::path place_for_replaced(const std::filesystem::path& data_dir);
/// Puts it there; where there is neither an object nor a CA yet, nothing is kept.
api::Keep keep_at(const std::filesystem::path& data_dir, const std::filesystem::path& place);

}  // namespace hearth::cloud
