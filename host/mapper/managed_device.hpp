// SPDX-License-Identifier: Apache-2.0
// One device at its mapper: finds the mapper, checks the configuration, opens, reads in cycles, writes what
// is desired, and starts again after a failure. A single coroutine; everything else only wakes it.
// Thread: members on the io_context thread; mapper calls on the strand of the device's bus.
// Errors: each problem is the device's condition MapperReady with a reason and a sentence.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "host/mapper/bus_pool.hpp"
#include "host/mapper/device_runtime.hpp"
#include "host/mapper/read_plan.hpp"
#include "host/mapper/write_plan.hpp"

namespace hearth::runtime {

/// What all devices share; outlives them.
struct Surroundings {
  boost::asio::io_context& io;
  BusPool& buses;
  plugin::Catalogue& catalogue;
  const RuntimeOptions& options;
  const Outputs& outputs;
  Trace& trace;
  const Clock& clock;
  const std::optional<wire::Condition>& broker;  ///< goes with every device's own condition
  prometheus::Counter& reads;
  prometheus::Counter& writes;
  prometheus::Counter& failures;
};

class ManagedDevice : public std::enable_shared_from_this<ManagedDevice> {
 public:
  ManagedDevice(Surroundings surroundings, DeviceId id);

  /// Once, after the first set(); `finished` is called after stop() when the device is closed.
  void start(std::function<void()> finished);
  /// New manifests; an open device is reopened only if what its mapper sees has changed.
  void set(const device::Device& device, const device::DeviceModel* model);
  void want(const std::map<std::string, std::string>& desired);
  /// The catalogue has changed.
  void look_again();
  /// The whole list, as DeviceTwin takes it; nothing before the device has a condition of its own.
  void tell_conditions() const;
  void stop();

 private:
  using Time = std::chrono::steady_clock::time_point;

  struct Setup {
    std::shared_ptr<plugin::LoadedMapper> mapper;
    std::shared_ptr<const device::ResolvedDevice> resolved;  ///< one for all coroutines of a session
    Bus bus;
  };

  boost::asio::awaitable<void> run();
  Result<Setup> prepare();
  boost::asio::awaitable<void> connect_and_serve(Setup setup);
  boost::asio::awaitable<mapper::Status> serve(Setup setup, std::shared_ptr<plugin::LoadedDevice> device);
  boost::asio::awaitable<mapper::Status> write_due(Setup setup, std::shared_ptr<plugin::LoadedDevice> device);
  boost::asio::awaitable<mapper::Status> read_due(Setup setup, std::shared_ptr<plugin::LoadedDevice> device);
  boost::asio::awaitable<void> sleep_until(std::optional<Time> when);
  boost::asio::awaitable<void> back_off(mapper::Status why);

  mapper::Status note_write(const Setup& setup, const WritePlan::Write& write,
                            const mapper::WriteOutcome& outcome);
  mapper::Status note_reads(const std::vector<std::string>& names,
                            const std::vector<mapper::ReadResult>& results);
  void report(const std::map<std::string, std::string>& values, const device::ResolvedDevice& resolved);
  void ended(std::exception_ptr problem);
  void set_state(const std::string& state);
  void set_condition(wire::ConditionStatus status, std::string reason, std::string message);
  void arm_stuck_alarm();
  mapper::Deadline call_deadline() const;
  void wake();

  Surroundings around_;
  DeviceId id_;
  std::function<void()> finished_;

  std::optional<device::Device> device_;
  std::optional<device::DeviceModel> model_;
  std::shared_ptr<plugin::LoadedMapper> mapper_;  ///< of the open device
  std::optional<ReadPlan> reads_;
  WritePlan writes_;
  Backoff backoff_;
  std::string state_;
  std::optional<wire::Condition> condition_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer stuck_alarm_;
  bool reopen_ = false;
  bool stopping_ = false;
};

}  // namespace hearth::runtime
