// SPDX-License-Identifier: Apache-2.0
// What hearth-cloud can be told, by flag, environment, file or default, in this order.
// Thread: start-up only.   Errors: everything wrong with the file or the flags in one Error (BadConfig, BadFlags).
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::cloud {

inline constexpr const char* kInCluster = "in-cluster";

struct CloudOptions {
  std::filesystem::path config_file;
  std::filesystem::path data_dir = "/var/lib/hearth";
  std::string api_listen = "127.0.0.1:7443";
  std::string hub_listen = "127.0.0.1:10000";
  std::string cert_listen = "127.0.0.1:10002";
  /// Names and addresses under which nodes and users reach this cloud; they go into its certificate.
  std::vector<std::string> advertise;
  /// Given: a cluster's API server is used, and none is embedded. kInCluster: that of the pod we run in.
  std::filesystem::path kubeconfig;
  std::chrono::hours token_lifetime{24};
  /// What a node's certificate is signed for; the node renews it at 70 to 90 % of that.
  std::chrono::seconds node_certificate_lifetime{std::chrono::days(365)};
  /// So long after its end a node's certificate can still be renewed, at the certificate port alone.
  std::chrono::hours renewal_grace{std::chrono::days(30)};
  /// Bearer tokens of users, as Kubernetes' CSV of token,user,uid,"groups"; empty: none.
  std::filesystem::path token_file;
  /// A line for each request of a user, as Kubernetes' audit log has it; "-": on standard output; empty: none.
  std::string audit_log;
  std::string log_level = "info";
  bool objects_only = false;  ///< restore: the CA that is there stays
};

/// Whom `hearth-cloud kubeconfig` is for.
struct UserOptions {
  std::string name;
  std::vector<std::string> groups;
  std::string server;  ///< URL of the API; empty: as the configuration has it
  std::chrono::seconds lifetime{std::chrono::days(365)};
};

enum class Command { run, token, backup, restore, kubeconfig, test_config, done };

struct Invocation {
  Command command = Command::run;  ///< done: help or version was printed
  CloudOptions options;
  UserOptions user;            ///< of kubeconfig
  std::filesystem::path file;  ///< of backup and restore
};

/// Reads flags, HEARTH_… variables and the config file.
Result<Invocation> parse_command_line(int argc, const char* const* argv);

}  // namespace hearth::cloud
