// SPDX-License-Identifier: Apache-2.0
#include "cloud/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "sdk/base/settings.hpp"
#include "sdk/device/desired_life.hpp"
#include "sdk/schema/config_file.hpp"

namespace hearth::cloud {
namespace {

constexpr std::string_view kConfigSchema = R"json({
  "type": "object",
  "properties": {
    "dataDir": {"type": "string", "description": "Where the database, the CA and the kubeconfig are kept"},
    "apiListen": {"type": "string", "description": "address:port of the Kubernetes API"},
    "hubListen": {"type": "string", "description": "address:port of CloudHub"},
    "certListen": {"type": "string", "description": "address:port of the certificate server"},
    "advertise": {"type": "array", "items": {"type": "string"},
                  "description": "Names and addresses under which this cloud is reached"},
    "kubeconfig": {"type": "string", "description": "Work with this cluster's API server; in-cluster in a pod"},
    "tokenLifetimeHours": {"type": "integer", "minimum": 1, "maximum": 8784},
    "nodeCertificateLifetime": {"type": "string", "pattern": "^[1-9][0-9]*[smh]$",
                                "description": "What a node's certificate is signed for: 8760h, 30m, 90s"},
    "renewalGraceDays": {"type": "integer", "minimum": 0, "maximum": 3650,
                         "description": "So long after its end a node's certificate can still be renewed"},
    "tokenAuthFile": {"type": "string", "description": "Bearer tokens of users: token,user,uid,\"group1,group2\""},
    "auditLog": {"type": "string", "description": "File with a line for each request of a user; - is standard output"},
    "logLevel": {"type": "string", "enum": ["trace", "debug", "info", "warn", "error"]}
  }
})json";

Result<void> take_lifetime(const std::string& text, CloudOptions& options) {
  const auto lifetime = device::parse_ttl(text);
  if (!lifetime) return lifetime.error().within("the lifetime of a node's certificate");
  options.node_certificate_lifetime = std::chrono::ceil<std::chrono::seconds>(*lifetime);
  return {};
}

Result<void> take_file(const nlohmann::json& file, CloudOptions& options) {
  take(file, "dataDir", options.data_dir);
  take(file, "apiListen", options.api_listen);
  take(file, "hubListen", options.hub_listen);
  take(file, "certListen", options.cert_listen);
  take(file, "kubeconfig", options.kubeconfig);
  take(file, "tokenAuthFile", options.token_file);
  take(file, "auditLog", options.audit_log);
  take(file, "logLevel", options.log_level);
  if (const auto names = file.find("advertise"); names != file.end()) {
    options.advertise = names->get<std::vector<std::string>>();
  }
  if (const auto hours = file.find("tokenLifetimeHours"); hours != file.end()) {
    options.token_lifetime = std::chrono::hours(hours->get<int>());
  }
  if (const auto days = file.find("renewalGraceDays"); days != file.end()) {
    options.renewal_grace = std::chrono::days(days->get<int>());
  }
  const auto lifetime = file.find("nodeCertificateLifetime");
  return lifetime == file.end() ? Result<void>() : take_lifetime(lifetime->get<std::string>(), options);
}

void add_data_dir(CLI::App& app, CloudOptions& options) {
  app.add_option("--data-dir", options.data_dir, "Where the database, the CA and the kubeconfig are kept")
      ->envname("HEARTH_DATA_DIR");
}

CLI::App* add_backup(CLI::App& app, Invocation& invocation) {
  auto* backup = app.add_subcommand(
      "backup",
      "Write everything the API holds, and the CA, into a file; a running cloud need not be stopped");
  backup->add_option("FILE", invocation.file, "An older backup there is replaced")->required();
  add_data_dir(*backup, invocation.options);
  return backup;
}

CLI::App* add_restore(CLI::App& app, Invocation& invocation) {
  auto* restore = app.add_subcommand(
      "restore",
      "Put everything back as a backup has it, in a running cloud too; what is replaced is kept aside");
  restore->add_option("FILE", invocation.file, "What `hearth-cloud backup` has written")->required();
  restore->add_flag("--objects-only", invocation.options.objects_only,
                    "Leave the CA as it is, also where the backup has another one");
  add_data_dir(*restore, invocation.options);
  return restore;
}

CLI::App* add_kubeconfig(CLI::App& app, Invocation& invocation) {
  auto* command = app.add_subcommand(
      "kubeconfig",
      "Print a kubeconfig for a user, with a certificate of its own; a running cloud need not be stopped");
  auto& user = invocation.user;
  command->add_option("--user", user.name, "Name of the user, as roles are bound to it")->required();
  command->add_option("--group", user.groups, "A group the user is in; may be repeated");
  command->add_option("--server", user.server, "URL of the API (default: as the configuration has it)");
  const auto set_lifetime = [&user](const std::string& text) {
    const auto lifetime = device::parse_ttl(text);
    if (!lifetime) throw CLI::ValidationError("--lifetime", lifetime.error().text);
    user.lifetime = std::chrono::ceil<std::chrono::seconds>(*lifetime);
  };
  command->add_option_function<std::string>(
      "--lifetime", set_lifetime, "How long the certificate is good (8760h, 30m); a year unless told");
  add_data_dir(*command, invocation.options);
  return command;
}

void add_flags(CLI::App& app, CloudOptions& options, bool& test_config) {
  app.set_version_flag("--version", "hearth-cloud " HEARTH_VERSION);
  app.add_option("--config", options.config_file,
                 "Configuration file (default: /etc/hearth/cloud.yaml, if it is there)")
      ->envname("HEARTH_CONFIG");
  app.add_flag("--test-config", test_config, "Check the configuration and exit");
  add_data_dir(app, options);
  app.add_option("--api-listen", options.api_listen, "address:port of the Kubernetes API")
      ->envname("HEARTH_API_LISTEN");
  app.add_option("--hub-listen", options.hub_listen, "address:port of CloudHub")
      ->envname("HEARTH_HUB_LISTEN");
  app.add_option("--cert-listen", options.cert_listen, "address:port of the certificate server")
      ->envname("HEARTH_CERT_LISTEN");
  app.add_option("--advertise", options.advertise,
                 "Name or address under which nodes reach this cloud; may be repeated")
      ->envname("HEARTH_ADVERTISE");
  app.add_option("--kubeconfig", options.kubeconfig,
                 "Work with this cluster's API server instead of the embedded one; \"in-cluster\" in a pod")
      ->envname("HEARTH_KUBECONFIG");
  app.add_option(
         "--token-auth-file", options.token_file,
         "Bearer tokens of users, one a line: token,user,uid,\"group1,group2\"; read again when it changes")
      ->envname("HEARTH_TOKEN_AUTH_FILE");
  app.add_option("--audit-log", options.audit_log,
                 "File with a line of JSON for each request of a user (who, verb, object, code); - is "
                 "standard output")
      ->envname("HEARTH_AUDIT_LOG");
  const auto set_lifetime = [&options](const std::string& text) {
    const auto taken = take_lifetime(text, options);
    if (!taken) throw CLI::ValidationError("--node-certificate-lifetime", taken.error().text);
  };
  app.add_option_function<std::string>(
         "--node-certificate-lifetime", set_lifetime,
         "What a node's certificate is signed for (8760h, 30m, 90s); nodes renew theirs in time")
      ->envname("HEARTH_NODE_CERTIFICATE_LIFETIME");
  app.add_option("--log-level", options.log_level, "trace, debug, info, warn or error")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}))
      ->envname("HEARTH_LOG_LEVEL");
}

}  // namespace

Result<Invocation> parse_command_line(int argc, const char* const* argv) {
  Invocation invocation;
  auto& options = invocation.options;
  options.config_file = schema::find_config(argc, argv, "/etc/hearth/cloud.yaml");
  if (!options.config_file.empty()) {
    const auto schema = schema::Schema::parse_text(kConfigSchema, schema::Root::plain);
    if (!schema) return schema.error();
    const auto file = schema::load_config(options.config_file, *schema);
    if (!file) return file.error();
    if (const auto taken = take_file(*file, options); !taken)
      return taken.error().within(options.config_file.string());
  }

  CLI::App app{"Hearth's cloud: the Kubernetes API of devices, and the hub their nodes are linked to"};
  bool test_config = false;
  add_flags(app, options, test_config);
  auto* token =
      app.add_subcommand("token", "Print a join token for a node; a running cloud need not be stopped");
  add_data_dir(*token, options);
  const auto* backup = add_backup(app, invocation);
  const auto* restore = add_restore(app, invocation);
  const auto* kubeconfig = add_kubeconfig(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wish) {
    app.exit(wish);
    invocation.command = Command::done;
    return invocation;
  } catch (const CLI::ParseError& error) {
    return invalid("BadFlags", fmt::format("{} (hearth-cloud --help lists the flags)", error.what()));
  }
  if (token->parsed()) invocation.command = Command::token;
  if (backup->parsed()) invocation.command = Command::backup;
  if (restore->parsed()) invocation.command = Command::restore;
  if (kubeconfig->parsed()) invocation.command = Command::kubeconfig;
  if (test_config) invocation.command = Command::test_config;
  return invocation;
}

}  // namespace hearth::cloud
