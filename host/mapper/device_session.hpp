// SPDX-License-Identifier: Apache-2.0
// One open device: writes what is desired and reads in cycles, until something ends it.
// Thread: the io_context's; mapper calls on the strand of the device's bus.
// Errors: a status for what ends the session; what concerns one property alone is told, and the session goes on.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "host/mapper/device_word.hpp"
#include "host/mapper/mapper_calls.hpp"
#include "host/mapper/read_plan.hpp"
#include "host/mapper/rest.hpp"
#include "host/mapper/write_plan.hpp"

namespace hearth::runtime {

/// What a device keeps from session to session.
struct DeviceLife {
  const Surroundings& around;
  DeviceId id;
  DeviceWord word;
  WritePlan writes;
  Backoff backoff;
  Rest rest;
  std::shared_ptr<MapperCalls> calls;
};

/// Who serves a device, as what, and on which bus.
struct Setup {
  std::shared_ptr<plugin::LoadedMapper> mapper;
  std::shared_ptr<const Wiring> wiring;
  Bus bus;
};

class DeviceSession {
 public:
  /// `life` outlives the session.
  DeviceSession(DeviceLife& life, Setup setup, std::unique_ptr<plugin::LoadedDevice> device);

  /// Until the device is to be closed or opened anew (ok), or is lost (why).
  boost::asio::awaitable<mapper::Status> serve();
  /// It may block, so it happens on the bus.
  boost::asio::awaitable<void> close();

 private:
  using Time = std::chrono::steady_clock::time_point;

  boost::asio::awaitable<mapper::Status> write_due();
  boost::asio::awaitable<mapper::Status> read_due();
  /// The value to be written; nothing if there is no point in writing it.
  std::optional<device::Value> writable(const WritePlan::Write& write);
  mapper::Status note_write(const WritePlan::Write& write, const mapper::WriteOutcome& outcome);
  mapper::Status note_failed_write(const WritePlan::Write& write, const mapper::Status& status);
  void note_confirmed(const std::string& property, const std::optional<device::Value>& actual, Time now);
  void note_values(const std::vector<std::string>& names, const std::vector<mapper::ReadResult>& results);
  mapper::Status note_problems(const std::vector<std::string>& names,
                               const std::vector<mapper::ReadResult>& results);
  std::optional<Time> next_due() const;

  DeviceLife& life_;
  Setup setup_;
  std::shared_ptr<plugin::LoadedDevice> device_;
  ReadPlan reads_;
};

}  // namespace hearth::runtime
