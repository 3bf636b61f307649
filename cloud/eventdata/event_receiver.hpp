// SPDX-License-Identifier: Apache-2.0
// Takes event data from the nodes, and confirms it to Hearth hosts, whose spools wait for that.
// Thread: any.   Errors: what is no event data though it says so is answered 400.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "cloud/eventdata/event_ring.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::eventdata {

class EventReceiver {
 public:
  explicit EventReceiver(EventRing& ring, Clock clock = system_clock());

  /// Stock nodes know no answer to an upload, and are given none.
  void node_connected(const std::string& node, bool hearth_peer);

  struct Outcome {
    bool taken = false;  ///< it was event data; nobody else need look at it
    std::optional<wire::HubMessage> answer;
  };
  Outcome take(const std::string& node, const wire::HubMessage& message);

 private:
  bool answers(const std::string& node) const;

  EventRing& ring_;
  Clock clock_;
  mutable std::mutex mutex_;
  std::set<std::string> hearth_nodes_;
};

}  // namespace hearth::eventdata
