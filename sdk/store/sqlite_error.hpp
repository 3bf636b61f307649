// SPDX-License-Identifier: Apache-2.0
// What SQLite and jobs throw, as Errors.
// Thread: any, pure functions.   Errors: none.
#pragma once

#include "sdk/base/error.hpp"

namespace hearth::store {

inline constexpr const char* kBusyCode = "StorageBusy";
inline constexpr const char* kFullCode = "DiskFull";
inline constexpr const char* kDamagedCode = "NotADatabase";
inline constexpr const char* kUnavailableCode = "StorageUnavailable";

/// Only inside a catch block: the exception under way as an Error.
Error current_error();

/// It is the storage that failed, not the job.
bool is_storage_problem(const Error& error);

}  // namespace hearth::store
