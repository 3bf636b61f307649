// SPDX-License-Identifier: Apache-2.0
// Tells two hosts of one node name from one host that comes back: a newer session replaces the older, but clients that
// keep taking a node from each other are stopped, and the one that had it first keeps it.
// Thread: plain value, no I/O and no clock of its own.   Errors: none.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <string>

namespace hearth::cloudhub {

/// What a client is known by, as far as it shows it.
struct Client {
  std::string key;       ///< digest of its certificate's public key
  std::string address;   ///< without the port
  std::string instance;  ///< Hearth-Instance; empty from stock peers
  /// One start of a Hearth host stays the same over a new certificate and another network.
  bool operator==(const Client& other) const {
    if (!instance.empty() && !other.instance.empty()) return instance == other.instance;
    return key == other.key && address == other.address;
  }
};

struct TakeoverRules {
  /// By other clients within `window`; even, so that of two hosts the one that was there first is left with the node.
  int max_takeovers = 2;
  std::chrono::seconds window{60};
  std::chrono::seconds hold{120};  ///< refused until it did not try for so long
};

class TakeoverGuard {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Verdict {
    bool admitted = true;
    bool news = false;  ///< refused, and not reported within the last window
  };

  explicit TakeoverGuard(TakeoverRules rules = {}) : rules_(rules) {}

  /// `newcomer` wants the node that `holder` has a session for.
  Verdict knock(const std::string& node, const Client& newcomer, const Client& holder, Time now);
  /// Nobody holds the node any more.
  void released(const std::string& node) { nodes_.erase(node); }

 private:
  struct Record {
    std::deque<Time> takeovers;
    Time refused_until;
    Time reported_until;
  };
  void forget_old(Time now);

  TakeoverRules rules_;
  std::map<std::string, Record> nodes_;  ///< those of which somebody else took one lately
};

}  // namespace hearth::cloudhub
