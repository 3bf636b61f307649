// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/edge_machine.hpp"

#include "sdk/wire/topic.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::sim {
namespace {

using wire::TopicKind;

constexpr Duration kFastest{1'000};
constexpr Duration kSlowest{40'000};
constexpr Duration kRestart{2'000'000};

}  // namespace

class EdgeMachine::Host {
 public:
  explicit Host(EdgeMachine& machine)
      : machine_(machine), around_(machine.around_), process_(machine.around_.timeline) {}

  Result<void> start();
  twin::DeviceTwin& twin() { return *twin_; }
  SimStore& store() { return *store_; }
  SimBus& bus() { return *bus_; }
  double pending() { return metrics_.gauge("hearth_twin_pending", "").Value(); }

 private:
  void build();
  MapperOutputs mapper_outputs();
  twin::Outputs twin_outputs();
  twin::DeviceListener listener();
  void publish_of_twin(std::string topic, std::string payload);
  void take_from_bus(const std::string& topic, const std::string& payload);
  void check_restored();

  EdgeMachine& machine_;
  Surroundings around_;
  ProcessScheduler process_;
  Metrics metrics_;
  Trace trace_;
  std::unique_ptr<SimStore> store_;
  std::unique_ptr<SimBus> bus_;
  std::unique_ptr<EdgeLink> link_;
  std::unique_ptr<SimMapper> mapper_;
  std::unique_ptr<twin::DeviceTwin> twin_;
  std::map<std::string, device::Device> restored_;
  bool loading_ = false;
};

Result<void> EdgeMachine::Host::start() {
  auto opened = SimStore::open(process_, machine_.vfs_, machine_.conditions_, twin::DeviceTwin::schema());
  if (!opened) return opened.error();
  store_ = std::move(*opened);
  build();
  loading_ = true;
  const auto loaded = twin_->load();
  loading_ = false;
  if (!loaded) return loaded.error();
  check_restored();
  bus_->start();
  link_->start();
  return {};
}

void EdgeMachine::Host::build() {
  bus_ = std::make_unique<SimBus>(process_, machine_.broker_, wire::host_subscriptions());
  bus_->on_message(
      [this](const std::string& topic, const std::string& payload) { take_from_bus(topic, payload); });
  bus_->on_link([this](bool connected) {
    around_.journal.note(machine_.name_, "broker is {}", connected ? "here" : "away");
    if (connected) twin_->publish_deltas();
  });
  link_ = std::make_unique<EdgeLink>(
      process_, machine_.network_, around_.journal, machine_.name_, machine_.hearth_peer_,
      EdgeLink::Handlers{.message =
                             [this](const wire::HubMessage& message) {
                               around_.ledger.delivered(machine_.name_, message);
                               twin_->handle_hub(message);
                             },
                         .up = [this](bool peer) { twin_->link_up(peer); },
                         .down = [this] { twin_->link_down(); }});
  mapper_ = std::make_unique<SimMapper>(process_, around_.appliances, around_.journal, machine_.name_,
                                        mapper_outputs());
  twin_ = std::make_unique<twin::DeviceTwin>(process_, *store_, twin::DeviceTwinOptions{machine_.name_},
                                             twin_outputs(), listener(), metrics_, trace_,
                                             [&timeline = around_.timeline] { return timeline.wall(); });
}

MapperOutputs EdgeMachine::Host::mapper_outputs() {
  return {.publish = [this](std::string topic,
                            std::string payload) { bus_->publish(std::move(topic), std::move(payload)); },
          .conditions =
              [this](const DeviceId& id, std::vector<wire::Condition> conditions) {
                twin_->report_conditions(id, std::move(conditions));
              },
          .want_delta = [this](const DeviceId& id) { twin_->publish_delta(id); },
          .still_wanted = [this](const DeviceId& id, const std::string& property,
                                 const std::string& value) { return twin_->wants(id, property, value); },
          .writing =
              [this](const device::Device& device, const std::string& property, const std::string& value) {
                around_.ledger.writing(machine_.name_, device, property, value);
              },
          .reporting =
              [this](const device::Device& device, const std::string& property, const std::string& value,
                     const std::string& event_id) {
                around_.ledger.reporting(machine_.name_, device, property, value, event_id);
              }};
}

twin::Outputs EdgeMachine::Host::twin_outputs() {
  return {.publish = [this](std::string topic,
                            std::string payload) { publish_of_twin(std::move(topic), std::move(payload)); },
          .send =
              [this](const wire::HubMessage& message) {
                around_.ledger.sent(machine_.name_, message);
                return link_->send(message);
              }};
}

twin::DeviceListener EdgeMachine::Host::listener() {
  return {.changed =
              [this](const device::Device& device, const device::DeviceModel* model) {
                around_.journal.note(machine_.name_, "has {} {} at {}{}", device.meta.id.name,
                                     device.meta.uid, device.meta.resource_version,
                                     model ? "" : " without its model");
                if (loading_) restored_[device.meta.id.name] = device;
                around_.ledger.told(machine_.name_, device);
                mapper_->device_changed(device, model);
              },
          .removed =
              [this](const DeviceId& id) {
                around_.journal.note(machine_.name_, "has {} no more", id.name);
                mapper_->device_removed(id);
              }};
}

void EdgeMachine::Host::publish_of_twin(std::string topic, std::string payload) {
  const auto parsed = wire::parse_topic(topic);
  if (parsed.kind == TopicKind::twin_update_result) {
    const auto request = wire::parse_request(payload);
    const bool ok = payload.find("\"code\"") == std::string::npos;
    if (request) around_.ledger.twin_answered(machine_.name_, request->event_id, ok);
    around_.journal.note(machine_.name_, "answers an update of {}: {}", parsed.device.name,
                         ok ? "stored" : "not stored");
  }
  bus_->publish(std::move(topic), std::move(payload));
}

void EdgeMachine::Host::take_from_bus(const std::string& topic, const std::string& payload) {
  const auto parsed = wire::parse_topic(topic);
  if (parsed.kind == TopicKind::twin_update_delta) return mapper_->handle_delta(parsed.device, payload);
  twin_->handle_mqtt(topic, payload);
}

void EdgeMachine::Host::check_restored() {
  around_.ledger.restored(machine_.name_, restored_);
  std::map<std::string, std::map<std::string, std::string>> actual;
  const auto read = store_->run([&actual](SQLite::Database& db) {
    SQLite::Statement row(db, "SELECT deviceid, name, actual FROM device_twin WHERE actual IS NOT NULL");
    while (row.executeStep())
      actual[row.getColumn(0).getString()][row.getColumn(1).getString()] = row.getColumn(2).getString();
  });
  if (!read) return;  // a disk that is full at the start
  for (const auto& [name, device] : restored_) {
    const auto& values = actual[device.meta.id.str()];
    for (const auto& property : device.properties) {
      const auto found = values.find(property.name);
      const auto value = found == values.end() ? std::nullopt : std::optional(found->second);
      around_.journal.note(machine_.name_, "has {} {}={} again", name, property.name,
                           value.value_or("nothing"));
      around_.ledger.restored_value(machine_.name_, device.meta.uid, property.name, value);
    }
  }
}

EdgeMachine::EdgeMachine(Surroundings around, std::string name, bool hearth_peer)
    : around_(around),
      name_(std::move(name)),
      hearth_peer_(hearth_peer),
      vfs_(disk_, name_, around.timeline.random().split()),
      network_(around.timeline, kFastest, kSlowest) {}

EdgeMachine::~EdgeMachine() {
  kill(false);
}

void EdgeMachine::start() {
  if (host_) return;
  around_.journal.note(name_, "starts");
  host_ = std::make_unique<Host>(*this);
  const auto started = host_->start();
  if (started) return;
  around_.journal.note(name_, "cannot start: {}", started.error().code);
  host_.reset();
  around_.timeline.after(kRestart, [this] { start(); });
}

void EdgeMachine::kill(bool power_cut) {
  if (!host_) return;
  around_.journal.note(name_, "{}", power_cut ? "loses its power" : "is killed");
  disk_.stop_after(0);
  host_.reset();
  if (power_cut) {
    disk_.restart_after_power_cut(around_.timeline.random());
  } else {
    disk_.restart();
  }
}

std::size_t EdgeMachine::device_count() const {
  return host_->twin().device_count();
}

double EdgeMachine::pending_reports() const {
  return host_->pending();
}

std::size_t EdgeMachine::waiting_jobs() const {
  return host_->store().waiting();
}

std::size_t EdgeMachine::waiting_bytes() const {
  return host_->bus().waiting_bytes();
}

}  // namespace hearth::sim
