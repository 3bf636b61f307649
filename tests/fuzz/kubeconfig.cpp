// SPDX-License-Identifier: Apache-2.0
// A kubeconfig file; it reaches the reader as a file in memory.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "cloud/kube/kube_client.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // What a kubeconfig names is read: a mutation must not name a file that never answers.
  if (fuzz::as_text(data, size).find("/dev/") != std::string_view::npos) return 0;
  const int file = memfd_create("kubeconfig", MFD_CLOEXEC);
  if (file < 0) return 0;
  if (write(file, data, size) == static_cast<ssize_t>(size)) {
    const auto access = kube::load_kubeconfig("/proc/self/fd/" + std::to_string(file));
    if (access) fuzz::require(!access->server.host.empty(), "a server has a host");
  }
  close(file);
  return 0;
}
