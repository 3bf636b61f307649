// SPDX-License-Identifier: Apache-2.0
// The life of one device: finds its mapper, checks the configuration, opens, lets a DeviceSession serve it, and starts
// again after a failure. While somebody serves it, it is a single coroutine, and everything else only wakes that; a device
// that nobody can serve has none and waits for a change.
// Thread: members on the io_context thread; mapper calls on the strand of the device's bus.
// Errors: each problem is the device's condition MapperReady with a reason and a sentence.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "host/mapper/device_session.hpp"

namespace hearth::runtime {

class ManagedDevice : public std::enable_shared_from_this<ManagedDevice> {
 public:
  ManagedDevice(const Surroundings& around, DeviceId id);

  /// Once, after the first set(); `finished` is called after stop() when the device is closed.
  void start(std::function<void()> finished);
  /// New manifests; an open device is reopened only if what its mapper sees has changed.
  void set(const device::Device& device, const device::DeviceModel* model);
  void want(const std::map<std::string, std::string>& desired);
  /// The catalogue has changed.
  void look_again();
  void tell_conditions() const { life_.word.conditions(); }
  void stop();

 private:
  /// Serves the device, or says why it cannot be served.
  void begin();
  void begin_anew();
  Result<Setup> prepare() const;
  Result<std::shared_ptr<plugin::LoadedMapper>> find_mapper() const;
  boost::asio::awaitable<void> connect_and_serve(Setup setup);
  boost::asio::awaitable<void> back_off(mapper::Status why);
  void ended(std::exception_ptr problem);
  void finish();

  const Surroundings& around_;
  DeviceLife life_;
  std::function<void()> finished_;  ///< null before start() and after the end
  bool served_ = false;             ///< the coroutine runs
  std::string model_name_;
  std::shared_ptr<const Wiring> wiring_;          ///< null while the model is not known
  std::shared_ptr<plugin::LoadedMapper> mapper_;  ///< of the open device
};

}  // namespace hearth::runtime
