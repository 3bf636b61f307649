// SPDX-License-Identifier: Apache-2.0
// The second half of the controller's driver: what it reads from and writes to the API.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "cloud/controller/api_health.hpp"
#include "cloud/controller/controller_impl.hpp"
#include "sdk/device/device.hpp"

namespace hearth::controller {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

constexpr std::chrono::milliseconds kDiscoveryMinPause{250};
constexpr std::chrono::milliseconds kDiscoveryMaxPause{2'000};

std::string device_path(const DeviceId& id, bool status) {
  return kube::resource_path(std::string(device::kGroup), "v1beta1", "devices", id.ns, id.name,
                             status ? "status" : "");
}

bool lists(const json& discovery, std::string_view resource) {
  const json* resources = find_at(discovery, {"resources"});
  if (!resources || !resources->is_array()) return false;
  return std::any_of(resources->begin(), resources->end(),
                     [&](const json& entry) { return view_at(entry, {"name"}) == resource; });
}

}  // namespace

void DeviceController::Impl::spawn(asio::awaitable<void> activity, const char* name) {
  asio::co_spawn(strand_, std::move(activity), [name](std::exception_ptr escaped) {
    if (!escaped) return;
    try {
      std::rethrow_exception(escaped);
    } catch (const std::exception& exception) {
      spdlog::error("controller: {} ended by an exception: {}", name, exception.what());
    }
  });
}

asio::awaitable<void> DeviceController::Impl::discover(std::shared_ptr<Impl> self) {
  bool told = false;
  for (auto pause = kDiscoveryMinPause; !self->stopped_; pause = std::min(pause * 2, kDiscoveryMaxPause)) {
    const auto found = co_await self->discover_once();
    if (self->stopped_) co_return;
    if (found) break;
    if (!std::exchange(told, true)) {
      spdlog::warn("controller: the API cannot be read yet: {}", found.error().text);
    }
    self->discovery_pause_.expires_after(pause);
    co_await self->discovery_pause_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  if (self->stopped_) co_return;
  self->discovered_ = true;
  self->collection_read();
  self->flush();
}

asio::awaitable<Result<void>> DeviceController::Impl::discover_once() {
  auto client = borrow_client();
  std::string path = "/apis/" + std::string(device::kApiVersion);
  const auto devices = co_await client->get(path);
  const auto core = co_await client->get("/api/v1");
  std::string nodes_path = kube::resource_path("", "v1", "nodes") + "?labelSelector=" + kEdgeRoleLabel;
  const auto nodes = co_await client->list(nodes_path);
  give_back(std::move(client));
  if (!devices) co_return devices.error();
  if (!core) co_return core.error();
  if (!nodes) co_return nodes.error();
  device_status_path_ = lists(*devices, "devices/status");
  node_status_path_ = lists(*core, "nodes/status");
  // Nodes that an earlier life of this process has left Ready.
  for (const json& node : nodes->items)
    core_.node_found(text_at(node, {"metadata", "name"}));
  co_return Result<void>();
}

asio::awaitable<void> DeviceController::Impl::write_status(std::shared_ptr<Impl> self, Client client,
                                                           StatusWrite write) {
  std::string path = device_path(write.device, self->device_status_path_);
  auto result = co_await client->patch_object(path, kube::PatchType::merge, std::move(write.body));
  ObjectPtr object;
  if (result) {
    object = std::move(*result);
  } else if (result.error().cls == ErrorClass::conflict) {
    std::string whole = device_path(write.device, false);
    auto fresh = co_await client->get_object(whole);
    if (fresh) object = std::move(*fresh);
  }
  self->give_back(std::move(client));
  if (self->stopped_) co_return;
  self->patch_counter(result ? "accepted" : std::string(to_string(result.error().cls))).Increment();
  if (result) {
    self->core_.status_written(write.device, std::move(object));
  } else {
    self->core_.status_failed(write.device, result.error(), std::move(object));
  }
  self->flush();
}

asio::awaitable<void> DeviceController::Impl::write_event(std::shared_ptr<Impl> self, Client client,
                                                          EventRecorder::Write write) {
  const std::string name = write.name;
  const auto written = co_await self->put_event(*client, std::move(write));
  self->give_back(std::move(client));
  if (self->stopped_) co_return;
  self->core_.event_written(name, written);
  self->flush();
}

asio::awaitable<Result<void>> DeviceController::Impl::put_event(kube::KubeClient& client,
                                                                EventRecorder::Write write) {
  if (write.exists) {
    std::string path = kube::resource_path("", "v1", "events", write.ns, write.name);
    json body = {{"count", write.object["count"]}, {"lastTimestamp", write.object["lastTimestamp"]}};
    const auto patched = co_await client.patch(path, kube::PatchType::merge, std::move(body));
    if (patched) co_return Result<void>();
    if (patched.error().cls != ErrorClass::not_found) co_return patched.error();
  }
  std::string collection = kube::resource_path("", "v1", "events", write.ns);
  json object = std::move(write.object);
  const auto created = co_await client.create(collection, std::move(object));
  if (!created && created.error().cls != ErrorClass::conflict) co_return created.error();
  co_return Result<void>();
}

asio::awaitable<void> DeviceController::Impl::write_node(std::shared_ptr<Impl> self, Client client,
                                                         NodeWrite write) {
  const std::string name = write.node;
  const auto written = co_await self->put_node(*client, std::move(write));
  self->give_back(std::move(client));
  if (self->stopped_) co_return;
  self->core_.node_written(name, written);
  self->flush();
}

asio::awaitable<Result<void>> DeviceController::Impl::put_node(kube::KubeClient& client, NodeWrite write) {
  if (write.create) {
    std::string collection = kube::resource_path("", "v1", "nodes");
    json object = *std::move(write.create);
    const auto created = co_await client.create(collection, std::move(object));
    if (!created && created.error().cls != ErrorClass::conflict) co_return created.error();
  }
  std::string path =
      kube::resource_path("", "v1", "nodes", "", write.node, node_status_path_ ? "status" : "");
  json body = std::move(write.status);
  const auto patched = co_await client.patch(path, kube::PatchType::strategic, std::move(body));
  if (!patched) co_return patched.error();
  if (!write.lease) co_return Result<void>();
  json lease = *std::move(write.lease);
  lease["metadata"]["ownerReferences"] = json::array({{{"apiVersion", "v1"},
                                                       {"kind", "Node"},
                                                       {"name", write.node},
                                                       {"uid", text_at(*patched, {"metadata", "uid"})}}});
  const auto renewed = co_await renew_lease(client, std::move(lease));
  if (renewed) co_return Result<void>();
  if (ApiHealth::is_absence(renewed.error())) co_return renewed.error();
  // An API without Leases, or one that does not let us write them: the Node tells as much.
  spdlog::debug("controller: the Lease of node {} is not renewed: {}", write.node, renewed.error().text);
  co_return Result<void>();
}

asio::awaitable<Result<void>> DeviceController::Impl::renew_lease(kube::KubeClient& client, json lease) {
  const std::string group = "coordination.k8s.io";
  std::string path =
      kube::resource_path(group, "v1", "leases", kLeaseNamespace, text_at(lease, {"metadata", "name"}));
  json body = lease;
  const auto patched = co_await client.patch(path, kube::PatchType::merge, std::move(body));
  if (patched) co_return Result<void>();
  if (patched.error().cls != ErrorClass::not_found) co_return patched.error();
  std::string collection = kube::resource_path(group, "v1", "leases", kLeaseNamespace);
  const auto created = co_await client.create(collection, std::move(lease));
  if (!created && created.error().cls != ErrorClass::conflict) co_return created.error();
  co_return Result<void>();
}

}  // namespace hearth::controller
