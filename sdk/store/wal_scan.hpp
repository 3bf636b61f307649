// SPDX-License-Identifier: Apache-2.0
// SQLite replays its write-ahead log up to the first frame whose checksum is wrong, and says nothing of what comes
// after: a flipped bit would silently take back commits that were confirmed. This counts them, before SQLite looks.
// Format: https://www.sqlite.org/fileformat2.html#walformat
// Thread: any; reads the file once.   Errors: a file that is no log has lost nothing that can be told.
#pragma once

#include <cstdint>
#include <filesystem>

namespace hearth::store {

/// Commits behind the first damaged frame. The last transaction of a log may be torn, as it was not confirmed: a
/// damaged frame in it loses nothing.
std::uint64_t lost_commits(const std::filesystem::path& wal, const std::filesystem::path& database);

}  // namespace hearth::store
