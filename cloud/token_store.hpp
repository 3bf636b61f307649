// SPDX-License-Identifier: Apache-2.0
// The join token that is current: one for all nodes, kept in data_dir/token, made anew when half of its life is over.
// Thread: start-up; several processes may ask at once.   Errors: a file that cannot be written gives an Error; no token
// is shown then.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "sdk/base/error.hpp"
#include "sdk/base/time.hpp"
#include "sdk/net/x509.hpp"

namespace hearth::cloud {

/// On disk before it returns. At least half of `lifetime` is left of it.
Result<std::string> current_token(const std::filesystem::path& data_dir, const net::Identity& ca,
                                  std::chrono::seconds lifetime, WallTime now);

}  // namespace hearth::cloud
