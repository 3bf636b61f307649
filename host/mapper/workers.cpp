// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/workers.hpp"

namespace hearth::runtime {

Workers::~Workers() {
  pool_.stop();
  join();
}

void Workers::grow() {
  const auto threads = kFirst + more_.size();
  if (++buses_ <= threads || threads >= limit_) return;
  more_.emplace_back([this] { pool_.attach(); });
}

void Workers::join() {
  pool_.join();
  for (auto& thread : more_)
    thread.join();
  more_.clear();
}

}  // namespace hearth::runtime
