// SPDX-License-Identifier: Apache-2.0
// Join tokens from the CA in the cloud's data folder.
// Thread: reads files.   Errors: a folder without the CA, files that may not be read.
#pragma once

#include "cloud/ctl/options.hpp"
#include "cloud/ctl/run.hpp"

namespace hearth::ctl {

/// From DIR/pki/ca.crt and DIR/pki/ca.key.
Result<std::string> make_token(const TokenOptions& options, const TokenMaker& maker, WallTime now);

}  // namespace hearth::ctl
