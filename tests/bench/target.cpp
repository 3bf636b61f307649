// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/target.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <stdexcept>

namespace hearth::bench {

std::string Target::topic(std::string_view device, std::string_view suffix) const {
  return short_topics ? fmt::format("$hw/events/device/{}/twin/{}", device, suffix)
                      : fmt::format("$hw/events/device/{}/{}/twin/{}", ns, device, suffix);
}

std::string Target::path(const std::string& device) const {
  return kube::resource_path("devices.kubeedge.io", api_version, "devices", ns, device);
}

std::string Target::update(std::string_view value, std::string_view event_id) const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const auto wish = expected.empty() ? "" : fmt::format(R"("expected":{{"value":"{}"}},)", expected);
  return fmt::format(
      R"({{"event_id":"{0}","timestamp":{1},"twin":{{"{2}":{{{3}"actual":{{"value":"{4}","metadata":{{"timestamp":{1}}}}},)"
      R"("metadata":{{"type":"string"}}}}}}}})",
      event_id, ms, property, wish, value);
}

void add_broker_options(CLI::App& app, Target& target) {
  app.add_option("--broker", target.mqtt.broker, "The edge's broker: mqtt://HOST:PORT")->required();
  app.add_option("--broker-user", target.mqtt.user, "User at the broker");
  app.add_option("--broker-password", target.mqtt.password, "Password at the broker");
  app.add_option("--qos", target.mqtt.qos, "Of every message, 0 or 1")->check(CLI::Range(0, 1));
  app.add_option("--namespace", target.ns, "Namespace of the devices")->capture_default_str();
  app.add_option("--property", target.property, "A STRING property of the devices")->capture_default_str();
  app.add_option("--expected", target.expected, "Also send this \"expected\" value, for peers that want one");
  app.add_flag("--short-topics", target.short_topics, "Topics without namespace: EdgeCore up to 1.16.1");
}

void add_api_options(CLI::App& app, Target& target) {
  app.add_option("--kubeconfig", target.kubeconfig, "The API server, and who one is there")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--api-version", target.api_version, "Of devices.kubeedge.io")->capture_default_str();
}

kube::KubeClient make_api_client(boost::asio::io_context& io, const Target& target) {
  auto access = kube::load_kubeconfig(target.kubeconfig);
  if (!access) throw std::runtime_error(access.error().text);
  return {io.get_executor(), std::move(*access), "hearth-bench"};
}

std::string run_name() {
  return fmt::format("{:x}", static_cast<unsigned>(::getpid()));
}

int run_program(CLI::App& app, int argc, const char* const* argv, const std::function<int()>& body) {
  try {
    app.parse(argc, argv);
    return body();
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    std::cerr << app.get_name() << ": " << error.what() << "\n";
    return 1;
  }
}

}  // namespace hearth::bench
