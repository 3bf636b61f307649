// SPDX-License-Identifier: Apache-2.0
// One run: a world drawn from a seed, a few minutes of use and trouble, then rest; and what it was judged to be.
// Thread: one.   Errors: what did not hold is listed in the outcome.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::sim {

struct Outcome {
  std::vector<std::string> failures;
  std::uint64_t digest = 0;  ///< of all that happened, in its order
  std::uint64_t steps = 0;
  double virtual_seconds = 0;
  bool ok() const { return failures.empty(); }
};

/// `print`: every line of the journal to standard output.
Outcome simulate(std::uint64_t seed, bool print = false);

}  // namespace hearth::sim
