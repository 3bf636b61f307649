// SPDX-License-Identifier: Apache-2.0
// Log lines of links that do not come about, at most one a minute for an address: a node with a wrong certificate tries
// for ever, and one line a try tells nobody anything.
// Thread: plain value, no clock of its own.   Errors: none.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace hearth::cloudhub {

class HandshakeLog {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `claimed` is the node it says it is, if it came that far. The line to log, or nothing.
  std::optional<std::string> failed(const std::string& address, const std::string& claimed,
                                    const std::string& reason, Time now);
  /// A link from there stood: its node names later failures.
  void opened(const std::string& address, const std::string& node, Time now);

 private:
  struct Peer {
    std::string node;
    Time seen;
    std::optional<Time> logged;
    std::size_t unsaid = 0;
  };
  Peer& peer(const std::string& address, Time now);

  std::map<std::string, Peer> peers_;  ///< bounded; the one not heard of for longest goes
};

}  // namespace hearth::cloudhub
