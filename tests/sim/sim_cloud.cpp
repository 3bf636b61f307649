// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_cloud.hpp"

namespace hearth::sim {
namespace {

using kube::InformerState;

constexpr std::chrono::milliseconds kMinBackoff{200};
constexpr std::chrono::milliseconds kMaxBackoff{30'000};
constexpr Duration kSlowestWrite{20'000};
constexpr const char* kWho = "cloud";

}  // namespace

SimCloud::SimCloud(Timeline& timeline, SimApi& api, Journal& journal, Answered answered)
    : api_(api),
      journal_(journal),
      answered_(std::move(answered)),
      process_(timeline),
      core_(
          [&timeline] { return timeline.wall(); },
          {.new_id = [this, life = timeline.steps()] { return fmt::format("cloud-{}-{}", life, ++last_id_); },
           .steady = [&timeline] { return timeline.now(); }}),
      alarm_(process_.make_alarm()),
      devices_{ApiKind::device, {kMinBackoff, kMaxBackoff, [this] { return process_.random().unit(); }}},
      models_{ApiKind::model, {kMinBackoff, kMaxBackoff, [this] { return process_.random().unit(); }}} {
  process_.post([this] {
    run(models_);
    run(devices_);
  });
}

SimCloud::~SimCloud() {
  // A process that is killed tells nobody; its sockets are reset.
  for (auto& [node, session] : sessions_)
    session.reset();
}

void SimCloud::run(Informer& informer) {
  const auto step = informer.state.next();
  const auto turn = ++informer.turn;
  if (const auto* wait = std::get_if<InformerState::Wait>(&step)) {
    process_.after(wait->delay, [this, &informer] { run(informer); });
  } else if (const auto* watch = std::get_if<InformerState::Watch>(&step)) {
    api_.watch(informer.kind, watch->resource_version, process_.life(),
               {.event =
                    [this, &informer, turn](kube::WatchEvent event) {
                      if (turn == informer.turn) tell(informer, informer.state.event(std::move(event)));
                    },
                .ended =
                    [this, &informer](const Result<void>& result) {
                      informer.state.watch_ended(result);
                      run(informer);
                    }});
  } else {
    api_.list(informer.kind, process_.life(), [this, &informer](Result<kube::ObjectList> list) {
      if (list) {
        tell(informer, informer.state.listed(std::move(*list)));
      } else {
        informer.state.list_failed();
      }
      run(informer);
    });
  }
}

void SimCloud::tell(Informer& informer, InformerState::Changes changes) {
  const bool device = informer.kind == ApiKind::device;
  for (auto& object : changes.deletes)
    device ? core_.device_delete(object) : core_.model_delete(object);
  for (auto& object : changes.upserts)
    device ? core_.device_upsert(object) : core_.model_upsert(object);
  if (changes.synced) informer.synced = true;
  if (devices_.synced && models_.synced && !std::exchange(synced_, true)) core_.synced();
  pump();
}

void SimCloud::accept(const std::string& node, bool hearth_peer, std::shared_ptr<Connection> connection) {
  auto session = std::make_shared<CloudSession>(
      process_, std::move(connection), hearth_peer,
      CloudSession::Handlers{
          .messages = [this,
                       node](std::vector<wire::HubMessage> messages) { received(node, std::move(messages)); },
          .ended = [this, node](const CloudSession& ended) { session_ended(node, ended); }});
  const auto old = std::exchange(sessions_[node], session);
  session->open();
  // The new one is known before the old one ends, as at CloudHub.
  if (old) {
    process_.post([this, node] {
      core_.node_disconnected(node);
      pump();
    });
    process_.post([old] { old->close(); });
  }
  process_.post([this, node, hearth_peer] {
    journal_.note(kWho, "node {} is connected", node);
    core_.node_connected(node, hearth_peer);
    pump();
  });
}

void SimCloud::session_ended(const std::string& node, const CloudSession& session) {
  const auto found = sessions_.find(node);
  if (found == sessions_.end() || found->second.get() != &session) return;
  sessions_.erase(found);
  process_.post([this, node] {
    journal_.note(kWho, "node {} is disconnected", node);
    core_.node_disconnected(node);
    pump();
  });
}

void SimCloud::received(const std::string& node, std::vector<wire::HubMessage> messages) {
  for (const auto& message : messages)
    journal_.note(kWho, "gets {} {} of {}", message.route.operation, message.route.resource, node);
  process_.post([this, node, messages = std::move(messages)] {
    core_.node_messages(node, messages);
    pump();
  });
}

void SimCloud::pump() {
  for (auto output = core_.take(); !output.empty(); output = core_.take())
    perform(std::move(output));
  const auto wake = core_.wake_after();
  if (!wake) return alarm_->cancel();
  alarm_->set(process_.now() + std::chrono::ceil<Duration>(*wake), [this] {
    core_.tick();
    pump();
  });
}

void SimCloud::perform(controller::ControllerOutput output) {
  for (auto& item : output.sends)
    send(std::move(item));
  for (const auto& status : output.statuses)
    write(status);
  for (const auto& event : output.events) {
    process_.after(process_.random().time(Duration(100), kSlowestWrite), [this, event] {
      core_.event_written(event.name, {});
      pump();
    });
  }
  for (const auto& node : output.nodes) {
    process_.after(process_.random().time(Duration(100), kSlowestWrite), [this, name = node.node] {
      core_.node_written(name, {});
      pump();
    });
  }
}

void SimCloud::send(controller::Send item) {
  const auto found = sessions_.find(item.node);
  const auto session = found == sessions_.end() ? nullptr : found->second;
  journal_.note(kWho, "sends {} {} to {}", item.message.route.operation, item.message.route.resource,
                item.node);
  if (item.token == 0) {
    if (item.message.route.operation == wire::operation::kResponse) answered_(item.message);
    if (session) session->send(item.message);
    return;
  }
  auto done = [this, item](bool ok) {
    process_.post([this, item, ok] {
      core_.acked(item.token, ok);
      pump();
    });
  };
  if (session) return session->send_acked(item.message, std::move(done));
  done(false);
}

void SimCloud::write(const controller::StatusWrite& write) {
  journal_.note(kWho, "patches status of {} at {}", write.device.name, write.resource_version);
  api_.patch_status(
      write.device.name, write.body, process_.life(),
      [this, device = write.device](const Result<kube::ObjectPtr>& result, const kube::ObjectPtr& fresh) {
        if (result) {
          core_.status_written(device, *result);
        } else {
          journal_.note(kWho, "status of {} not written: {}", device.name, result.error().code);
          core_.status_failed(device, result.error(), fresh);
        }
        pump();
      });
}

std::size_t SimCloud::unacked_bytes() const {
  std::size_t bytes = 0;
  for (const auto& [node, session] : sessions_)
    bytes += session->unacked_bytes();
  return bytes;
}

}  // namespace hearth::sim
