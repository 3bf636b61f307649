// SPDX-License-Identifier: Apache-2.0
// The composition root of hearth-host: builds every part, wires them, runs until a signal.
// Thread: run() blocks the calling thread, which becomes the io_context thread.
// Errors: what keeps the host from starting; nothing that happens later ends it.
#pragma once

#include "host/options.hpp"
#include "sdk/base/error.hpp"

namespace hearth::host {

/// Until SIGINT or SIGTERM.
Result<void> run(const HostOptions& options);

}  // namespace hearth::host
