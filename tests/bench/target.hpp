// SPDX-License-Identifier: Apache-2.0
// The system under test as every program here is told it: a broker, an API server, devices that exist there.
// Nothing in it is Hearth's own, so that any system on KubeEdge's wire can be driven.
// Thread: plain value.   Errors: bad flags end the program with CLI11's message.
#pragma once

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <string_view>

#include "cloud/kube/kube_client.hpp"
#include "tests/bench/mqtt_client.hpp"

namespace hearth::bench {

struct Target {
  MqttOptions mqtt;
  std::string kubeconfig;
  std::string api_version = "v1beta1";
  std::string ns = "default";
  std::string property = "value";
  std::string expected;       ///< "expected" of every update; empty: there is none
  bool short_topics = false;  ///< $hw/events/device/NAME/…: EdgeCore up to 1.16.1

  /// $hw/events/device/NAMESPACE/NAME/twin/SUFFIX
  std::string topic(std::string_view device, std::string_view suffix) const;
  /// Of a device, or of all of the namespace.
  std::string path(const std::string& device = {}) const;
  /// The payload of twin/update that reports `value`.
  std::string update(std::string_view value, std::string_view event_id) const;
};

void add_broker_options(CLI::App& app, Target& target);
void add_api_options(CLI::App& app, Target& target);

/// The client of the kubeconfig; throws std::runtime_error if that cannot be used.
kube::KubeClient make_api_client(boost::asio::io_context& io, const Target& target);

/// So that values of one run are not those of an earlier one.
std::string run_name();

/// Parses, runs and turns exceptions into a message and status 1.
int run_program(CLI::App& app, int argc, const char* const* argv, const std::function<int()>& body);

}  // namespace hearth::bench
