// SPDX-License-Identifier: Apache-2.0
// What hearth-host can be told, by flag, environment, file or default, in this order.
// Thread: start-up only.   Errors: everything wrong with the file or the flags in one Error (BadConfig, BadFlags).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/eventbus/event_bus.hpp"
#include "sdk/base/error.hpp"
#include "sdk/store/storage.hpp"
#include "sdk/wire/event_data.hpp"

namespace hearth::host {

struct HostOptions {
  std::filesystem::path config_file;
  std::string node_name;  ///< default: this machine's name
  std::filesystem::path data_dir = "/var/lib/hearth";
  std::string hub_url;   ///< empty: no cloud
  std::string cert_url;  ///< empty: the hub's host, port 10002
  std::string token;
  std::filesystem::path token_file;  ///< instead: read anew at each attempt
  std::string broker = "managed";  ///< mqtt://host:port, mqtts://…, managed or managed:PORT
  std::string broker_user;
  std::string broker_password;
  std::string broker_client_id;  ///< empty: one of the host's own making
  eventbus::BrokerTls broker_tls;
  std::vector<std::filesystem::path> mapper_folders;  ///< empty: beside the program, and data_dir/mappers
  std::map<std::string, std::string> mapper_of_model;
  std::filesystem::path manifests;  ///< empty: none
  std::chrono::milliseconds report_refresh = std::chrono::minutes(10);
  store::SnapshotOptions snapshots{.every = std::chrono::hours(24)};
  std::uint64_t spool_max_bytes = 64 * 1024 * 1024;
  std::chrono::milliseconds spool_max_age = std::chrono::hours(24 * 7);
  std::vector<std::string> spool_topics = wire::event_data_topics();
  std::string http_listen = "127.0.0.1:9101";
  std::string log_level = "info";
};

enum class Command { run, test_config, done };

struct Invocation {
  Command command = Command::run;  ///< done: help or version was printed
  HostOptions options;
};

/// Reads flags, HEARTH_… variables and the config file.
Result<Invocation> parse_command_line(int argc, const char* const* argv);

/// The port of a broker setting "managed" or "managed:PORT" (0: any free one); nothing for any other setting.
std::optional<std::uint16_t> managed_port(std::string_view broker);

}  // namespace hearth::host
