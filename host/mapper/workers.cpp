// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/workers.hpp"

#include <future>
#include <memory>

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

bool Workers::join_within(std::chrono::milliseconds limit) {
  auto joined = std::make_shared<std::promise<void>>();
  auto done = joined->get_future();
  std::thread joiner([this, joined] {
    join();
    joined->set_value();
  });
  if (done.wait_for(limit) == std::future_status::ready) {
    joiner.join();
    return true;
  }
  joiner.detach();
  return false;
}

}  // namespace hearth::runtime
