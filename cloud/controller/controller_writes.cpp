// SPDX-License-Identifier: Apache-2.0
// The second half of the controller's driver: what it writes to the API, and when.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "cloud/controller/controller_impl.hpp"
#include "sdk/device/device.hpp"

namespace hearth::controller {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

constexpr std::chrono::milliseconds kDiscoveryMinPause{500};
constexpr std::chrono::milliseconds kDiscoveryMaxPause{30'000};

std::string device_path(const DeviceId& id, bool status) {
  return kube::resource_path(std::string(device::kGroup), "v1beta1", "devices", id.ns, id.name,
                             status ? "status" : "");
}

bool lists(const json& discovery, std::string_view resource) {
  const json* resources = find_at(discovery, {"resources"});
  if (!resources || !resources->is_array()) return false;
  return std::any_of(resources->begin(), resources->end(),
                     [&](const json& entry) { return text_at(entry, {"name"}) == resource; });
}

/// Whether trying the same write later may help.
bool is_passing(const Error& error) {
  return error.cls != ErrorClass::invalid && error.cls != ErrorClass::not_found;
}

}  // namespace

void DeviceController::Impl::spawn(asio::awaitable<void> activity, const char* name) {
  asio::co_spawn(strand_, std::move(activity), [name](std::exception_ptr escaped) {
    if (escaped) spdlog::error("controller: {} ended by an exception", name);
  });
}

asio::awaitable<void> DeviceController::Impl::discover(std::shared_ptr<Impl> self) {
  for (auto pause = kDiscoveryMinPause; !self->stopped_; pause = std::min(pause * 2, kDiscoveryMaxPause)) {
    const auto found = co_await self->discover_once();
    if (self->stopped_) co_return;
    if (found) break;
    if (!std::exchange(self->api_away_, true)) {
      spdlog::warn("controller: the API cannot be read yet: {}", found.error().text);
    }
    self->discovery_pause_.expires_after(pause);
    co_await self->discovery_pause_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  if (self->stopped_) co_return;
  self->api_away_ = false;
  self->discovered_ = true;
  self->pump();
}

asio::awaitable<Result<void>> DeviceController::Impl::discover_once() {
  std::string path = "/apis/" + std::string(device::kApiVersion);
  const auto devices = co_await node_client_->get(path);
  if (!devices) co_return devices.error();
  const auto core = co_await node_client_->get("/api/v1");
  if (!core) co_return core.error();
  std::string nodes_path = kube::resource_path("", "v1", "nodes") + "?labelSelector=" + kEdgeRoleLabel;
  const auto nodes = co_await node_client_->list(nodes_path);
  if (!nodes) co_return nodes.error();
  device_status_path_ = lists(*devices, "devices/status");
  node_status_path_ = lists(*core, "nodes/status");
  adopt_nodes(*nodes);
  co_return Result<void>();
}

/// Nodes that an earlier life of this process has left Ready.
void DeviceController::Impl::adopt_nodes(const kube::KubeClient::List& list) {
  for (const json& node : list.items) {
    const std::string name = text_at(node, {"metadata", "name"});
    if (name.empty()) continue;
    node_objects_.insert(name);
    nodes_.track(name, clock_());
  }
}

void DeviceController::Impl::pump() {
  if (stopped_) return;
  while (discovered_ && !idle_writers_.empty()) {
    auto work = patches_.next(clock_());
    if (!work) break;
    begin_write(*std::move(work));
  }
  if (discovered_ && !dirty_nodes_.empty() && !std::exchange(writing_nodes_, true)) {
    spawn(write_nodes(shared_from_this()), "the writer of Nodes");
  }
  arm_timer();
}

void DeviceController::Impl::begin_write(PatchQueue::Work work) {
  const DeviceObject* device = downlink_.device(work.device);
  if (device && device->uid == work.uid) {
    work.change.forget = statuses_.is_haunted(*device);
    auto patch = build_status_patch(device->spec(), statuses_.status(*device), work.change, facts_of(*device),
                                    clock_());
    if (patch) {
      auto client = std::move(idle_writers_.back());
      idle_writers_.pop_back();
      spawn(write_status(shared_from_this(), std::move(client), std::move(work), *std::move(patch)),
            "a status write");
      return;
    }
  }
  confirm(work.receipts);
  patches_.done(work.device);
}

asio::awaitable<void> DeviceController::Impl::write_status(std::shared_ptr<Impl> self, Client client,
                                                           PatchQueue::Work work, StatusPatch patch) {
  std::string path = device_path(work.device, self->device_status_path_);
  json body = patch.body;
  auto result = co_await client->patch(path, kube::PatchType::merge, std::move(body));
  self->idle_writers_.push_back(std::move(client));
  if (self->stopped_) co_return;
  self->status_written(std::move(work), patch, std::move(result));
  self->pump();
}

void DeviceController::Impl::status_written(PatchQueue::Work work, const StatusPatch& patch,
                                            Result<json> result) {
  metrics_
      .counter("hearth_controller_status_patches_total", "Patches of device status, by outcome",
               {{"outcome", result ? "accepted" : std::string(to_string(result.error().cls))}})
      .Increment();
  if (!result) {
    status_refused(std::move(work), result.error());
    return;
  }
  if (std::exchange(api_away_, false)) spdlog::info("controller: status of devices is written again");
  status_accepted(work, patch, *std::move(result));
  patches_.done(work.device);
}

void DeviceController::Impl::status_accepted(const PatchQueue::Work& work, const StatusPatch& patch,
                                             json answer) {
  auto object = read_model(std::make_shared<const json>(std::move(answer)));
  if (object && !object->uid.empty()) {
    for (const auto& receipt : work.receipts) {
      if (receipt.event_id.empty()) continue;
      const char* where = work.change.twins.empty() ? "status" : "status.twins";
      trace_.add(8, work.device, receipt.event_id,
                 fmt::format("{} patched into {} (resourceVersion {})", receipt.text, where,
                             object->resource_version));
    }
    for (const auto& condition : patch.transitions) {
      // An API whose schema has no conditions has dropped it, and would have us tell the same again and again.
      const auto stored = find_condition(object->status(), condition.type);
      if (stored && stored->status == condition.status) events_.transition(*object, condition, clock_());
    }
    const DeviceObject* known = downlink_.device(work.device);
    const bool haunted = object->uid != work.uid;
    if (known || haunted) statuses_.patched(work.uid, *std::move(object));
    if (haunted) touch(work.device);
  }
  confirm(work.receipts);
  if (!std::exchange(writing_events_, true)) spawn(write_events(shared_from_this()), "the writer of Events");
}

void DeviceController::Impl::status_refused(PatchQueue::Work work, const Error& error) {
  if (is_passing(error)) {
    if (error.cls != ErrorClass::conflict && !std::exchange(api_away_, true)) {
      spdlog::warn("controller: status of {} cannot be written, trying again: {}", work.device.str(),
                   error.text);
    }
    patches_.failed(std::move(work), clock_());
    return;
  }
  // A device that is gone, or a patch this API will never take: confirmed, so that the node does not repeat it.
  if (error.cls == ErrorClass::invalid) {
    spdlog::error("controller: the API refuses the status of {}: {}", work.device.str(), error.text);
  }
  confirm(work.receipts);
  patches_.done(work.device);
}

void DeviceController::Impl::confirm(const std::vector<Receipt>& receipts) {
  for (const auto& receipt : receipts) {
    link_.send(receipt.node, make_confirmation(receipt.msg_id, to_unix_ms(clock_())));
  }
}

void DeviceController::Impl::arm_timer() {
  std::optional<WallTime> due = next_heartbeat_;
  for (const auto& other : {nodes_.next_expiry(), patches_.next_due()}) {
    if (other && (!due || *other < *due)) due = other;
  }
  if (!due) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::max(*due - clock_(), WallTime::duration::zero()));
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!error && self && !self->stopped_) self->tick();
  });
}

void DeviceController::Impl::tick() {
  const WallTime now = clock_();
  for (const auto& node : nodes_.expire(now)) {
    if (node_objects_.contains(node)) dirty_nodes_.insert(node);
    for (const auto& device : downlink_.devices_of(node))
      touch(device);
  }
  if (next_heartbeat_ && *next_heartbeat_ <= now) mark_nodes_for_heartbeat(now);
  pump();
}

void DeviceController::Impl::mark_nodes_for_heartbeat(WallTime now) {
  const auto connected = nodes_.connected_nodes();
  dirty_nodes_.insert(connected.begin(), connected.end());
  dirty_nodes_.merge(std::exchange(failed_nodes_, {}));
  next_heartbeat_.reset();
  if (!dirty_nodes_.empty()) next_heartbeat_ = now + options_.node_heartbeat;
  run(downlink_.retry());
}

asio::awaitable<void> DeviceController::Impl::write_nodes(std::shared_ptr<Impl> self) {
  while (!self->stopped_ && !self->dirty_nodes_.empty()) {
    std::string node = *self->dirty_nodes_.begin();
    self->dirty_nodes_.erase(node);
    const auto written = co_await self->write_node(node);
    if (self->stopped_ || written) continue;
    spdlog::debug("controller: Node {} is not written: {}", node, written.error().text);
    self->node_objects_.erase(node);
    self->failed_nodes_.insert(node);
    if (!self->next_heartbeat_) self->next_heartbeat_ = self->clock_() + self->options_.node_heartbeat;
  }
  self->writing_nodes_ = false;
  self->pump();
}

asio::awaitable<Result<void>> DeviceController::Impl::write_node(std::string node) {
  if (!is_dns_subdomain(node)) co_return Result<void>();
  if (!node_objects_.contains(node)) {
    json object = NodeRegistry::node_object(node);
    std::string collection = kube::resource_path("", "v1", "nodes");
    const auto created = co_await node_client_->create(collection, std::move(object));
    if (!created && created.error().cls != ErrorClass::conflict) co_return created.error();
    node_objects_.insert(node);
  }
  std::string path = kube::resource_path("", "v1", "nodes", "", node, node_status_path_ ? "status" : "");
  json body = nodes_.status_patch(node, clock_());
  const auto patched = co_await node_client_->patch(path, kube::PatchType::strategic, std::move(body));
  if (!patched) co_return patched.error();
  co_return Result<void>();
}

asio::awaitable<void> DeviceController::Impl::write_events(std::shared_ptr<Impl> self) {
  while (!self->stopped_) {
    auto write = self->events_.next();
    if (!write) break;
    EventRecorder::Write copy = *write;
    const auto written = co_await self->write_event(std::move(copy));
    self->events_.written(*write, written.has_value());
  }
  self->writing_events_ = false;
}

asio::awaitable<Result<void>> DeviceController::Impl::write_event(EventRecorder::Write write) {
  if (write.exists) {
    std::string path = kube::resource_path("", "v1", "events", write.ns, write.name);
    json body = {{"count", write.object["count"]}, {"lastTimestamp", write.object["lastTimestamp"]}};
    const auto patched = co_await event_client_->patch(path, kube::PatchType::merge, std::move(body));
    if (patched) co_return Result<void>();
    if (patched.error().cls != ErrorClass::not_found) co_return patched.error();
  }
  std::string collection = kube::resource_path("", "v1", "events", write.ns);
  json object = std::move(write.object);
  const auto created = co_await event_client_->create(collection, std::move(object));
  if (!created && created.error().cls != ErrorClass::conflict) co_return created.error();
  co_return Result<void>();
}

}  // namespace hearth::controller
