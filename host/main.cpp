// SPDX-License-Identifier: Apache-2.0
// hearth-host. Exit status: 0 after a clean stop, 1 when it could not run, 2 for a wrong configuration.
#include <spdlog/spdlog.h>

#include <csignal>
#include <iostream>

#include "host/host.hpp"
#include "host/options.hpp"
#include "sdk/base/memory.hpp"
#include "sdk/base/repeat_limit.hpp"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  hearth::limit_heaps();
  spdlog::set_default_logger(hearth::make_logger("hearth-host"));
  const auto invocation = hearth::host::parse_command_line(argc, argv);
  if (!invocation) {
    std::cerr << "hearth-host: " << invocation.error().text << '\n';
    return 2;
  }
  spdlog::set_level(spdlog::level::from_str(invocation->options.log_level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%-5l%$ %v");
  switch (invocation->command) {
    case hearth::host::Command::done:
      return 0;
    case hearth::host::Command::test_config:
      std::cout << "hearth-host: the configuration is good\n";
      return 0;
    case hearth::host::Command::run:
      break;
  }
  const auto ran = hearth::host::run(invocation->options);
  if (ran) return 0;
  std::cerr << "hearth-host: " << ran.error().text << '\n';
  return 1;
}
