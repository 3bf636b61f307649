// SPDX-License-Identifier: Apache-2.0
// The composition root of hearth-cloud: builds every part, wires them, runs until a signal.
// Thread: run() blocks; one thread per core runs the io_context.
// Errors: what keeps the cloud from starting; nothing that happens later ends it.
#pragma once

#include "cloud/options.hpp"
#include "sdk/base/error.hpp"

namespace hearth::cloud {

/// Until SIGINT or SIGTERM.
Result<void> run(const CloudOptions& options);

/// Prints a join token as the last line of standard output.
Result<void> print_token(const CloudOptions& options);

}  // namespace hearth::cloud
