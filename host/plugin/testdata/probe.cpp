// SPDX-License-Identifier: Apache-2.0
// A mapper that does wrong what its config names: throwIn names a call, returns names a bad result, sleepMs how long
// each read takes, whatever its deadline.
#include <limits>
#include <stdexcept>
#include <thread>

#include "sdk/mapper/mapper.hpp"

namespace hearth::plugin::testdata {

using namespace mapper;

void maybe_throw(const DeviceConfig& config, const std::string& call) {
  if (config.config.value("throwIn", "") == call) throw std::runtime_error("thrown in " + call);
}

class ProbeDevice : public Device {
 public:
  explicit ProbeDevice(DeviceConfig config) : config_(std::move(config)) {}

  Expected<Handle> prepare(const PropertyConfig& property) override {
    maybe_throw(config_, "prepare");
    if (property.config.value("answer", "") == "refuse") return config_error("this property is refused");
    return ++last_;
  }

  ReadResult read(Handle, Deadline) override {
    maybe_throw(config_, "read");
    std::this_thread::sleep_for(std::chrono::milliseconds(config_.config.value("sleepMs", 0)));
    if (config_.config.value("throwIn", "") == "read a number") throw 7;
    const auto returns = config_.config.value("returns", "");
    if (returns == "link") return {link_error("the cable is out")};
    if (returns == "int") return {{}, std::int64_t{1}};
    if (returns == "not utf-8") return {{}, std::string("\xff\xfe")};
    if (returns == "huge") return {{}, std::string(device::kMaxValueSize + 1, 'x')};
    if (returns == "nan") return {{}, std::numeric_limits<double>::quiet_NaN()};
    return {{}, std::string("value")};
  }

  std::vector<ReadResult> read_batch(std::span<const Handle> handles, Deadline deadline) override {
    if (config_.config.value("returns", "") == "nothing") return {};
    return Device::read_batch(handles, deadline);
  }

  WriteOutcome write(Handle handle, const device::Value& value, Deadline) override {
    maybe_throw(config_, "write");
    if (push_) push_(handle, {{}, value});
    return {WriteOutcome::Kind::accepted};
  }

  Status health() override {
    maybe_throw(config_, "health");
    return {};
  }

  Status subscribe(std::span<const Handle>, Push push) override {
    push_ = std::move(push);
    return {};
  }

 private:
  DeviceConfig config_;
  Push push_;
  Handle last_ = 0;
};

class ProbeMapper : public Mapper {
 public:
  static constexpr bool kSubscribes = true;
  using Mapper::Mapper;

  std::vector<Issue> validate(const DeviceConfig& config) const override {
    maybe_throw(config, "validate");
    if (config.config.contains("returns") && config.config.contains("throwIn")) {
      return {{protocol_path(), "throwIn and returns exclude each other"}};
    }
    return {};
  }

  Expected<std::string> bus_key(const DeviceConfig& config) const override {
    maybe_throw(config, "bus_key");
    return config.config.value("returns", "") == "no key" ? std::string() : "probe:" + config.name;
  }

  Expected<std::unique_ptr<Device>> open(const DeviceConfig& config, Deadline) override {
    maybe_throw(config, "open");
    const auto returns = config.config.value("returns", "");
    if (returns == "no device") return std::unique_ptr<Device>();
    if (returns == "busy") return busy_error("held by somebody");
    return std::make_unique<ProbeDevice>(config);
  }

  Expected<std::vector<Discovered>> discover(Deadline) override {
    return std::vector<Discovered>{{"probe-1", "probe", "{}", "a probe on the bench"}};
  }
};

}  // namespace hearth::plugin::testdata

HEARTH_MAPPER(hearth::plugin::testdata::ProbeMapper)
