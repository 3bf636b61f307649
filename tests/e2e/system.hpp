// SPDX-License-Identifier: Apache-2.0
// A whole Hearth for one test: cloud, broker, edge host, kubectl. Parts are started, stopped and killed one by one.
// Thread: the test's.   Errors: a part that does not come up fails the test with its log.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/e2e/eventually.hpp"
#include "tests/e2e/process.hpp"

namespace hearth::e2e {

/// build/bin/NAME, and build/lib/hearth/mappers/NAME.so.
std::filesystem::path binary(const std::string& name);
std::filesystem::path mapper_file(const std::string& name);
std::filesystem::path source_dir();

class SystemTest : public testing::Test {
 protected:
  /// At its first start the cloud takes any free ports; after a restart the same ones.
  void start_cloud(const Arguments& more = {});
  /// A cloud without an API of its own: it works with that of a kubeconfig.
  void start_controller(const std::filesystem::path& kubeconfig);
  void start_broker();
  /// Needs a started cloud; with the broker started before, or `broker` of its own.
  void start_host(const Arguments& more = {});
  void start_all();
  /// With configs/models applied, and the lamp and the thermometer of configs/devices.
  void start_all_with_devices();
  void TearDown() override;

  Process& cloud() { return *cloud_; }
  Process& broker() { return *broker_; }
  Process& host() { return *host_; }

  Finished kubectl(Arguments arguments, const std::string& input = "") const;
  Finished hearthctl(Arguments arguments, const std::string& input = "") const;
  /// A device as the API has it; null if it is not there.
  nlohmann::json device(const std::string& name) const;
  /// The reported value, or "" while there is none.
  std::string reported(const std::string& device_name, const std::string& property) const;
  /// reason of a condition, or "".
  std::string condition_reason(const std::string& device_name, const std::string& type) const;
  /// Patches spec.properties[0].desired.value with kubectl.
  Finished desire(const std::string& device_name, const std::string& value) const;
  void expect_reported(const std::string& device_name, const std::string& property, const std::string& value);

  const TempFolder& folder() const { return folder_; }
  std::filesystem::path mappers() const { return folder_.path() / "mappers"; }
  std::filesystem::path cloud_dir() const { return folder_.path() / "cloud"; }
  std::filesystem::path edge_dir() const { return folder_.path() / "edge"; }
  const std::string& hub_address() const { return hub_listen_; }
  const std::string& cert_address() const { return cert_listen_; }
  std::string join_token() const;
  /// Hosts started from now on dial the cloud there (a link_proxy, say) instead of at hub_address().
  void dial_hub_at(std::string address) { dialled_hub_ = std::move(address); }
  /// The cloud listens for nodes on that address instead of loopback, and says so in its certificate.
  void serve_nodes_on(const std::string& address);
  /// Hosts started from now on run behind that command (`ip netns exec NAME`), with a broker of their own.
  void run_hosts_inside(Arguments command) { host_prefix_ = std::move(command); }
  /// Hosts started from now on have these variables too.
  void run_hosts_with(Environment environment) { host_environment_ = std::move(environment); }
  int broker_port() const { return broker_port_; }
  std::string broker_url() const;

 private:
  void learn_hub_ports();

  TempFolder folder_;
  int broker_port_ = 0;
  std::string api_listen_ = "127.0.0.1:0";
  std::string hub_listen_ = "127.0.0.1:0";
  std::string cert_listen_ = "127.0.0.1:0";
  std::string dialled_hub_;  // empty: hub_listen_
  std::string advertised_;   // empty: loopback alone
  Arguments host_prefix_;
  Environment host_environment_;
  std::unique_ptr<Process> cloud_;
  std::unique_ptr<Process> broker_;
  std::unique_ptr<Process> host_;
};

}  // namespace hearth::e2e
