// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <sstream>

namespace hearth::ctl {
namespace {

constexpr const char* kAbout =
    "hearthctl manages the devices of Hearth through its Kubernetes API.\n\n"
    "Examples:\n"
    "  hearthctl apply -f configs/models -f configs/devices   create or update device models and devices\n"
    "  hearthctl get devices                                  list them\n"
    "  hearthctl set lamp power=ON --wait                     switch, and wait until the lamp says so\n"
    "  hearthctl trace lamp --last                            the nine steps of its last report\n"
    "  hearthctl data -f                                      event data of all nodes as it comes\n";

const std::map<std::string, Output> kOutputs{
    {"wide", Output::wide}, {"yaml", Output::yaml}, {"json", Output::json}, {"name", Output::name}};

/// What the subcommands fill in; the one that was chosen becomes the command.
struct Parsed {
  Options options;
  ApplyOptions apply;
  GetOptions get;
  DeleteOptions remove;
  SetOptions set;
  int wait_seconds = 0;
  TraceOptions trace;
  int trace_timeout = 30;
  DataOptions data;
  TokenOptions token;
  int token_hours = 24;
};

CLI::App* subcommand(CLI::App& app, const char* name, const std::string& about) {
  auto* sub = app.add_subcommand(name, about);
  sub->fallthrough();
  return sub;
}

void add_apply(CLI::App& app, Parsed& parsed) {
  auto* sub = subcommand(app, "apply",
                         "Create or update what the manifests describe; kubectl apply can be mixed with it.\n"
                         "Example: hearthctl apply -f lamp.yaml");
  sub->add_option("-f,--filename", parsed.apply.files,
                  "File or folder of YAML or JSON manifests, or - for standard input; may be repeated")
      ->required()
      ->allow_extra_args(false);
}

void add_get(CLI::App& app, Parsed& parsed) {
  auto* sub = subcommand(
      app, "get",
      "List objects, or show some by name.\n"
      "Examples: hearthctl get devices;  hearthctl get device lamp -o yaml;  hearthctl get devices -w");
  sub->add_option("KIND", parsed.get.args,
                  "Plural, singular or short name of a kind, then names; or KIND/NAME")
      ->required();
  sub->add_option("-o,--output", parsed.get.output, "wide, yaml, json or name")
      ->transform(CLI::CheckedTransformer(kOutputs));
  sub->add_flag("-w,--watch", parsed.get.watch, "Go on printing what changes, until Ctrl-C");
  sub->add_flag("-A,--all-namespaces", parsed.get.all_namespaces, "Of every namespace");
  sub->add_option("-l,--selector", parsed.get.selector, "Only with these labels, such as room=kitchen");
}

void add_delete(CLI::App& app, Parsed& parsed) {
  auto* sub = subcommand(app, "delete",
                         "Delete objects by name or those of manifests.\n"
                         "Examples: hearthctl delete device lamp;  hearthctl delete -f lamp.yaml");
  auto* args = sub->add_option("KIND", parsed.remove.args, "A kind and the names; or KIND/NAME");
  auto* files = sub->add_option("-f,--filename", parsed.remove.files, "Manifests, as for apply")
                    ->allow_extra_args(false);
  files->excludes(args);
  sub->add_flag("--ignore-not-found", parsed.remove.ignore_not_found, "What is not there is no failure");
  sub->add_flag("--force", parsed.remove.force, "Also a DeviceModel that devices still refer to");
}

void add_set(CLI::App& app, Parsed& parsed) {
  auto* sub = subcommand(app, "set",
                         "Set desired values of a device.\n"
                         "Example: hearthctl set lamp power=ON brightness=40 --wait=10");
  sub->add_option("DEVICE", parsed.set.device, "Name, or namespace/name")->required();
  sub->add_option("ASSIGNMENT", parsed.set.assignments, "PROPERTY=VALUE, the desired values")->required();
  sub->add_flag("--wait{30}", parsed.wait_seconds,
                "Wait until the device reports the values, at most 30 seconds or --wait=SECONDS");
}

void add_trace(CLI::App& app, Parsed& parsed) {
  auto& trace = parsed.trace;
  auto* sub = subcommand(app, "trace",
                         "Show the nine steps of a device's reports, from the mapper to the user.\n"
                         "Examples: hearthctl trace lamp --last;  hearthctl trace lamp --follow;\n"
                         "          hearthctl trace lamp --until-step 9 --timeout 20");
  sub->add_option("DEVICE", trace.device, "Name, or namespace/name")->required();
  sub->add_option("--host-url", trace.host_url, "Where hearth-host answers, for the steps 1 to 6")
      ->capture_default_str();
  sub->add_flag("--last", trace.last, "Only the newest report known");
  sub->add_flag("--follow", trace.follow, "Go on showing reports, until Ctrl-C");
  sub->add_flag("--new", trace.only_new, "Pass over what was reported before now; follows");
  sub->add_option("--until-step", trace.until_step,
                  "End well after one report that has all steps up to this one")
      ->check(CLI::Range(1, 9));
  sub->add_option("--timeout", parsed.trace_timeout, "Seconds that --until-step waits")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
}

void add_data(CLI::App& app, Parsed& parsed) {
  auto* sub =
      subcommand(app, "data",
                 "Show event data that nodes sent of late; the cloud keeps the newest 16 MiB in memory.\n"
                 "Examples: hearthctl data --node edge-1;  hearthctl data -f --topic '$hw/events/upload/#'");
  sub->add_option("--node", parsed.data.node, "Only of this node");
  sub->add_option("--topic", parsed.data.topic, "Only of this topic, or of all below one: lights/#");
  sub->add_flag("-f,--follow", parsed.data.follow, "Go on showing what comes, until Ctrl-C");
  sub->add_flag("--json", parsed.data.json, "One JSON object a line");
}

void add_token(CLI::App& app, Parsed& parsed) {
  auto* sub = subcommand(app, "token",
                         "Print a token with which a host may join; to be run where hearth-cloud's data is.\n"
                         "Example: hearthctl token --data-dir /var/lib/hearth");
  sub->add_option("--data-dir", parsed.token.data_dir, "The data folder of hearth-cloud")
      ->capture_default_str();
  sub->add_option("--hours", parsed.token_hours, "How long the token is good for")
      ->check(CLI::Range(1, 87'600))
      ->capture_default_str();
}

Options chosen(const CLI::App& app, Parsed parsed) {
  auto options = std::move(parsed.options);
  const auto name = app.get_subcommands().front()->get_name();
  if (name == "apply") options.command = std::move(parsed.apply);
  if (name == "get") options.command = std::move(parsed.get);
  if (name == "delete") options.command = std::move(parsed.remove);
  if (name == "set") {
    if (parsed.wait_seconds > 0) parsed.set.wait = std::chrono::seconds(parsed.wait_seconds);
    options.command = std::move(parsed.set);
  }
  if (name == "trace") {
    parsed.trace.timeout = std::chrono::seconds(parsed.trace_timeout);
    options.command = std::move(parsed.trace);
  }
  if (name == "data") options.command = std::move(parsed.data);
  if (name == "token") {
    parsed.token.lifetime = std::chrono::hours(parsed.token_hours);
    options.command = std::move(parsed.token);
  }
  return options;
}

}  // namespace

std::variant<Options, int> parse_command_line(int argc, const char* const* argv, std::ostream& out,
                                              std::ostream& err) {
  Parsed parsed;
  CLI::App app(kAbout, "hearthctl");
  app.set_version_flag("--version", "hearthctl " HEARTH_VERSION);
  app.require_subcommand(1);
  app.add_option("--kubeconfig", parsed.options.kubeconfig,
                 "Where the API is and who you are; else $KUBECONFIG, ~/.hearth/kubeconfig, ~/.kube/config, "
                 "/var/lib/hearth/kubeconfig");
  app.add_option("-n,--namespace", parsed.options.ns, "Instead of the kubeconfig's namespace");
  add_apply(app, parsed);
  add_get(app, parsed);
  add_delete(app, parsed);
  add_set(app, parsed);
  add_trace(app, parsed);
  add_data(app, parsed);
  add_token(app, parsed);
  try {
    app.parse(argc, argv);
    if (app.got_subcommand("delete") && parsed.remove.args.empty() == parsed.remove.files.empty()) {
      throw CLI::ValidationError("delete", "expected KIND NAME… or -f FILE");
    }
  } catch (const CLI::ParseError& e) {
    return app.exit(e, out, err) == 0 ? kExitOk : kExitUsage;
  }
  return chosen(app, std::move(parsed));
}

Result<std::filesystem::path> find_kubeconfig(const KubeconfigPlaces& places) {
  if (!places.flag.empty()) return std::filesystem::path(places.flag);
  std::error_code ignored;
  if (!places.environment.empty()) {
    std::istringstream files(places.environment);
    std::string first;
    for (std::string file; std::getline(files, file, ':');) {
      if (first.empty()) first = file;
      if (std::filesystem::exists(file, ignored)) return std::filesystem::path(file);
    }
    return std::filesystem::path(first);
  }
  std::string tried;
  for (const auto& file : {places.home / ".hearth/kubeconfig", places.home / ".kube/config", places.system}) {
    if (std::filesystem::exists(file, ignored)) return file;
    tried += (tried.empty() ? "" : ", ") + file.string();
  }
  return not_found(
      "NoKubeconfig",
      fmt::format("no kubeconfig; expected --kubeconfig FILE, $KUBECONFIG, or one of {}", tried));
}

}  // namespace hearth::ctl
