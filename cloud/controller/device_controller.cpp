// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/device_controller.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "cloud/controller/controller_impl.hpp"
#include "sdk/device/device.hpp"
#include "sdk/wire/resource.hpp"

namespace hearth::controller {
namespace {

constexpr std::size_t kStatusWriters = 4;
constexpr std::size_t kMaxEarlyMessages = 1024;
constexpr std::size_t kMaxEarlyBytes = 8 * 1024 * 1024;
constexpr std::size_t kMaxLogged = 1024;
constexpr const char* kUserAgent = "hearth-cloud/device-controller";

}  // namespace

DeviceController::DeviceController(boost::asio::any_io_executor executor, kube::Access access, NodeLink link,
                                   ControllerOptions options, Metrics& metrics, Trace& trace, Clock clock)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(access), std::move(link), options, metrics,
                                   trace, std::move(clock))) {}

DeviceController::~DeviceController() {
  stop();
}

void DeviceController::start() {
  boost::asio::post(impl_->strand(), [impl = impl_] { impl->start(); });
}

void DeviceController::node_connected(std::string node, bool hearth_peer) {
  boost::asio::post(impl_->strand(), [impl = impl_, node = std::move(node), hearth_peer] {
    impl->node_connected(node, hearth_peer);
  });
}

void DeviceController::node_disconnected(std::string node) {
  boost::asio::post(impl_->strand(),
                    [impl = impl_, node = std::move(node)] { impl->node_disconnected(node); });
}

void DeviceController::node_message(std::string node, wire::HubMessage message) {
  boost::asio::post(impl_->strand(),
                    [impl = impl_, node = std::move(node), message = std::move(message)]() mutable {
                      impl->node_message(node, std::move(message));
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
      options_(options),
      trace_(trace),
      clock_(std::move(clock)),
      metrics_(metrics),
      downlink_(clock_),
      nodes_(options.node_grace),
      timer_(strand_),
      discovery_pause_(strand_) {}

void DeviceController::Impl::start() {
  if (stopped_ || device_informer_) return;
  for (std::size_t i = 0; i < kStatusWriters; ++i)
    idle_writers_.push_back(make_client());
  event_client_ = make_client();
  node_client_ = make_client();
  for (const auto& client : idle_writers_)
    clients_.push_back(client.get());
  clients_.push_back(event_client_.get());
  clients_.push_back(node_client_.get());
  model_informer_ = make_informer("devicemodels", &Impl::model_upsert, &Impl::model_delete, models_synced_);
  device_informer_ = make_informer("devices", &Impl::device_upsert, &Impl::device_delete, devices_synced_);
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

DeviceController::Impl::Client DeviceController::Impl::make_client() const {
  return std::make_unique<kube::KubeClient>(strand_, access_, kUserAgent);
}

std::unique_ptr<kube::Informer> DeviceController::Impl::make_informer(const std::string& plural,
                                                                      void (Impl::*upsert)(kube::ObjectPtr),
                                                                      void (Impl::*remove)(kube::ObjectPtr),
                                                                      bool& synced) {
  kube::InformerOptions options;
  options.path = kube::resource_path(std::string(device::kGroup), "v1beta1", plural);
  const auto call = [weak = weak_from_this()](auto action) {
    const auto self = weak.lock();
    if (!self || self->stopped_) return;
    action(*self);
    self->pump();
  };
  kube::InformerCallbacks callbacks;
  callbacks.on_upsert = [call, upsert](kube::ObjectPtr object) {
    call([&](Impl& self) { (self.*upsert)(std::move(object)); });
  };
  callbacks.on_delete = [call, remove](kube::ObjectPtr object) {
    call([&](Impl& self) { (self.*remove)(std::move(object)); });
  };
  callbacks.on_synced = [call, &synced] {
    call([&](Impl& self) {
      synced = true;
      self.collection_synced();
    });
  };
  return std::make_unique<kube::Informer>(strand_, access_, kUserAgent, std::move(options),
                                          std::move(callbacks));
}

void DeviceController::Impl::collection_synced() {
  if (!models_synced_ || !devices_synced_ || synced_) return;
  synced_ = true;
  spdlog::info("controller: {} devices known", downlink_.device_count());
  run(downlink_.api_synced());
  for (auto& early : std::exchange(early_, {}))
    handle_message(early.node, early.message);
}

void DeviceController::Impl::model_upsert(kube::ObjectPtr object) {
  run(downlink_.model_upsert(std::move(object)));
}
void DeviceController::Impl::model_delete(kube::ObjectPtr object) {
  run(downlink_.model_delete(std::move(object)));
}

void DeviceController::Impl::device_upsert(kube::ObjectPtr object) {
  if (const auto device = read_device(object)) {
    statuses_.observed(*device);
    nodes_.track(device->node, clock_());
  }
  run(downlink_.device_upsert(std::move(object)));
}

void DeviceController::Impl::device_delete(kube::ObjectPtr object) {
  if (const auto device = read_device(object)) {
    confirm(patches_.remove(device->id));
    statuses_.forget(device->id);
  }
  run(downlink_.device_delete(std::move(object)));
}

void DeviceController::Impl::node_connected(const std::string& node, bool hearth_peer) {
  if (stopped_) return;
  nodes_.connected(node, hearth_peer, clock_());
  dirty_nodes_.insert(node);
  if (!next_heartbeat_) next_heartbeat_ = clock_() + options_.node_heartbeat;
  std::erase_if(logged_, [&node](const std::string& key) { return key.starts_with(node + " "); });
  run(downlink_.node_connected(node, hearth_peer));
  pump();
}

void DeviceController::Impl::node_disconnected(const std::string& node) {
  if (stopped_) return;
  nodes_.disconnected(node, clock_());
  run(downlink_.node_disconnected(node));
  pump();
}

void DeviceController::Impl::node_message(const std::string& node, wire::HubMessage message) {
  if (stopped_) return;
  if (synced_) {
    handle_message(node, message);
    pump();
    return;
  }
  const std::size_t bytes = wire::print(message).size();
  // One that falls out is not confirmed: the node sends it again.
  if (early_.size() >= kMaxEarlyMessages || early_bytes_ + bytes > kMaxEarlyBytes) return;
  early_bytes_ += bytes;
  early_.push_back({node, std::move(message), bytes});
}

void DeviceController::Impl::handle_message(const std::string& node, const wire::HubMessage& message) {
  const auto kind = wire::parse_resource(message.route.resource).kind;
  if (kind == wire::ResourceKind::membership_detail) {
    run(downlink_.membership_requested(node, message.header.msg_id));
  } else {
    handle_report(node, message);
  }
}

void DeviceController::Impl::handle_report(const std::string& node, const wire::HubMessage& message) {
  auto report = read_report(node, message, [this](const DeviceId& id) { return downlink_.device(id); });
  metrics_
      .counter("hearth_controller_reports_total", "Reports of nodes, by what became of them",
               {{"verdict", std::string(to_string(report.verdict))}})
      .Increment();
  if (report.verdict != Verdict::take) {
    log_once(node, report);
    if (wants_confirmation(report.verdict)) {
      link_.send(node, make_confirmation(message.header.msg_id, to_unix_ms(clock_())));
    }
    return;
  }
  if (!report.event_id.empty()) {
    trace_.add(7, report.device, report.event_id, report.text + " handed to DeviceController");
  }
  Receipt receipt{node, message.header.msg_id, report.event_id, report.text};
  patches_.add(report.device, downlink_.device(report.device)->uid, report.change, std::move(receipt));
}

void DeviceController::Impl::log_once(const std::string& node, const Report& report) {
  if (logged_.size() >= kMaxLogged) return;
  if (!logged_.insert(node + " " + std::string(to_string(report.verdict))).second) return;
  spdlog::warn("controller: a message of node {} is not taken ({}): {}; more of this kind are only counted",
               node, to_string(report.verdict), report.why);
}

void DeviceController::Impl::run(DownlinkOutput output) {
  for (auto& item : output.sends)
    send(std::move(item));
  for (const auto& device : output.touched)
    touch(device);
}

void DeviceController::Impl::send(Send item) {
  metrics_
      .counter("hearth_controller_messages_sent_total", "Messages handed to the hub for nodes",
               {{"operation", item.message.route.operation}})
      .Increment();
  if (item.token == 0) {
    link_.send(item.node, std::move(item.message));
    return;
  }
  auto done = [weak = weak_from_this(), strand = strand_, token = item.token](bool ok) {
    boost::asio::post(strand, [weak, token, ok] {
      const auto self = weak.lock();
      if (!self || self->stopped_) return;
      self->run(self->downlink_.acked(token, ok));
      self->pump();
    });
  };
  link_.send_acked(item.node, std::move(item.message), std::move(done));
}

void DeviceController::Impl::touch(const DeviceId& id) {
  const DeviceObject* device = downlink_.device(id);
  if (device && synced_) patches_.add(id, device->uid, {});
}

DeviceFacts DeviceController::Impl::facts_of(const DeviceObject& device) const {
  DeviceFacts facts;
  facts.node = device.node;
  facts.model = device.model.name;
  facts.model_exists = downlink_.has_model(device.model);
  facts.delivery = downlink_.delivery(device.id);
  facts.delivered_generation = downlink_.delivered_generation(device.id);
  facts.presence = nodes_.presence(device.node);
  return facts;
}

}  // namespace hearth::controller
