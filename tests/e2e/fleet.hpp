// SPDX-License-Identifier: Apache-2.0
// A system whose link goes through a LinkProxy, and devices of two kinds: lamps of the virtual mapper whose switch is
// a file, so that writes to the appliance can be counted, and meters that only a mapper outside of the host serves.
// Thread: the test's.   Errors: as SystemTest.
#pragma once

#include <map>

#include "sdk/base/ids.hpp"
#include "tests/e2e/link_proxy.hpp"
#include "tests/e2e/mqtt_client.hpp"
#include "tests/e2e/system.hpp"

namespace hearth::e2e {

/// Counts how often the virtual mapper has replaced a value file of a folder: each time is one write to an appliance.
class WriteCounter {
 public:
  explicit WriteCounter(const std::filesystem::path& folder);
  ~WriteCounter();
  WriteCounter(const WriteCounter&) = delete;
  WriteCounter& operator=(const WriteCounter&) = delete;

  /// By file name, since the counter was made or last forgot.
  std::map<std::string, int> counts();
  int total();
  void forget();

 private:
  int inotify_ = -1;
  std::map<std::string, int> counts_;
};

class FleetTest : public SystemTest {
 protected:
  /// Broker, cloud, proxy and host, with the models of both kinds in namespace default.
  void start_fleet(const Arguments& of_the_cloud = {});
  /// A host whose mappers are there already.
  void restart_host();

  /// Applied with kubectl in one go.
  void apply(const nlohmann::json& objects);
  void apply_one(const nlohmann::json& object) { apply(nlohmann::json::array({object})); }

  nlohmann::json model(const std::string& name, const std::string& ns = "default") const;
  /// With its switch in the file NAME of switches().
  nlohmann::json lamp(const std::string& name, const std::string& desired) const;
  /// lamp-0, lamp-1, …
  nlohmann::json lamps(int count, const std::string& desired) const;
  nlohmann::json meter(const DeviceId& id, const std::string& desired = "") const;
  static nlohmann::json with_desired(nlohmann::json device, const std::string& value);

  std::filesystem::path switches() const { return folder().path() / "switches"; }
  /// What the lamp's switch stands at.
  std::string switch_of(const std::string& name) const;

  /// By the outside mapper: an update of property "value"; true once the host has answered that it took it.
  bool report(MqttClient& mapper, const DeviceId& id, const std::string& value);
  static std::string update_topic(const DeviceId& id) { return topic(id, "twin/update"); }
  static std::string topic(const DeviceId& id, const std::string& what) {
    return "$hw/events/device/" + id.str() + "/" + what;
  }
  static nlohmann::json update(const std::string& event_id, const std::string& value);

  /// Reported values of all devices, all namespaces, as the API has them now; by device and property.
  std::map<DeviceId, std::map<std::string, std::string>> all_reported() const;
  std::string reported_by(const DeviceId& id, const std::string& property = "value") const;
  bool shows(const DeviceId& id, const std::string& value,
             std::chrono::milliseconds patience = kPatience) const;

  LinkProxy& proxy() { return *proxy_; }

 private:
  std::unique_ptr<LinkProxy> proxy_;
};

/// What the kernel has counted for a process.
struct ProcessCost {
  double cpu_seconds = 0;
  std::uint64_t disk_bytes = 0;  ///< handed to the block layer; 0 on a file system in memory
  std::size_t descriptors = 0;
};
ProcessCost cost_of(int pid);

/// The number in an environment variable, or `otherwise`.
int number_from_environment(const char* name, int otherwise);

}  // namespace hearth::e2e
