// SPDX-License-Identifier: Apache-2.0
// `hearth-cloud kubeconfig --user NAME`: what a colleague needs to reach this cloud's API as a user of its own.
// Thread: a program by itself; a running cloud need not be stopped.   Errors: a name or URL that cannot be, files that
// cannot be read.
#pragma once

#include <chrono>
#include <iosfwd>
#include <string>
#include <vector>

#include "cloud/options.hpp"
#include "sdk/base/error.hpp"

namespace hearth::cloud {

/// Prints a kubeconfig with a certificate signed for that user; what it may do, roles say.
Result<void> print_kubeconfig(const CloudOptions& options, const UserOptions& user, std::ostream& out);

}  // namespace hearth::cloud
