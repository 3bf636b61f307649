// SPDX-License-Identifier: Apache-2.0
// hearthctl as a function: what main() does, with everything of the process handed in.
// Thread: blocks its caller; runs an io_context of its own.   Errors: printed; the exit status tells.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>

#include "cloud/ctl/options.hpp"
#include "sdk/base/error.hpp"
#include "sdk/base/time.hpp"
#include "sdk/net/x509.hpp"

namespace hearth::ctl {

/// Makes a join token signed by this CA. Handed in, so that this library need not know the hub.
using TokenMaker = std::function<Result<std::string>(const net::Identity& ca, WallTime expires)>;

struct Environment {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  std::string kubeconfig;      ///< $KUBECONFIG
  std::filesystem::path home;  ///< $HOME
  TokenMaker token_maker;
};

/// The exit status: 0, 1 for a failure, 2 for a wrong command line, 130 after Ctrl-C.
int run(int argc, const char* const* argv, Environment environment);

}  // namespace hearth::ctl
