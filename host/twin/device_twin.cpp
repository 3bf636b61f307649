// SPDX-License-Identifier: Apache-2.0
#include "host/twin/device_twin.hpp"

#include <spdlog/spdlog.h>

#include "host/twin/cloud_reports.hpp"
#include "host/twin/core.hpp"
#include "host/twin/device_changes.hpp"
#include "host/twin/hub_inbox.hpp"
#include "host/twin/mqtt_requests.hpp"
#include "host/twin/twin_store.hpp"
#include "sdk/base/bounded_json.hpp"

namespace hearth::twin {
namespace {

constexpr std::size_t kMaxObjectSize = wire::kMaxHubMessageSize;

DeviceChanges::Done log_failure(const DeviceId& id) {
  return [id](const Result<void>& done) {
    if (!done) spdlog::warn("twin: {}: {}", id.str(), done.error().text);
  };
}

}  // namespace

class DeviceTwin::Impl {
 public:
  Impl(Scheduler& scheduler, store::Writer& store, DeviceTwinOptions options, Outputs outputs,
       DeviceListener listener, Metrics& metrics, Trace& trace, Clock clock)
      : writer(store),
        core(scheduler, store, std::move(options), std::move(outputs), std::move(listener), metrics, trace,
             std::move(clock)),
        reports(core),
        expiries(core, reports),
        changes(core, reports, expiries),
        requests(core, reports, expiries),
        inbox(core, reports, changes) {
    core.store.on_events(
        {[this] { reports.owe_all_conditions(); }, [this] { requests.publish_due_deltas(); }});
  }

  Result<void> load();

  store::Writer& writer;
  Core core;
  CloudReports reports;
  Expiries expiries;
  DeviceChanges changes;
  MqttRequests requests;
  HubInbox inbox;

 private:
  /// False: the row cannot be used.
  bool load_object(const sql::StoredObject& row);
  /// Before anybody hears of what was desired.
  void end_expired();
};

bool DeviceTwin::Impl::load_object(const sql::StoredObject& row) {
  const auto object = parse_json(row.text, kMaxObjectSize);
  if (!object) return false;
  if (row.type == sql::kDeviceModelType) {
    auto model = device::parse_device_model(*object);
    if (model) core.inventory.adopt(std::move(*model), row.text);
    return model.has_value();
  }
  if (row.type != sql::kDeviceType) return false;
  auto device = device::parse_device(*object);
  if (!device) return false;
  core.table.add(device->meta.id);
  core.inventory.adopt(std::move(*device), row.text);
  return true;
}

Result<void> DeviceTwin::Impl::load() {
  sql::Stored stored;
  const auto read = writer.run([&stored](SQLite::Database& db) { stored = sql::load(db); });
  if (!read) return read.error().within("device twin: reading the stored devices");
  for (auto& [id, device] : stored.devices)
    core.table.add(id) = std::move(device);
  for (const auto& row : stored.objects) {
    if (!load_object(row)) ++stored.unreadable;
  }
  if (stored.unreadable > 0) {
    spdlog::warn("twin: {} rows of the database could not be read and are passed over", stored.unreadable);
  }
  core.time.restore(stored.time_ms);
  core.store.restored_time(stored.time_ms);
  end_expired();
  for (const auto& [id, held] : core.inventory.devices())
    core.tell_changed(held.device);
  reports.owe_everything();
  return {};
}

void DeviceTwin::Impl::end_expired() {
  std::vector<DeviceId> ids;
  for (const auto& [id, device] : core.table.devices())
    ids.push_back(id);
  for (const auto& id : ids) {
    expiries.watch(id);
    expiries.check(id);
  }
}

std::string DeviceTwin::schema() {
  return sql::schema();
}

DeviceTwin::DeviceTwin(Scheduler& scheduler, store::Writer& writer, DeviceTwinOptions options,
                       Outputs outputs, DeviceListener listener, Metrics& metrics, Trace& trace, Clock clock)
    : impl_(std::make_shared<Impl>(scheduler, writer, std::move(options), std::move(outputs),
                                   std::move(listener), metrics, trace, std::move(clock))) {}

DeviceTwin::~DeviceTwin() = default;

Result<void> DeviceTwin::load() {
  return impl_->load();
}

void DeviceTwin::handle_mqtt(const std::string& topic, const std::string& payload, std::string_view arrival) {
  impl_->requests.handle(topic, payload, arrival);
}

void DeviceTwin::handle_hub(const wire::HubMessage& message) {
  impl_->inbox.handle(message);
}

void DeviceTwin::link_up(bool hearth_peer) {
  impl_->core.inventory.new_session();
  impl_->reports.link_up(hearth_peer);
}

void DeviceTwin::link_down() {
  impl_->reports.link_down();
}

void DeviceTwin::link_has_room() {
  impl_->reports.link_has_room();
}

void DeviceTwin::apply(const device::Device& device, const nlohmann::json& object) {
  impl_->changes.put_device(device, object, log_failure(device.meta.id));
}

void DeviceTwin::apply(const device::DeviceModel& model, const nlohmann::json& object) {
  impl_->changes.put_model(model, object, log_failure(model.meta.id));
}

void DeviceTwin::remove_device(const DeviceId& id) {
  impl_->changes.remove_device(id, "", log_failure(id));
}

void DeviceTwin::remove_model(const DeviceId& id) {
  impl_->changes.remove_model(id, "", log_failure(id));
}

void DeviceTwin::report_conditions(const DeviceId& id, std::vector<wire::Condition> conditions) {
  impl_->reports.set_conditions(id, std::move(conditions));
}

void DeviceTwin::publish_delta(const DeviceId& id) {
  impl_->expiries.check(id);
  impl_->core.publish_delta(id);
}

bool DeviceTwin::wants(const DeviceId& id, const std::string& property, const std::string& value) const {
  const auto* device = impl_->core.table.find(id);
  if (!device) return false;
  const auto found = device->properties.find(property);
  if (found == device->properties.end()) return false;
  auto carried_out = found->second;
  if (!carried_out.live_expected()) return false;
  if (carried_out.expires_ms != 0 && carried_out.expires_ms <= impl_->core.time.now_ms()) return false;
  carried_out.actual = wire::TwinValue{value};
  return is_met(property, carried_out, impl_->core.model_of(id));
}

void DeviceTwin::publish_deltas() {
  for (const auto& [id, device] : impl_->core.table.devices())
    impl_->core.publish_delta(id);
}

void DeviceTwin::when_stored(std::function<void(const Result<void>&)> done) {
  impl_->core.store.when_stored(std::move(done));
}

std::size_t DeviceTwin::device_count() const {
  return impl_->core.table.devices().size();
}

std::vector<DeviceId> DeviceTwin::local_devices() const {
  std::vector<DeviceId> local;
  for (const auto& [id, held] : impl_->core.inventory.devices()) {
    if (impl_->core.inventory.is_local(id)) local.push_back(id);
  }
  return local;
}

}  // namespace hearth::twin
