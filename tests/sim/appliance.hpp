// SPDX-License-Identifier: Apache-2.0
// The things that are controlled: they keep their values whatever becomes of hosts and clouds, may be switched by
// hand, refuse, be slow or away.
// Thread: one.   Errors: none.
#pragma once

#include <map>
#include <set>
#include <string>

#include "tests/sim/timeline.hpp"

namespace hearth::sim {

struct Appliance {
  std::map<std::string, std::string> values;  ///< as the mapper prints them
  std::set<std::string> stubborn;             ///< properties that answer a write and stay as they are
  bool reachable = true;
  bool reads_back = true;  ///< its mapper reads after each write
  double fails = 0;        ///< chance of an error at a write; half of those did their work
  Duration fastest{500};
  Duration slowest{20'000};
};

/// By address; the address is in the Device's configuration.
using Appliances = std::map<std::string, Appliance>;

}  // namespace hearth::sim
