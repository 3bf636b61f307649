// SPDX-License-Identifier: Apache-2.0
#include "host/options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <iostream>

#include "host/eventbus/broker_address.hpp"
#include "host/eventbus/broker_problems.hpp"
#include "host/eventbus/topic_filter.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/base/settings.hpp"
#include "sdk/device/desired_life.hpp"
#include "sdk/net/http_client.hpp"
#include "sdk/schema/config_file.hpp"

namespace hearth::host {
namespace {

constexpr std::string_view kConfigSchema = R"json({
  "type": "object",
  "properties": {
    "nodeName": {"type": "string", "description": "Name of this node, as in Device's spec.nodeName"},
    "dataDir": {"type": "string", "description": "Where state and certificates are kept"},
    "hub": {"type": "string", "pattern": "^wss://", "description": "CloudHub, wss://host:10000"},
    "certUrl": {"type": "string", "pattern": "^https://", "description": "Certificate server, https://host:10002"},
    "token": {"type": "string", "description": "Join token, needed until the node has its certificate"},
    "tokenFile": {"type": "string", "description": "File with the join token instead, read anew at each attempt"},
    "broker": {"type": "string", "pattern": "^(mqtts?://.+|managed(:[0-9]+)?)$",
               "description": "mqtt://host:port, mqtts://host:port, managed or managed:PORT"},
    "brokerUser": {"type": "string"},
    "brokerPassword": {"type": "string"},
    "brokerClientId": {"type": "string", "minLength": 1, "description": "For brokers that check it; default: one of the host's own making"},
    "brokerCa": {"type": "string", "description": "PEM file: who signed the broker's certificate; default: the CAs of this system"},
    "brokerCert": {"type": "string", "description": "PEM file: client certificate for the broker"},
    "brokerKey": {"type": "string", "description": "PEM file: key of brokerCert"},
    "mapperFolders": {"type": "array", "items": {"type": "string"}, "description": "Folders with mapper .so files"},
    "mappers": {"type": "object", "additionalProperties": {"type": "string"},
                "description": "DeviceModel name: mapper name, before any other way of choosing"},
    "manifests": {"type": "string", "description": "Folder of DeviceModel and Device YAML files to run without a cloud"},
    "reportRefresh": {"type": "string",
                      "description": "A duration such as 10m: a value that mappers tell again unchanged goes up so often"},
    "snapshots": {"type": "object", "description": "Copies of the twin's database, to which a damaged one is rolled back",
      "properties": {
        "every": {"type": "string", "description": "A duration such as 24h: one is made at most so often"},
        "keep": {"type": "integer", "minimum": 0, "maximum": 100, "description": "How many; 0: none are made"}}},
    "spool": {"type": "object", "description": "Event data that waits on disk for the cloud",
      "properties": {
        "maxBytes": {"type": "integer", "minimum": 1048576, "description": "Beyond it the oldest are dropped"},
        "maxAge": {"type": "string", "description": "A duration such as 168h: older ones are dropped"},
        "topics": {"type": "array", "items": {"type": "string"}, "description": "MQTT filters of what is sent up"}}},
    "httpListen": {"type": "string", "description": "address:port of /metrics, /healthz, /readyz"},
    "logLevel": {"type": "string", "enum": ["trace", "debug", "info", "warn", "error"]}
  }
})json";

std::string machine_name() {
  std::array<char, 256> buffer{};
  gethostname(buffer.data(), buffer.size() - 1);
  std::string name(buffer.data());
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return is_dns_subdomain(name) ? name : "edge-1";
}

/// A part of the file with settings of its own; empty if it is not there.
const nlohmann::json& section(const nlohmann::json& file, const char* key) {
  static const nlohmann::json kNone = nlohmann::json::object();
  const auto found = file.find(key);
  return found == file.end() ? kNone : *found;
}

template <class Duration>
Result<void> take_duration(const nlohmann::json& part, const char* key, Duration& target) {
  const auto found = part.find(key);
  if (found == part.end()) return {};
  const auto duration = device::parse_ttl(found->get<std::string>());
  if (!duration) return invalid("BadConfig", fmt::format("{}: {}", key, duration.error().text));
  target = std::chrono::duration_cast<Duration>(*duration);
  return {};
}

Result<void> take_storage(const nlohmann::json& file, HostOptions& options) {
  if (auto taken = take_duration(file, "reportRefresh", options.report_refresh); !taken) return taken;
  const auto& snapshots = section(file, "snapshots");
  if (auto taken = take_duration(snapshots, "every", options.snapshots.every); !taken) return taken;
  options.snapshots.keep = snapshots.value("keep", options.snapshots.keep);
  if (options.snapshots.keep == 0) options.snapshots.every = std::chrono::seconds(0);
  const auto& spool = section(file, "spool");
  if (auto taken = take_duration(spool, "maxAge", options.spool_max_age); !taken) return taken;
  options.spool_max_bytes = spool.value("maxBytes", options.spool_max_bytes);
  options.spool_topics = spool.value("topics", options.spool_topics);
  for (const auto& filter : options.spool_topics) {
    if (eventbus::is_topic_filter(filter)) continue;
    return invalid("BadConfig", fmt::format("spool.topics: \"{}\" is no MQTT topic filter", filter));
  }
  return {};
}

void take_file(const nlohmann::json& file, HostOptions& options) {
  take(file, "nodeName", options.node_name);
  take(file, "dataDir", options.data_dir);
  take(file, "hub", options.hub_url);
  take(file, "certUrl", options.cert_url);
  take(file, "token", options.token);
  take(file, "tokenFile", options.token_file);
  take(file, "broker", options.broker);
  take(file, "brokerUser", options.broker_user);
  take(file, "brokerPassword", options.broker_password);
  take(file, "brokerClientId", options.broker_client_id);
  take(file, "brokerCa", options.broker_tls.ca);
  take(file, "brokerCert", options.broker_tls.cert);
  take(file, "brokerKey", options.broker_tls.key);
  take(file, "manifests", options.manifests);
  take(file, "httpListen", options.http_listen);
  take(file, "logLevel", options.log_level);
  if (const auto folders = file.find("mapperFolders"); folders != file.end()) {
    for (const auto& folder : *folders)
      options.mapper_folders.emplace_back(folder.get<std::string>());
  }
  if (const auto table = file.find("mappers"); table != file.end()) {
    options.mapper_of_model = table->get<std::map<std::string, std::string>>();
  }
}

void add_flags(CLI::App& app, HostOptions& options, std::vector<std::string>& folders, bool& test_config) {
  app.set_version_flag("--version", "hearth-host " HEARTH_VERSION);
  app.add_option("--config", options.config_file,
                 "Configuration file (default: /etc/hearth/host.yaml, if it is there)")
      ->envname("HEARTH_CONFIG");
  app.add_flag("--test-config", test_config, "Check the configuration and exit");
  app.add_option("--node-name", options.node_name, "Name of this node")->envname("HEARTH_NODE_NAME");
  app.add_option("--data-dir", options.data_dir, "Where state and certificates are kept")
      ->envname("HEARTH_DATA_DIR");
  app.add_option("--hub", options.hub_url, "CloudHub, wss://host:10000; none: run without a cloud")
      ->envname("HEARTH_HUB");
  app.add_option("--cert-url", options.cert_url, "Certificate server, https://host:10002")
      ->envname("HEARTH_CERT_URL");
  app.add_option("--token", options.token, "Join token (hearth-cloud token)")->envname("HEARTH_TOKEN");
  app.add_option("--token-file", options.token_file, "File with the join token, read anew at each attempt")
      ->envname("HEARTH_TOKEN_FILE");
  app.add_option("--broker", options.broker, "mqtt://host:port, mqtts://host:port, managed or managed:PORT")
      ->envname("HEARTH_BROKER");
  app.add_option("--mappers", folders, "Folder with mapper .so files; may be repeated")
      ->envname("HEARTH_MAPPERS");
  app.add_option("--manifests", options.manifests,
                 "Folder with DeviceModel and Device files, to run without a cloud")
      ->envname("HEARTH_MANIFESTS");
  app.add_option("--http-listen", options.http_listen, "address:port of /metrics, /healthz, /readyz")
      ->envname("HEARTH_HTTP_LISTEN");
  app.add_option("--log-level", options.log_level, "trace, debug, info, warn or error")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}))
      ->envname("HEARTH_LOG_LEVEL");
}

Result<void> check_url(const std::string& text, std::string_view scheme, std::string_view setting) {
  if (text.empty()) return {};
  const auto url = net::parse_url(text);
  if (url && url->scheme == scheme) return {};
  return invalid("BadFlags",
                 fmt::format("{} \"{}\" is not of the form {}://host:port", setting, text, scheme));
}

Result<void> check_broker(const std::string& text) {
  if (managed_port(text)) return {};
  if (text.starts_with("managed")) {
    return invalid("BadFlags", fmt::format("broker \"{}\": expected managed or managed:PORT", text));
  }
  const auto address = eventbus::parse_broker_address(text);
  return address ? Result<void>() : Result<void>(address.error());
}

Result<void> check_broker_tls(const HostOptions& options) {
  const auto& tls = options.broker_tls;
  const bool any = !tls.ca.empty() || !tls.cert.empty() || !tls.key.empty();
  if (any && !options.broker.starts_with("mqtts://")) {
    return invalid("BadFlags",
                   fmt::format("brokerCa, brokerCert and brokerKey need a broker mqtts://host:port, not {}",
                               options.broker));
  }
  return eventbus::check_tls_files(tls);
}

Result<void> check(const HostOptions& options) {
  if (!is_dns_subdomain(options.node_name)) {
    return invalid("BadFlags", fmt::format("node name \"{}\" must be a lower-case DNS name such as edge-1",
                                           options.node_name));
  }
  if (const auto hub = check_url(options.hub_url, "wss", "hub"); !hub) return hub.error();
  if (const auto cert = check_url(options.cert_url, "https", "cert-url"); !cert) return cert.error();
  if (const auto broker = check_broker(options.broker); !broker) return broker.error();
  return check_broker_tls(options);
}

}  // namespace

std::optional<std::uint16_t> managed_port(std::string_view broker) {
  constexpr std::string_view kManaged = "managed";
  constexpr std::uint16_t kUsual = 1883;
  if (broker == kManaged) return kUsual;
  if (!broker.starts_with("managed:")) return std::nullopt;
  const auto digits = broker.substr(kManaged.size() + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  return whole ? std::optional(port) : std::nullopt;
}

Result<Invocation> parse_command_line(int argc, const char* const* argv) {
  Invocation invocation;
  auto& options = invocation.options;
  options.node_name = machine_name();
  options.config_file = schema::find_config(argc, argv, "/etc/hearth/host.yaml");
  if (!options.config_file.empty()) {
    const auto schema = schema::Schema::parse_text(kConfigSchema, schema::Root::plain);
    if (!schema) return schema.error();
    const auto file = schema::load_config(options.config_file, *schema);
    if (!file) return file.error();
    take_file(*file, options);
    if (const auto taken = take_storage(*file, options); !taken) return taken.error().within(options.config_file.string());
  }

  CLI::App app{"Hearth's edge host: runs the mappers of this node's devices and keeps their twins"};
  std::vector<std::string> folders;
  bool test_config = false;
  add_flags(app, options, folders, test_config);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wish) {
    app.exit(wish);
    invocation.command = Command::done;
    return invocation;
  } catch (const CLI::ParseError& error) {
    return invalid("BadFlags", fmt::format("{} (hearth-host --help lists the flags)", error.what()));
  }
  if (!folders.empty()) options.mapper_folders.assign(folders.begin(), folders.end());
  if (test_config) invocation.command = Command::test_config;
  if (const auto checked = check(options); !checked) return checked.error();
  return invocation;
}

}  // namespace hearth::host
