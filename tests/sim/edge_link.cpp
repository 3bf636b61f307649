// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/edge_link.hpp"

namespace hearth::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kKeepalive{15};
constexpr seconds kPing{5};
constexpr seconds kSilence{15};
constexpr milliseconds kMinReconnect{1'000};
constexpr milliseconds kMaxReconnect{60'000};
constexpr Duration kSlowestWrite{2'000};
constexpr double kNoRoom = 0.005;

}  // namespace

EdgeLink::EdgeLink(ProcessScheduler& process, Network& network, Journal& journal, std::string name,
                   bool hearth_peer, Handlers handlers)
    : process_(process),
      network_(network),
      journal_(journal),
      name_(std::move(name)),
      hearth_peer_(hearth_peer),
      handlers_(std::move(handlers)),
      policy_(kMinReconnect, kMaxReconnect) {}

EdgeLink::~EdgeLink() {
  if (connection_) connection_->close(Side::edge, true);
}

void EdgeLink::dial(Duration wait) {
  process_.after(wait, [this] {
    network_.dial(process_.life(),
                  [this](std::shared_ptr<Connection> connection) { dialled(std::move(connection)); });
  });
}

void EdgeLink::dialled(std::shared_ptr<Connection> connection) {
  if (!connection) return dial_again();
  connection_ = std::move(connection);
  outgoing_ = std::make_unique<wire::FrameQueue>();
  if (hearth_peer_) outgoing_->allow_batches();
  writing_ = false;
  ++link_;
  last_heard_ = process_.now();
  served_ = false;
  last_keepalive_ = Time{};
  connection_->attach(Side::edge, {.frame = [this](const std::string& frame) { take(frame); },
                                   .closed = [this] { ended(); },
                                   .pong = [this] { last_heard_ = process_.now(); }});
  journal_.note(name_, "link {} is up", link_);
  watch();
  handlers_.up(hearth_peer_);
}

void EdgeLink::take(const std::string& frame) {
  last_heard_ = process_.now();
  served_ = true;
  const auto messages = wire::parse_hub_frame(frame);
  if (!messages) return journal_.fail("{}: the cloud sent no frame: {}", name_, messages.error().text);
  for (const auto& message : *messages) {
    journal_.note(name_, "gets {} {}", message.route.operation, message.route.resource);
    handlers_.message(message);
  }
}

void EdgeLink::watch() {
  const auto now = process_.now();
  if (now - last_heard_ >= kSilence) return lose();
  if (last_keepalive_ == Time{} || now - last_keepalive_ >= kKeepalive) {
    last_keepalive_ = now;
    send(wire::make_keepalive(to_unix_ms(process_.timeline().wall())));
  }
  connection_->ping();
  process_.after(kPing, [this, link = link_] {
    if (connection_ && link == link_) watch();
  });
}

bool EdgeLink::send(const wire::HubMessage& message) {
  if (!connection_ || process_.random().chance(kNoRoom)) return false;
  journal_.note(name_, "sends {} {}", message.route.operation, message.route.resource);
  outgoing_->push(message);
  pump();
  return true;
}

void EdgeLink::pump() {
  if (writing_ || outgoing_->empty()) return;
  writing_ = true;
  connection_->send(Side::edge, std::string(outgoing_->begin_write()));
  process_.after(process_.random().time(Duration(10), kSlowestWrite), [this, link = link_] {
    if (!connection_ || link != link_) return;
    outgoing_->end_write();
    writing_ = false;
    pump();
  });
}

void EdgeLink::lose() {
  journal_.note(name_, "link {} is silent", link_);
  connection_->close(Side::edge, true);
  ended();
}

void EdgeLink::ended() {
  journal_.note(name_, "link {} has ended", link_);
  connection_.reset();
  handlers_.down();
  dial_again();
}

void EdgeLink::dial_again() {
  const bool served = std::exchange(served_, false);
  dial(policy_.wait({.now = process_.now(), .served = served}, process_.random().unit()));
}

}  // namespace hearth::sim
