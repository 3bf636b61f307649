// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <iostream>

#include "cloud/ctl/run.hpp"
#include "cloud/hub/cert_server.hpp"

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return hearth::ctl::run(argc, argv,
                            {std::cin, std::cout, std::cerr, environment("KUBECONFIG"), environment("HOME"),
                             hearth::cloudhub::make_join_token});
  } catch (const std::exception& e) {
    std::cerr << "error: " << e.what() << "\n";
    return hearth::ctl::kExitFailed;
  }
}
