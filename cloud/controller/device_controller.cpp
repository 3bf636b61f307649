// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/device_controller.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "cloud/controller/controller_impl.hpp"
#include "sdk/device/device.hpp"

namespace hearth::controller {
namespace {

constexpr const char* kUserAgent = "hearth-cloud/device-controller";
/// What went wrong with the API is over soon after it is back.
constexpr std::chrono::milliseconds kInformerMaxPause{2'000};

}  // namespace

DeviceController::DeviceController(boost::asio::any_io_executor executor, kube::Access access, NodeLink link,
                                   ControllerOptions options, Metrics& metrics, Trace& trace, Clock clock)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(access), std::move(link),
                                   std::move(options), metrics, trace, std::move(clock))) {}

DeviceController::~DeviceController() {
  stop();
}

void DeviceController::start() {
  boost::asio::post(impl_->strand(), [impl = impl_] { impl->start(); });
}

void DeviceController::node_connected(std::string node, bool hearth_peer, std::string address) {
  boost::asio::post(impl_->strand(),
                    [impl = impl_, node = std::move(node), hearth_peer, address = std::move(address)] {
                      impl->node_connected(node, hearth_peer, address);
                    });
}

void DeviceController::node_disconnected(std::string node) {
  boost::asio::post(impl_->strand(),
                    [impl = impl_, node = std::move(node)] { impl->node_disconnected(node); });
}

void DeviceController::node_duplicate(std::string node, std::string why) {
  boost::asio::post(impl_->strand(), [impl = impl_, node = std::move(node), why = std::move(why)] {
    impl->node_duplicate(node, why);
  });
}

void DeviceController::node_message(std::string node, wire::HubMessage message) {
  std::vector<wire::HubMessage> messages;
  messages.push_back(std::move(message));
  node_messages(std::move(node), std::move(messages));
}

void DeviceController::node_messages(std::string node, std::vector<wire::HubMessage> messages) {
  std::vector<NodeReport> reports;
  reports.reserve(messages.size());
  for (const auto& message : messages)
    reports.push_back(read_report(message));
  boost::asio::post(impl_->strand(),
                    [impl = impl_, node = std::move(node), reports = std::move(reports)]() mutable {
                      impl->node_reports(node, std::move(reports));
                    });
}

void DeviceController::stop() {
  boost::asio::post(impl_->strand(), [impl = impl_] { impl->stop(); });
}

DeviceController::Impl::Impl(boost::asio::any_io_executor executor, kube::Access access, NodeLink link,
                             ControllerOptions options, Metrics& metrics, Trace& trace, Clock clock)
    : strand_(boost::asio::make_strand(std::move(executor))),
      access_(std::move(access)),
      link_(std::move(link)),
      metrics_(metrics),
      trace_(trace),
      core_(std::move(clock), std::move(options)),
      timer_(strand_),
      discovery_pause_(strand_),
      waiting_(metrics.gauge("hearth_controller_statuses_waiting",
                             "Devices whose status is being written or waits to be")) {
  for (std::size_t i = 0; i < kVerdictCount; ++i) {
    report_counters_[i] =
        &metrics.counter("hearth_controller_reports_total", "Reports of nodes, by what became of them",
                         {{"verdict", std::string(to_string(static_cast<Verdict>(i)))}});
  }
}

void DeviceController::Impl::start() {
  if (stopped_ || device_informer_) return;
  model_informer_ = make_informer("devicemodels", &ControllerCore::model_upsert,
                                  &ControllerCore::model_delete, models_read_);
  device_informer_ =
      make_informer("devices", &ControllerCore::device_upsert, &ControllerCore::device_delete, devices_read_);
  model_informer_->start();
  device_informer_->start();
  spawn(discover(shared_from_this()), "discovery");
}

void DeviceController::Impl::stop() {
  if (std::exchange(stopped_, true)) return;
  model_informer_.reset();
  device_informer_.reset();
  timer_.cancel();
  discovery_pause_.cancel();
  for (kube::KubeClient* client : clients_)
    client->close();
}

std::unique_ptr<kube::Informer> DeviceController::Impl::make_informer(
    const std::string& plural, void (ControllerCore::*upsert)(kube::ObjectPtr),
    void (ControllerCore::*remove)(kube::ObjectPtr), bool& synced) {
  kube::InformerOptions options;
  options.path = kube::resource_path(std::string(device::kGroup), "v1beta1", plural);
  options.backoff_max = kInformerMaxPause;
  const auto call = [weak = weak_from_this()](auto action) {
    const auto self = weak.lock();
    if (!self || self->stopped_) return;
    action(*self);
    self->flush();
  };
  kube::InformerCallbacks callbacks;
  callbacks.on_upsert = [call, upsert](kube::ObjectPtr object) {
    call([&](Impl& self) { (self.core_.*upsert)(std::move(object)); });
  };
  callbacks.on_delete = [call, remove](kube::ObjectPtr object) {
    call([&](Impl& self) { (self.core_.*remove)(std::move(object)); });
  };
  callbacks.on_synced = [call, &synced] {
    call([&](Impl& self) {
      synced = true;
      self.collection_read();
    });
  };
  return std::make_unique<kube::Informer>(strand_, access_, kUserAgent, std::move(options),
                                          std::move(callbacks));
}

void DeviceController::Impl::collection_read() {
  if (models_read_ && devices_read_ && discovered_) core_.synced();
}

void DeviceController::Impl::node_connected(const std::string& node, bool hearth_peer,
                                            const std::string& address) {
  if (stopped_) return;
  core_.node_connected(node, hearth_peer, address);
  flush();
}

void DeviceController::Impl::node_disconnected(const std::string& node) {
  if (stopped_) return;
  core_.node_disconnected(node);
  flush();
}

void DeviceController::Impl::node_duplicate(const std::string& node, const std::string& why) {
  if (stopped_) return;
  core_.node_duplicate(node, why);
  flush();
}

void DeviceController::Impl::node_reports(const std::string& node, std::vector<NodeReport> reports) {
  if (stopped_) return;
  core_.node_reports(node, std::move(reports));
  flush();
}

void DeviceController::Impl::flush() {
  if (stopped_) return;
  ControllerOutput output = core_.take();
  count(output);
  for (auto& step : output.traces)
    trace_.add(step.step, step.device, std::move(step.event_id), std::move(step.text));
  for (auto& item : output.sends)
    send(std::move(item));
  for (auto& write : output.statuses)
    spawn(write_status(shared_from_this(), borrow_client(), std::move(write)), "a status write");
  for (auto& write : output.nodes)
    spawn(write_node(shared_from_this(), borrow_client(), std::move(write)), "a write of a Node");
  for (auto& write : output.events)
    spawn(write_event(shared_from_this(), borrow_client(), std::move(write)), "a write of an Event");
  set_timer();
}

void DeviceController::Impl::count(const ControllerOutput& output) {
  for (std::size_t i = 0; i < kVerdictCount; ++i) {
    if (output.reports[i] != 0) report_counters_[i]->Increment(output.reports[i]);
  }
  waiting_.Set(static_cast<double>(core_.statuses_waiting()));
}

void DeviceController::Impl::send(Send item) {
  sent_counter(item.message.route.operation).Increment();
  if (item.token == 0) {
    link_.send(item.node, std::move(item.message));
    return;
  }
  auto done = [weak = weak_from_this(), strand = strand_, token = item.token](bool ok) {
    boost::asio::post(strand, [weak, token, ok] {
      const auto self = weak.lock();
      if (!self || self->stopped_) return;
      self->core_.acked(token, ok);
      self->flush();
    });
  };
  link_.send_acked(item.node, std::move(item.message), std::move(done));
}

void DeviceController::Impl::set_timer() {
  const auto pause = core_.wake_after();
  if (!pause) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(*pause);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->stopped_) return;
    self->core_.tick();
    self->flush();
  });
}

DeviceController::Impl::Client DeviceController::Impl::borrow_client() {
  if (idle_clients_.empty()) {
    auto fresh = std::make_unique<kube::KubeClient>(strand_, access_, kUserAgent);
    clients_.push_back(fresh.get());
    return fresh;
  }
  auto client = std::move(idle_clients_.back());
  idle_clients_.pop_back();
  return client;
}

void DeviceController::Impl::give_back(Client client) {
  idle_clients_.push_back(std::move(client));
}

prometheus::Counter& DeviceController::Impl::sent_counter(const std::string& operation) {
  auto& counter = sent_counters_[operation];
  if (!counter) {
    counter = &metrics_.counter("hearth_controller_messages_sent_total",
                                "Messages handed to the hub for nodes", {{"operation", operation}});
  }
  return *counter;
}

prometheus::Counter& DeviceController::Impl::patch_counter(const std::string& outcome) {
  auto& counter = patch_counters_[outcome];
  if (!counter) {
    counter = &metrics_.counter("hearth_controller_status_patches_total",
                                "Patches of device status, by outcome", {{"outcome", outcome}});
  }
  return *counter;
}

}  // namespace hearth::controller
