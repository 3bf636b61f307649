// SPDX-License-Identifier: Apache-2.0
#include "host/host.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <optional>

#include "host/bus_inlet.hpp"
#include "host/event_data.hpp"
#include "host/eventbus/event_bus.hpp"
#include "host/eventbus/managed_broker.hpp"
#include "host/http_front.hpp"
#include "host/hub/edge_hub.hpp"
#include "host/manifests.hpp"
#include "host/mapper/device_runtime.hpp"
#include "host/mapper/workers.hpp"
#include "host/mapper_folders.hpp"
#include "host/part_options.hpp"
#include "host/plugin/catalogue.hpp"
#include "host/plugin/folder_watch.hpp"
#include "host/twin/device_twin.hpp"
#include "sdk/base/memory.hpp"
#include "sdk/loop/asio_scheduler.hpp"
#include "sdk/store/writer.hpp"

namespace hearth::host {
namespace {

constexpr std::size_t kWorkers = 8;
constexpr std::chrono::seconds kWorkersLimit{5};
constexpr std::chrono::seconds kQuiet{3};

/// Members in the order they are built; they go in the opposite one.
class Host {
 public:
  explicit Host(const HostOptions& options) : options_(options), catalogue_(mapper_folders(options)) {}

  Result<void> run() {
    std::error_code error;
    std::filesystem::create_directories(options_.data_dir, error);
    if (error) {
      return unavailable("DataDir",
                         fmt::format("cannot make {}: {}", options_.data_dir.string(), error.message()));
    }
    if (const auto opened = open_storage(); !opened) return opened;
    writer_ = std::make_unique<store::StorageWriter>(*storage_, io_.get_executor());
    const auto http = start_http();
    if (!http) return http.error();
    stop_on_signal();
    boost::asio::co_spawn(io_, start(), [this](std::exception_ptr problem, Result<void> result) {
      started(problem, std::move(result));
    });
    run_io();
    end_workers();
    return std::move(outcome_);
  }

 private:
  Result<void> open_storage() {
    auto storage = store::Storage::open(storage_options(options_, metrics_));
    if (!storage) return std::move(storage).error().within("the host's database");
    storage_ = std::move(*storage);
    const auto& problem = storage_->opened().problem;
    if (!problem.empty()) spdlog::warn("host: {}", problem);
    return {};
  }

  /// What a handler throws is the loss of that one event, not the end of the host.
  void run_io() {
    for (;;) {
      try {
        io_.run();
        return;
      } catch (const std::exception& escaped) {
        spdlog::error("host: an event was not handled: {}", escaped.what());
      }
    }
  }

  /// A mapper may never come back from a call. Its thread cannot be ended alone, so the process ends around it:
  /// with everything stored, and nothing destroyed that the thread may look at.
  void end_workers() {
    if (workers_.join_within(kWorkersLimit)) return;
    spdlog::error("host: a mapper does not come back from a call; the process ends without it");
    storage_.reset();
    if (event_data_) event_data_->close();
    spdlog::default_logger()->flush();
    std::_Exit(EXIT_FAILURE);
  }

  boost::asio::awaitable<Result<void>> start() {
    build_bus();
    build_hub();
    build_runtime();
    build_twin();
    inlet_.emplace(BusInlet::Parts{*runtime_, *twin_, event_data_.get()}, metrics_);
    catalogue_.rescan();
    log_mappers(catalogue_);
    folder_watch_ =
        std::make_unique<plugin::FolderWatch>(io_, mapper_folders(options_), [this] { rescan_mappers(); });
    if (const auto loaded = twin_->load(); !loaded) co_return loaded.error();
    if (const auto read = apply_manifests(options_, *twin_); !read) co_return read.error();
    if (event_data_) event_data_->start();
    if (hub_) hub_->start();
    const auto broker = co_await start_bus();
    if (!broker || stopping_) co_return broker;
    ready_ = true;
    give_back_soon();
    spdlog::info("host: node {} is up, state in {}", options_.node_name, options_.data_dir.string());
    co_return Result<void>();
  }

  void started(std::exception_ptr problem, Result<void> result) {
    if (stopping_) return;  // what a start that was broken off comes to does not matter
    outcome_ = std::move(result);
    try {
      if (problem) std::rethrow_exception(problem);
    } catch (const std::exception& error) {
      outcome_ = internal_error(error.what());
    }
    if (outcome_.has_error()) begin_stop();
  }

  /// The cloud's link does not wait for the broker: until that is there, messages go from part to part in the process.
  boost::asio::awaitable<Result<void>> start_bus() {
    if (const auto port = managed_port(options_.broker)) {
      const auto managed = co_await start_managed_broker(*port);
      if (!managed) co_return managed.error();
      bus_->use_broker(*managed);
    }
    if (!stopping_) bus_->start();
    co_return Result<void>();
  }

  boost::asio::awaitable<Result<std::string>> start_managed_broker(std::uint16_t port) {
    eventbus::ManagedBrokerOptions broker_options;
    broker_options.data_dir = options_.data_dir;
    broker_options.port = port;
    broker_ = std::make_unique<eventbus::ManagedBroker>(io_, broker_options);
    const auto started = co_await broker_->start();
    if (!started) co_return started.error();
    co_return fmt::format("mqtt://127.0.0.1:{}", broker_->port());
  }

  void build_bus() {
    bus_ = std::make_unique<eventbus::EventBus>(io_, bus_options(options_), metrics_);
    bus_->on_message([this](const eventbus::BusMessage& message) { inlet_->take(message); });
    bus_->on_link([this](const eventbus::BrokerState& state) { broker_changed(state); });
  }

  void build_hub() {
    if (options_.hub_url.empty()) return;
    hub_ = std::make_unique<edgehub::EdgeHub>(io_, hub_options(options_), metrics_);
    hub_->on_message([this](wire::HubMessage message) { take_from_hub(message); });
    hub_->on_link([this](const edgehub::LinkState& link) { link_changed(link); });
    hub_->on_room([this] { twin_->link_has_room(); });
    event_data_ = std::make_unique<EventData>(
        io_, options_, [this](wire::HubMessage message) { return hub_->send(std::move(message)); }, metrics_);
  }

  void take_from_hub(const wire::HubMessage& message) {
    if (message.header.parent_msg_id.empty() || !event_data_->spool().handle_response(message)) {
      twin_->handle_hub(message);
    }
  }

  void link_changed(const edgehub::LinkState& link) {
    if (link.up) {
      give_back_soon();
      twin_->link_up(link.hearth_peer);
      event_data_->spool().link_up(link.hearth_peer);
    } else {
      twin_->link_down();
      event_data_->spool().link_down();
    }
  }

  void build_runtime() {
    runtime::RuntimeOptions runtime_options;
    runtime_options.mapper_of_model = options_.mapper_of_model;
    runtime::Outputs outputs;
    outputs.publish = publisher();
    outputs.conditions = [this](const DeviceId& id, std::vector<wire::Condition> conditions) {
      twin_->report_conditions(id, std::move(conditions));
    };
    outputs.want_delta = [this](const DeviceId& id) {
      twin_->publish_delta(id);
      give_back_soon();
    };
    outputs.still_wanted = [this](const DeviceId& id, const std::string& property, const std::string& value) {
      return twin_->wants(id, property, value);
    };
    runtime_ = std::make_unique<runtime::DeviceRuntime>(io_, workers_, catalogue_, std::move(runtime_options),
                                                        std::move(outputs), metrics_, trace_);
  }

  void build_twin() {
    twin::Outputs outputs;
    outputs.publish = publisher();
    outputs.send = [this](wire::HubMessage message) { return hub_ && hub_->send(std::move(message)); };
    twin::DeviceListener listener;
    listener.changed = [this](const device::Device& device, const device::DeviceModel* model) {
      runtime_->device_changed(device, model);
    };
    listener.removed = [this](const DeviceId& id) {
      runtime_->device_removed(id);
      give_back_soon();
    };
    twin_ = std::make_unique<twin::DeviceTwin>(scheduler_, *writer_,
                                               twin_options(options_, storage_->opened().problem),
                                               std::move(outputs), std::move(listener), metrics_, trace_);
  }

  std::function<void(std::string, std::string)> publisher() {
    return [this](std::string topic, std::string payload) {
      bus_->publish(std::move(topic), std::move(payload));
    };
  }

  void broker_changed(const eventbus::BrokerState& state) {
    if (stopping_) return;
    inlet_->link_changed();
    runtime_->broker_changed(state.connected, state.reason, state.message);
    // Mappers of other programs have missed what was published meanwhile.
    if (state.connected) twin_->publish_deltas();
  }

  /// What starting, connecting and opening devices have used is used hardly again.
  void give_back_soon() {
    quiet_timer_.expires_after(kQuiet);
    quiet_timer_.async_wait([](const boost::system::error_code& error) {
      if (!error) give_back_memory();
    });
  }

  void rescan_mappers() {
    if (!catalogue_.rescan()) return;
    log_mappers(catalogue_);
    runtime_->catalogue_changed();
  }

  Result<void> start_http() {
    const HttpFront::Probes probes{[this] { return ready_ && bus_ && bus_->connected(); }};
    http_ = std::make_unique<HttpFront>(io_.get_executor(), options_.http_listen, probes, metrics_, trace_);
    return http_->start();
  }

  void stop_on_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) begin_stop();
    });
  }

  void begin_stop() {
    if (std::exchange(stopping_, true)) return;
    boost::asio::co_spawn(io_, stop(), [this](std::exception_ptr) { io_.stop(); });
  }

  boost::asio::awaitable<void> stop() {
    spdlog::info("host: stopping");
    ready_ = false;
    quiet_timer_.cancel();
    signals_.clear();  // a second signal ends the process at once
    folder_watch_.reset();
    if (runtime_) co_await runtime_->stop();
    if (bus_) co_await bus_->stop();
    co_await settle();
    if (hub_) co_await hub_->stop();
    if (broker_) co_await broker_->stop();
    http_->stop();
  }

  /// The devices' last word ("offline") has come back from the bus: it is stored, and on its way to the cloud.
  boost::asio::awaitable<void> settle() {
    co_await boost::asio::post(boost::asio::use_awaitable);
    if (!twin_) co_return;
    const auto stored = co_await twins_stored();
    if (!stored) spdlog::warn("host: {}", stored.error().text);
  }

  boost::asio::awaitable<Result<void>> twins_stored() {
    const auto initiate = [this](auto handler) {
      const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
      // Posted, as it may come from within the call.
      twin_->when_stored([this, shared](const Result<void>& stored) {
        boost::asio::post(io_, [shared, stored] { std::move (*shared)(stored); });
      });
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<void>)>(
        initiate, boost::asio::use_awaitable);
  }

  const HostOptions& options_;
  runtime::Workers workers_{kWorkers};  // outlives the coroutines in io_, which hold strands of it
  boost::asio::io_context io_{1};
  AsioScheduler scheduler_{io_.get_executor()};
  boost::asio::signal_set signals_{io_, SIGINT, SIGTERM};
  boost::asio::steady_timer quiet_timer_{io_};
  Metrics metrics_;
  Trace trace_;
  plugin::Catalogue catalogue_;
  std::unique_ptr<store::Storage> storage_;
  std::unique_ptr<store::StorageWriter> writer_;
  std::unique_ptr<HttpFront> http_;
  std::unique_ptr<eventbus::ManagedBroker> broker_;
  std::unique_ptr<eventbus::EventBus> bus_;
  std::unique_ptr<edgehub::EdgeHub> hub_;
  std::unique_ptr<EventData> event_data_;  // with hub_
  std::unique_ptr<runtime::DeviceRuntime> runtime_;
  std::unique_ptr<twin::DeviceTwin> twin_;
  std::optional<BusInlet> inlet_;
  std::unique_ptr<plugin::FolderWatch> folder_watch_;
  Result<void> outcome_;
  bool ready_ = false;
  bool stopping_ = false;
};

}  // namespace

Result<void> run(const HostOptions& options) {
  return Host(options).run();
}

}  // namespace hearth::host
