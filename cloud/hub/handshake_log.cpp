// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/handshake_log.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hearth::cloudhub {
namespace {

constexpr std::size_t kMaxPeers = 1024;
constexpr std::chrono::minutes kBetweenLines{1};

}  // namespace

HandshakeLog::Peer& HandshakeLog::peer(const std::string& address, Time now) {
  if (!peers_.contains(address) && peers_.size() >= kMaxPeers) {
    peers_.erase(std::min_element(peers_.begin(), peers_.end(), [](const auto& left, const auto& right) {
      return left.second.seen < right.second.seen;
    }));
  }
  auto& found = peers_[address];
  found.seen = now;
  return found;
}

void HandshakeLog::opened(const std::string& address, const std::string& node, Time now) {
  peer(address, now).node = node;
}

std::optional<std::string> HandshakeLog::failed(const std::string& address, const std::string& claimed,
                                                const std::string& reason, Time now) {
  auto& from = peer(address, now);
  if (from.logged && now - *from.logged < kBetweenLines) {
    ++from.unsaid;
    return std::nullopt;
  }
  from.logged = now;
  std::string line = fmt::format("no link from {}", address);
  if (!claimed.empty()) {
    line += fmt::format(", which says it is node {}", claimed);
  } else if (!from.node.empty()) {
    line += fmt::format(", last known as node {}", from.node);
  }
  line += ": " + reason;
  if (from.unsaid > 0) line += fmt::format(" ({} more tries since the last such line)", from.unsaid);
  from.unsaid = 0;
  return line;
}

}  // namespace hearth::cloudhub
