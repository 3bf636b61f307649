// SPDX-License-Identifier: Apache-2.0
// What drives ControllerCore: informers, the hub's callbacks and a timer in, messages and API writes out.
// Thread: everything but the constructor on strand().   Errors: see device_controller.hpp.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cloud/controller/controller_core.hpp"
#include "cloud/controller/device_controller.hpp"
#include "cloud/kube/informer.hpp"

namespace hearth::controller {

class DeviceController::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::any_io_executor executor, kube::Access access, NodeLink link, ControllerOptions options,
       Metrics& metrics, Trace& trace, Clock clock);

  const boost::asio::any_io_executor& strand() const { return strand_; }
  void start();
  void node_connected(const std::string& node, bool hearth_peer, const std::string& address = {});
  void node_disconnected(const std::string& node);
  void node_duplicate(const std::string& node, const std::string& why);
  void node_reports(const std::string& node, std::vector<NodeReport> reports);
  void stop();

 private:
  using Client = std::unique_ptr<kube::KubeClient>;

  std::unique_ptr<kube::Informer> make_informer(const std::string& plural,
                                                void (ControllerCore::*upsert)(kube::ObjectPtr),
                                                void (ControllerCore::*remove)(kube::ObjectPtr),
                                                bool& synced);
  static boost::asio::awaitable<void> discover(std::shared_ptr<Impl> self);
  boost::asio::awaitable<Result<void>> discover_once();
  void collection_read();

  /// Does what the core wants done, and sets the timer.
  void flush();
  void send(Send item);
  void count(const ControllerOutput& output);
  void set_timer();

  static boost::asio::awaitable<void> write_status(std::shared_ptr<Impl> self, Client client,
                                                   StatusWrite write);
  static boost::asio::awaitable<void> write_event(std::shared_ptr<Impl> self, Client client,
                                                  EventRecorder::Write write);
  static boost::asio::awaitable<void> write_node(std::shared_ptr<Impl> self, Client client, NodeWrite write);
  boost::asio::awaitable<Result<void>> put_event(kube::KubeClient& client, EventRecorder::Write write);
  boost::asio::awaitable<Result<void>> put_node(kube::KubeClient& client, NodeWrite write);
  static boost::asio::awaitable<Result<void>> renew_lease(kube::KubeClient& client, nlohmann::json lease);
  /// As many as there are writes under way; each has a connection of its own.
  Client borrow_client();
  void give_back(Client client);
  prometheus::Counter& patch_counter(const std::string& outcome);
  prometheus::Counter& sent_counter(const std::string& operation);
  /// Runs a coroutine of this object on its strand; `name` for the log if it ends by an exception.
  void spawn(boost::asio::awaitable<void> activity, const char* name);

  boost::asio::any_io_executor strand_;
  kube::Access access_;
  NodeLink link_;
  Metrics& metrics_;
  Trace& trace_;
  ControllerCore core_;

  std::unique_ptr<kube::Informer> model_informer_;
  std::unique_ptr<kube::Informer> device_informer_;
  std::vector<Client> idle_clients_;
  std::vector<kube::KubeClient*> clients_;  ///< all that are alive, to be closed by stop()
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer discovery_pause_;

  std::array<prometheus::Counter*, kVerdictCount> report_counters_{};
  std::map<std::string, prometheus::Counter*> patch_counters_;  ///< by outcome
  std::map<std::string, prometheus::Counter*> sent_counters_;   ///< by operation
  prometheus::Gauge& waiting_;

  bool models_read_ = false;
  bool devices_read_ = false;
  bool discovered_ = false;
  bool device_status_path_ = false;  ///< devices/status is a subresource of this API
  bool node_status_path_ = false;
  bool stopped_ = false;
};

}  // namespace hearth::controller
