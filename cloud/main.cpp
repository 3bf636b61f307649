// SPDX-License-Identifier: Apache-2.0
// hearth-cloud. Exit status: 0 after a clean stop, 1 when it could not run, 2 for a wrong configuration.
#include <spdlog/spdlog.h>

#include <csignal>
#include <iostream>

#include "cloud/backup.hpp"
#include "cloud/cloud.hpp"
#include "cloud/options.hpp"
#include "cloud/restore.hpp"
#include "cloud/user_kubeconfig.hpp"
#include "sdk/base/repeat_limit.hpp"

namespace {

hearth::Result<void> carry_out(const hearth::cloud::Invocation& invocation) {
  switch (invocation.command) {
    case hearth::cloud::Command::done:
      return {};
    case hearth::cloud::Command::test_config:
      std::cout << "hearth-cloud: the configuration is good\n";
      return {};
    case hearth::cloud::Command::token:
      return hearth::cloud::print_token(invocation.options);
    case hearth::cloud::Command::backup:
      return hearth::cloud::back_up(invocation.options, invocation.file, std::cout);
    case hearth::cloud::Command::restore:
      return hearth::cloud::restore(invocation.options, invocation.file, std::cout);
    case hearth::cloud::Command::kubeconfig:
      return hearth::cloud::print_kubeconfig(invocation.options, invocation.user, std::cout);
    case hearth::cloud::Command::run:
      break;
  }
  return hearth::cloud::run(invocation.options);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  spdlog::set_default_logger(hearth::make_logger("hearth-cloud"));
  const auto invocation = hearth::cloud::parse_command_line(argc, argv);
  if (!invocation) {
    std::cerr << "hearth-cloud: " << invocation.error().text << '\n';
    return 2;
  }
  spdlog::set_level(spdlog::level::from_str(invocation->options.log_level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%-5l%$ %v");
  const auto done = carry_out(*invocation);
  if (done) return 0;
  std::cerr << "hearth-cloud: " << done.error().text << '\n';
  return 1;
}
