// SPDX-License-Identifier: Apache-2.0
// What drives the controller's state machines: informers, the hub's callbacks and timers in, messages and API
// writes out.
// Thread: everything but the constructor on strand().   Errors: see device_controller.hpp.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cloud/controller/device_controller.hpp"
#include "cloud/controller/downlink.hpp"
#include "cloud/controller/event_recorder.hpp"
#include "cloud/controller/node_registry.hpp"
#include "cloud/controller/patch_queue.hpp"
#include "cloud/controller/status_base.hpp"
#include "cloud/controller/uplink.hpp"
#include "cloud/kube/informer.hpp"

namespace hearth::controller {

class DeviceController::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::any_io_executor executor, kube::Access access, NodeLink link, ControllerOptions options,
       Metrics& metrics, Trace& trace, Clock clock);

  const boost::asio::any_io_executor& strand() const { return strand_; }
  void start();
  void node_connected(const std::string& node, bool hearth_peer);
  void node_disconnected(const std::string& node);
  void node_message(const std::string& node, wire::HubMessage message);
  void stop();

 private:
  using Client = std::unique_ptr<kube::KubeClient>;

  /// A message that came before the devices were known.
  struct EarlyMessage {
    std::string node;
    wire::HubMessage message;
    std::size_t bytes;
  };

  Client make_client() const;
  std::unique_ptr<kube::Informer> make_informer(const std::string& plural,
                                                void (Impl::*upsert)(kube::ObjectPtr),
                                                void (Impl::*remove)(kube::ObjectPtr), bool& synced);
  void model_upsert(kube::ObjectPtr object);
  void model_delete(kube::ObjectPtr object);
  void device_upsert(kube::ObjectPtr object);
  void device_delete(kube::ObjectPtr object);
  void collection_synced();

  void handle_message(const std::string& node, const wire::HubMessage& message);
  void handle_report(const std::string& node, const wire::HubMessage& message);
  void log_once(const std::string& node, const Report& report);
  void run(DownlinkOutput output);
  void send(Send item);
  void touch(const DeviceId& device);
  DeviceFacts facts_of(const DeviceObject& device) const;

  void pump();
  void begin_write(PatchQueue::Work work);
  void status_written(PatchQueue::Work work, const StatusPatch& patch, Result<nlohmann::json> result);
  void status_accepted(const PatchQueue::Work& work, const StatusPatch& patch, nlohmann::json answer);
  void status_refused(PatchQueue::Work work, const Error& error);
  void confirm(const std::vector<Receipt>& receipts);
  void arm_timer();
  void tick();
  void mark_nodes_for_heartbeat(WallTime now);

  static boost::asio::awaitable<void> discover(std::shared_ptr<Impl> self);
  boost::asio::awaitable<Result<void>> discover_once();
  void adopt_nodes(const kube::KubeClient::List& list);
  static boost::asio::awaitable<void> write_status(std::shared_ptr<Impl> self, Client client,
                                                   PatchQueue::Work work, StatusPatch patch);
  static boost::asio::awaitable<void> write_events(std::shared_ptr<Impl> self);
  boost::asio::awaitable<Result<void>> write_event(EventRecorder::Write write);
  static boost::asio::awaitable<void> write_nodes(std::shared_ptr<Impl> self);
  boost::asio::awaitable<Result<void>> write_node(std::string node);
  /// Runs a coroutine of this object on its strand; `name` for the log if it ends by an exception.
  void spawn(boost::asio::awaitable<void> activity, const char* name);

  boost::asio::any_io_executor strand_;
  kube::Access access_;
  NodeLink link_;
  ControllerOptions options_;
  Trace& trace_;
  Clock clock_;
  Metrics& metrics_;

  Downlink downlink_;
  PatchQueue patches_;
  StatusBase statuses_;
  NodeRegistry nodes_;
  EventRecorder events_;

  std::unique_ptr<kube::Informer> model_informer_;
  std::unique_ptr<kube::Informer> device_informer_;
  std::vector<Client> idle_writers_;
  std::vector<kube::KubeClient*> clients_;  ///< all that are alive, to be closed by stop()
  Client event_client_;
  Client node_client_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer discovery_pause_;

  bool models_synced_ = false;
  bool devices_synced_ = false;
  bool synced_ = false;
  bool discovered_ = false;
  bool device_status_path_ = false;  ///< devices/status is a subresource of this API
  bool node_status_path_ = false;
  bool api_away_ = false;
  bool stopped_ = false;
  std::deque<EarlyMessage> early_;
  std::size_t early_bytes_ = 0;
  std::set<std::string> logged_;
  bool writing_events_ = false;
  bool writing_nodes_ = false;
  std::set<std::string> dirty_nodes_;
  std::set<std::string> failed_nodes_;
  std::set<std::string> node_objects_;  ///< Nodes known to exist
  std::optional<WallTime> next_heartbeat_;
};

}  // namespace hearth::controller
