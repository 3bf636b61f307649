// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/cloud_session.hpp"

namespace hearth::sim {
namespace {

constexpr std::chrono::seconds kIdleLimit{30};
constexpr Duration kSlowestWrite{2'000};
constexpr std::size_t kHearthWindow = 64;

}  // namespace

CloudSession::CloudSession(ProcessScheduler& process, std::shared_ptr<Connection> connection,
                           bool hearth_peer, Handlers handlers)
    : process_(process),
      connection_(std::move(connection)),
      hearth_peer_(hearth_peer),
      handlers_(std::move(handlers)),
      acks_(cloudhub::AckRules{}),
      ack_alarm_(process.make_alarm()),
      idle_alarm_(process.make_alarm()) {
  if (!hearth_peer_) return;
  outgoing_.allow_batches();
  acks_.set_window(kHearthWindow);
}

CloudSession::~CloudSession() {
  connection_->close(Side::cloud, true);
}

void CloudSession::open() {
  const auto weak = weak_from_this();
  const auto alive = [weak, life = std::weak_ptr(process_.life())] {
    return life.expired() ? nullptr : weak.lock();
  };
  connection_->attach(Side::cloud, {.frame =
                                        [alive](const std::string& frame) {
                                          if (const auto self = alive()) self->take(frame);
                                        },
                                    .closed =
                                        [alive] {
                                          if (const auto self = alive()) self->end();
                                        },
                                    .pong = nullptr});
  watch_idle();
}

void CloudSession::take(const std::string& frame) {
  auto messages = wire::parse_hub_frame(frame);
  if (!messages) return end();
  std::vector<wire::HubMessage> rest;
  for (auto& message : *messages) {
    if (message.route.operation == wire::operation::kKeepalive) {
      watch_idle();
    } else if (message.route.operation == wire::operation::kResponse) {
      perform(acks_.ack(message.header.parent_msg_id, process_.now()));
    } else {
      rest.push_back(std::move(message));
    }
  }
  if (!rest.empty()) handlers_.messages(std::move(rest));
}

void CloudSession::send(const wire::HubMessage& message) {
  if (ended_) return;
  outgoing_.push(message);
  pump();
}

void CloudSession::send_acked(const wire::HubMessage& message, std::function<void(bool)> done) {
  if (ended_) return done(false);
  auto frame = std::make_shared<const std::string>(wire::print(message));
  perform(acks_.push(message.header.msg_id, message.route.resource, std::move(frame), std::move(done),
                     process_.now()));
}

void CloudSession::perform(cloudhub::AckQueue::Actions actions) {
  for (auto& finished : actions.finished)
    finished.done(finished.acked);
  for (const auto& frame : actions.send) {
    if (!ended_) outgoing_.push(std::string_view(*frame));
  }
  pump();
  watch_acks();
}

void CloudSession::watch_acks() {
  const auto deadline = acks_.deadline();
  if (!deadline || ended_) return ack_alarm_->cancel();
  ack_alarm_->set(*deadline, [this] { perform(acks_.tick(process_.now())); });
}

void CloudSession::watch_idle() {
  idle_alarm_->set(process_.now() + kIdleLimit, [this] { end(); });
}

void CloudSession::pump() {
  if (writing_ || ended_ || outgoing_.empty()) return;
  writing_ = true;
  connection_->send(Side::cloud, std::string(outgoing_.begin_write()));
  process_.after(process_.random().time(Duration(10), kSlowestWrite), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->ended_) return;
    self->outgoing_.end_write();
    self->writing_ = false;
    self->pump();
  });
}

void CloudSession::close() {
  if (!ended_) end();
}

void CloudSession::end() {
  const auto self = shared_from_this();
  if (std::exchange(ended_, true)) return;
  ack_alarm_->cancel();
  idle_alarm_->cancel();
  connection_->close(Side::cloud, false);
  perform(acks_.clear());
  handlers_.ended(*this);
}

}  // namespace hearth::sim
