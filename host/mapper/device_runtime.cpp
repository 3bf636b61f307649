// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/device_runtime.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "host/mapper/managed_device.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::runtime {

class DeviceRuntime::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& io, Workers& workers, plugin::Catalogue& catalogue, RuntimeOptions options,
       Outputs outputs, Metrics& metrics, Trace& trace, Clock clock)
      : io_(io),
        buses_(workers),
        catalogue_(catalogue),
        options_(std::move(options)),
        outputs_(std::move(outputs)),
        trace_(trace),
        clock_(std::move(clock)),
        reads_(metrics.counter("hearth_mapper_reads_total", "Read calls to mappers")),
        writes_(metrics.counter("hearth_mapper_writes_total", "Write calls to mappers")),
        failures_(metrics.counter("hearth_mapper_failures_total",
                                  "Properties that a mapper could not read or write")),
        malformed_(metrics.counter("hearth_runtime_malformed_total", "Deltas that could not be parsed")),
        all_closed_(io) {}

  void device_changed(const device::Device& device, const device::DeviceModel* model) {
    if (const auto closing = closing_.find(device.meta.id); closing != closing_.end()) {
      closing->second = Successor{device, model ? std::optional(*model) : std::nullopt};
      return;
    }
    const auto known = devices_.find(device.meta.id);
    if (known != devices_.end()) return known->second->set(device, model);
    const auto managed = std::make_shared<ManagedDevice>(around_, device.meta.id);
    devices_.emplace(device.meta.id, managed);
    managed->set(device, model);
    ++open_;
    managed->start([self = shared_from_this(), id = device.meta.id] { self->ended(id); });
  }

  void device_removed(const DeviceId& id) {
    if (const auto closing = closing_.find(id); closing != closing_.end()) closing->second.reset();
    const auto found = devices_.find(id);
    if (found == devices_.end()) return;
    closing_.emplace(id, std::nullopt);
    found->second->stop();
    devices_.erase(found);
  }

  void handle_delta(const DeviceId& id, const std::string& payload) {
    const auto found = devices_.find(id);
    if (found == devices_.end()) return;
    const auto delta = wire::parse_twin_delta(payload);
    if (!delta) {
      malformed_.Increment();
      if (!std::exchange(malformed_logged_, true)) {
        spdlog::warn("device {}: delta on MQTT: {} (further ones are counted, not logged)", id.str(),
                     delta.error().text);
      }
      return;
    }
    found->second->want(*delta);
  }

  void catalogue_changed() {
    for (const auto& [id, device] : devices_)
      device->look_again();
  }

  void broker_changed(bool reachable, std::string reason, std::string message) {
    using wire::ConditionStatus;
    const auto status = reachable ? ConditionStatus::yes : ConditionStatus::no;
    if (broker_ && broker_->status == status && broker_->reason == reason) return;
    const auto since = broker_ && broker_->status == status ? broker_->last_transition : clock_();
    broker_ = wire::Condition{"BrokerReachable", status, std::move(reason), std::move(message), since};
    for (const auto& [id, device] : devices_)
      device->tell_conditions();
  }

  boost::asio::awaitable<void> stop() {
    const auto self = shared_from_this();
    stopping_ = true;
    for (const auto& [id, device] : devices_)
      device->stop();
    devices_.clear();
    all_closed_.expires_after(options_.call_deadline);
    if (open_ > 0) co_await all_closed_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (open_ > 0) spdlog::warn("runtime: {} devices did not close in time", open_);
  }

 private:
  /// What takes a removed device's name before the removed one is closed.
  struct Successor {
    device::Device device;
    std::optional<device::DeviceModel> model;
  };

  /// Only now may another device of the name open: the old one held its lines, and its last word is "offline".
  void ended(const DeviceId& id) {
    if (--open_ == 0) all_closed_.cancel();
    const auto closing = closing_.find(id);
    if (closing == closing_.end()) {
      devices_.erase(id);
      return;
    }
    const auto next = std::move(closing->second);
    closing_.erase(closing);
    if (next && !stopping_) device_changed(next->device, next->model ? &*next->model : nullptr);
  }

  boost::asio::io_context& io_;
  BusPool buses_;
  plugin::Catalogue& catalogue_;
  RuntimeOptions options_;
  Outputs outputs_;
  Trace& trace_;
  Clock clock_;
  prometheus::Counter& reads_;
  prometheus::Counter& writes_;
  prometheus::Counter& failures_;
  prometheus::Counter& malformed_;
  boost::asio::steady_timer all_closed_;
  std::optional<wire::Condition> broker_;  ///< nothing until the first word of it
  const Surroundings around_{io_,    buses_,  catalogue_, options_, outputs_, trace_,
                             clock_, broker_, reads_,     writes_,  failures_};
  std::map<DeviceId, std::shared_ptr<ManagedDevice>> devices_;
  std::map<DeviceId, std::optional<Successor>> closing_;  ///< removed, and not yet closed
  int open_ = 0;
  bool stopping_ = false;
  bool malformed_logged_ = false;
};

DeviceRuntime::DeviceRuntime(boost::asio::io_context& io, Workers& workers, plugin::Catalogue& catalogue,
                             RuntimeOptions options, Outputs outputs, Metrics& metrics, Trace& trace,
                             Clock clock)
    : impl_(std::make_shared<Impl>(io, workers, catalogue, std::move(options), std::move(outputs), metrics,
                                   trace, std::move(clock))) {}

DeviceRuntime::~DeviceRuntime() = default;

void DeviceRuntime::device_changed(const device::Device& device, const device::DeviceModel* model) {
  impl_->device_changed(device, model);
}

void DeviceRuntime::device_removed(const DeviceId& id) {
  impl_->device_removed(id);
}

void DeviceRuntime::handle_delta(const DeviceId& id, const std::string& payload) {
  impl_->handle_delta(id, payload);
}

void DeviceRuntime::catalogue_changed() {
  impl_->catalogue_changed();
}

void DeviceRuntime::broker_changed(bool reachable, std::string reason, std::string message) {
  impl_->broker_changed(reachable, std::move(reason), std::move(message));
}

boost::asio::awaitable<void> DeviceRuntime::stop() {
  return impl_->stop();
}

}  // namespace hearth::runtime
