// SPDX-License-Identifier: Apache-2.0
// The command line of hearthctl as plain values.
// Thread: none, pure functions.   Errors: a wrong command line prints its usage and gives the exit status.
#pragma once

#include <chrono>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::ctl {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitInterrupted = 130;  ///< 128 + SIGINT, as shells have it

struct ApplyOptions {
  std::vector<std::string> files;  ///< files, folders, "-" for standard input
};

enum class Output { table, wide, yaml, json, name };

struct GetOptions {
  std::vector<std::string> args;  ///< KIND [NAME…] or KIND/NAME…
  Output output = Output::table;
  bool watch = false;
  bool all_namespaces = false;
  std::string selector;
};

struct DeleteOptions {
  std::vector<std::string> args;
  std::vector<std::string> files;
  bool ignore_not_found = false;
  bool force = false;  ///< also what is in use
};

struct SetOptions {
  std::string device;
  std::vector<std::string> assignments;      ///< PROPERTY=VALUE
  std::optional<std::chrono::seconds> wait;  ///< until reported
};

struct TraceOptions {
  std::string device;
  std::string host_url = "http://127.0.0.1:9101";
  bool last = false;
  bool follow = false;
  bool only_new = false;
  int until_step = 0;  ///< 0: do not wait for a complete chain
  std::chrono::seconds timeout{30};
};

struct DataOptions {
  std::string node;   ///< empty: all
  std::string topic;  ///< one, or all below one: lights/#; empty: all
  bool follow = false;
  bool json = false;  ///< the lines as the API gives them
};

struct TokenOptions {
  std::filesystem::path data_dir = "/var/lib/hearth";
  std::chrono::hours lifetime{24};
};

struct Options {
  std::string kubeconfig;
  std::string ns;
  std::variant<ApplyOptions, GetOptions, DeleteOptions, SetOptions, TraceOptions, DataOptions, TokenOptions> command;
};

/// The options, or the exit status when there is nothing left to do (--help, --version, a usage error).
std::variant<Options, int> parse_command_line(int argc, const char* const* argv, std::ostream& out,
                                              std::ostream& err);

/// Where a kubeconfig is looked for, in this order: the flag, $KUBECONFIG, ~/.hearth, ~/.kube, /var/lib/hearth.
struct KubeconfigPlaces {
  std::string flag;
  std::string environment;  ///< $KUBECONFIG; of several files the first that exists
  std::filesystem::path home;
  std::filesystem::path system = "/var/lib/hearth/kubeconfig";
};
/// What was named must exist; not_found lists the places when nothing was named.
Result<std::filesystem::path> find_kubeconfig(const KubeconfigPlaces& places);

}  // namespace hearth::ctl
