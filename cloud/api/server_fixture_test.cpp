// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/server_fixture_test.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <boost/asio/co_spawn.hpp>
#include <fstream>
#include <sstream>

#include "cloud/api/base/json_view.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/net/http_client.hpp"

namespace hearth::api {

namespace {

const char* const kLampDefinition = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: lamps.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Lamp, listKind: LampList, plural: lamps, singular: lamp, shortNames: [lp], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    additionalPrinterColumns:
    - {name: Node, type: string, jsonPath: .spec.nodeName}
    - {name: State, type: string, jsonPath: .status.state}
    - {name: Watts, type: integer, jsonPath: .spec.watts, priority: 1}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema:
        type: object
        description: A lamp that can be switched.
        properties:
          spec:
            type: object
            properties:
              nodeName: {type: string, description: The node it hangs on.}
              watts: {type: integer, format: int64}
              mode: {type: string, enum: [DAY, NIGHT]}
              power: {type: string, default: "OFF"}
          status:
            type: object
            properties:
              state: {type: string}
              conditions:
                type: array
                items:
                  type: object
                  properties: {type: {type: string}, status: {type: string}}
)";

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const auto& text : texts)
    all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

std::string read_all(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::vector<Violation> refuse_attic(const nlohmann::json& object, const nlohmann::json*, const Find& find) {
  const auto* node = at_path(object, {"spec", "nodeName"});
  if (node == nullptr || *node != "attic" || find("", "nodes", "", "attic")) return {};
  return {{"spec.nodeName", "FieldValueNotFound", "Not found: \"attic\""}};
}

}  // namespace

Ran run_program(const std::vector<std::string>& command, const std::string& input,
                const std::vector<std::string>& environment, const std::filesystem::path& scratch) {
  const auto in = scratch / ("in-" + new_uuid());
  const auto out = scratch / ("out-" + new_uuid());
  std::ofstream(in) << input;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t pid = 0;
  Ran ran;
  const int failed = posix_spawnp(&pid, command[0].c_str(), &actions, nullptr, pointers(command).data(),
                                  pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (failed != 0) {
    ran.out = command[0] + " is needed on PATH (Debian: kubernetes-client)";
  } else if (waitpid(pid, &status, 0) == pid && WIFEXITED(status)) {
    ran.code = WEXITSTATUS(status);
    ran.out = read_all(out);
  }
  std::filesystem::remove(in);
  std::filesystem::remove(out);
  return ran;
}

ServerTest::ServerTest() : folder_(std::filesystem::temp_directory_path() / ("hearth-api-" + new_uuid())) {
  std::filesystem::create_directories(folder_);
  ca_ = net::make_ca({"test-ca", {}}, std::chrono::hours(1)).value();
  net::SignOptions options;
  options.usages = {net::Usage::server};
  options.alt_names = {"127.0.0.1", "localhost"};
  server_identity_ = net::make_identity(ca_, {"hearth-api", {}}, options).value();
  start_server();
}

ServerTest::~ServerTest() {
  stop_server();
  std::filesystem::remove_all(folder_);
}

void ServerTest::start_server() {
  auto& options = options_;
  options.listen = listen_;
  options.data_dir = folder_;
  options.crd_documents = {kLampDefinition};
  options.admission["Lamp"].write = refuse_attic;
  auto tls = net::make_server_tls(server_identity_, ca_.certificate_pem, net::ClientCertificate::requested);
  io_ = std::make_unique<boost::asio::io_context>();
  server_ = std::make_unique<ApiServer>(io_->get_executor(), options, tls.value(), metrics_, trace_);
  const auto started = server_->start();
  ASSERT_TRUE(started) << started.error().text;
  // The same port after a restart: kubectl's configuration stays as it is.
  listen_ = "127.0.0.1:" + std::to_string(server_->port());
  write_kubeconfig(folder_ / "kubeconfig", "system:masters");
  thread_ = std::thread([io = io_.get()] {
    const auto work = boost::asio::make_work_guard(*io);
    io->run();
  });
}

void ServerTest::stop_server() {
  if (!thread_.joinable()) return;
  server_->stop();
  io_->stop();
  thread_.join();
  server_.reset();
  io_.reset();
}

void ServerTest::write_kubeconfig(const std::filesystem::path& file, const std::string& organization,
                                  const std::string& token) {
  const auto base = file.string();
  std::ofstream(base + ".ca") << ca_.certificate_pem;
  std::string user = "{token: " + token + "}";
  if (!organization.empty()) {
    net::SignOptions options;
    options.usages = {net::Usage::client};
    const auto identity = net::make_identity(ca_, {"tester", {organization}}, options).value();
    std::ofstream(base + ".crt") << identity.certificate_pem;
    std::ofstream(base + ".key") << identity.key_pem;
    user = "{client-certificate: " + base + ".crt, client-key: " + base + ".key}";
  }
  std::ofstream(file) << "apiVersion: v1\nkind: Config\ncurrent-context: t\n"
                      << "clusters: [{name: t, cluster: {server: \"https://" << listen_
                      << "\", certificate-authority: " << base << ".ca}}]\n"
                      << "users: [{name: t, user: " << user << "}]\n"
                      << "contexts: [{name: t, context: {cluster: t, user: t}}]\n";
}

Ran ServerTest::kubectl(std::vector<std::string> arguments, const std::string& input) {
  std::vector<std::string> command = {"kubectl", "--kubeconfig=" + (folder_ / "kubeconfig").string(),
                                      "--cache-dir=" + (folder_ / "cache").string(), "--request-timeout=30s"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto* path = std::getenv("PATH");
  return run_program(command, input,
                     {"PATH=" + std::string(path == nullptr ? "/usr/bin" : path), "HOME=" + folder_.string(),
                      "KUBE_EDITOR=sed -i s/watts:.*/watts:\\ 77/"},
                     folder_);
}

Ran ServerTest::kubectl_as(const std::string& organization, std::vector<std::string> arguments) {
  const auto file = folder_ / "other-kubeconfig";
  write_kubeconfig(file, organization);
  arguments.insert(arguments.begin(), "--kubeconfig=" + file.string());
  return kubectl(std::move(arguments));
}

Ran ServerTest::kubectl_with(const std::string& token, std::vector<std::string> arguments) {
  const auto file = folder_ / "token-kubeconfig";
  write_kubeconfig(file, "", token);
  arguments.insert(arguments.begin(), "--kubeconfig=" + file.string());
  return kubectl(std::move(arguments));
}

void ServerTest::write_token_file(const std::string& text) {
  options_.token_file = folder_ / "tokens.csv";
  std::ofstream(options_.token_file) << text;
}

net::HttpResponse ServerTest::request(net::HttpRequest request, const std::string& organization) {
  std::optional<net::Identity> identity;
  if (!organization.empty()) {
    net::SignOptions options;
    options.usages = {net::Usage::client};
    identity = net::make_identity(ca_, {"tester", {organization}}, options).value();
  }
  const auto tls = net::make_client_tls({ca_.certificate_pem, identity}).value();
  boost::asio::io_context io;
  net::HttpClient client(io.get_executor(), net::parse_url("https://" + listen_).value(), tls);
  net::HttpResponse answer;
  boost::asio::co_spawn(io, client.request(std::move(request)),
                        [&](const std::exception_ptr&, Result<net::HttpResponse> response) {
                          EXPECT_TRUE(response) << response.error().text;
                          if (response) answer = std::move(*response);
                        });
  io.run_for(std::chrono::seconds(30));
  return answer;
}

std::unique_ptr<net::HttpClient> ServerTest::client(boost::asio::any_io_executor executor) const {
  return std::make_unique<net::HttpClient>(std::move(executor), net::parse_url("https://" + listen_).value(),
                                           net::make_client_tls({ca_.certificate_pem, {}}).value());
}

std::string ServerTest::ok(std::vector<std::string> arguments, const std::string& input) {
  std::string shown;
  for (const auto& argument : arguments)
    shown += " " + argument;
  auto ran = kubectl(std::move(arguments), input);
  EXPECT_EQ(ran.code, 0) << "kubectl" << shown << "\n" << ran.out;
  return ran.out;
}

}  // namespace hearth::api
