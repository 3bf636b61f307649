// SPDX-License-Identifier: Apache-2.0
// One device at the simulated mapper: opens, writes what is due, reads what is due, waits; one call at a time.
// Thread: the process's.   Errors: a failed call closes the device for a while.
#pragma once

#include <deque>
#include <optional>

#include "tests/sim/sim_mapper.hpp"

namespace hearth::sim {

class MappedDevice : public std::enable_shared_from_this<MappedDevice> {
 public:
  MappedDevice(SimMapper& mapper, DeviceId id);

  void set(const device::Device& device, const std::optional<device::DeviceModel>& model);
  void want(const std::map<std::string, std::string>& desired);
  void stop();

 private:
  using Write = runtime::WritePlan::Write;

  void wake();
  void turn();
  void open();
  void opened();
  bool write_next();
  void wrote(const Write& write, bool answered);
  bool read_due();
  void read(const std::vector<std::string>& names);
  void report(const std::map<std::string, std::string>& values);
  void fail(const std::string& why);
  void close();
  void sleep();
  /// Runs `effect` on the appliance somewhere within the call, whatever becomes of this process, and `done` after it.
  void call(Task effect, Task done);
  Appliance& appliance();
  void set_state(const std::string& state);
  void set_condition(wire::ConditionStatus status, const std::string& reason);

  SimMapper& mapper_;
  const DeviceId id_;
  std::optional<device::Device> device_;
  std::optional<device::DeviceModel> model_;
  device::ResolvedDevice resolved_;
  std::optional<runtime::ReadPlan> reads_;
  runtime::WritePlan writes_;
  Backoff backoff_;
  std::deque<Write> due_writes_;
  std::unique_ptr<Alarm> alarm_;
  std::optional<Time> retry_at_;
  std::string state_;
  bool open_ = false;
  bool busy_ = false;
  bool reopen_ = true;
  bool stopping_ = false;
  bool closed_ = false;
};

}  // namespace hearth::sim
