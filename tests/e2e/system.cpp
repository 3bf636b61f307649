// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/system.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <regex>

namespace hearth::e2e {
namespace {

bool listens(int port) {
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool connected = ::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(client);
  return connected;
}

/// The item of a list whose `key` is `value`; null if there is none.
nlohmann::json find_by(const nlohmann::json& object, const nlohmann::json::json_pointer& list,
                       const char* key, const std::string& value) {
  if (!object.contains(list)) return {};
  for (const auto& item : object.at(list)) {
    if (item.value(key, "") == value) return item;
  }
  return {};
}

}  // namespace

std::filesystem::path binary(const std::string& name) {
  return std::filesystem::path(HEARTH_BINARY_DIR) / "bin" / name;
}

std::filesystem::path mapper_file(const std::string& name) {
  return std::filesystem::path(HEARTH_BINARY_DIR) / "lib" / "hearth" / "mappers" / (name + ".so");
}

std::filesystem::path source_dir() {
  return HEARTH_SOURCE_DIR;
}

void SystemTest::start_cloud(const Arguments& more) {
  Arguments arguments{"--data-dir",   cloud_dir().string(), "--api-listen",  api_listen_,
                      "--hub-listen", hub_listen_,          "--cert-listen", cert_listen_};
  if (!advertised_.empty()) arguments.insert(arguments.end(), {"--advertise", advertised_});
  arguments.insert(arguments.end(), more.begin(), more.end());
  cloud_ = std::make_unique<Process>(binary("hearth-cloud"), arguments, folder_.path() / "cloud.log");
  const auto answers = [this] { return kubectl({"get", "--raw", "/readyz"}).status == 0; };
  ASSERT_TRUE(eventually([&] { return !cloud_->running() || answers(); }) && cloud_->running())
      << cloud_->output();
  ASSERT_NO_FATAL_FAILURE(learn_hub_ports());
  std::smatch found;
  const auto kubeconfig = read_text(cloud_dir() / "kubeconfig");
  ASSERT_TRUE(std::regex_search(kubeconfig, found, std::regex("server: https://([0-9.:]+)")));
  api_listen_ = found[1];
}

void SystemTest::start_controller(const std::filesystem::path& kubeconfig) {
  cloud_ = std::make_unique<Process>(
      binary("hearth-cloud"),
      Arguments{"--data-dir", cloud_dir().string(), "--kubeconfig", kubeconfig.string(), "--api-listen",
                api_listen_, "--hub-listen", hub_listen_, "--cert-listen", cert_listen_},
      folder_.path() / "cloud.log");
  learn_hub_ports();
}

void SystemTest::learn_hub_ports() {
  const std::regex line("hub on wss://([0-9.:]+), certificates on https://([0-9.:]+)");
  ASSERT_TRUE(eventually([&] {
    const auto log = cloud_->output();
    std::smatch found;
    if (!std::regex_search(log, found, line)) return false;
    hub_listen_ = found[1];
    cert_listen_ = found[2];
    return true;
  })) << cloud_->output();
}

void SystemTest::start_broker() {
  if (broker_port_ == 0) broker_port_ = free_port();
  // As root it would change its user, and a process that has done so is not ended with the test any more.
  const auto config =
      folder_.write("mosquitto.conf", "listener " + std::to_string(broker_port_) +
                                          " 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\n");
  broker_ = std::make_unique<Process>(find_program("mosquitto"), Arguments{"-c", config.string()},
                                      folder_.path() / "mosquitto.log");
  ASSERT_TRUE(eventually([this] { return listens(broker_port_); })) << broker_->output();
}

std::string SystemTest::join_token() const {
  const auto token = run(binary("hearth-cloud"), {"token", "--data-dir", cloud_dir().string()});
  EXPECT_EQ(token.status, 0) << token.err;
  return token.out.substr(0, token.out.find('\n'));
}

void SystemTest::start_host(const Arguments& more) {
  Arguments arguments{"--node-name",   "edge-1",
                      "--data-dir",    edge_dir().string(),
                      "--hub",         "wss://" + (dialled_hub_.empty() ? hub_listen_ : dialled_hub_),
                      "--cert-url",    "https://" + cert_listen_,
                      "--token",       join_token(),
                      "--broker",      broker_url(),
                      "--mappers",     mappers().string(),
                      "--http-listen", "127.0.0.1:0"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  auto program = binary("hearth-host");
  if (!host_prefix_.empty()) {
    arguments.insert(arguments.begin(), program.string());
    arguments.insert(arguments.begin(), host_prefix_.begin() + 1, host_prefix_.end());
    program = host_prefix_.front();
  }
  host_ = std::make_unique<Process>(program, arguments, folder_.path() / "host.log", host_environment_);
}

void SystemTest::serve_nodes_on(const std::string& address) {
  advertised_ = address;
  hub_listen_ = address + ":0";
  cert_listen_ = address + ":0";
}

std::string SystemTest::broker_url() const {
  return host_prefix_.empty() ? "mqtt://127.0.0.1:" + std::to_string(broker_port_) : "managed:1883";
}

void SystemTest::start_all() {
  std::filesystem::create_directories(mappers());
  std::filesystem::copy_file(mapper_file("virtual"), mappers() / "virtual.so");
  ASSERT_NO_FATAL_FAILURE(start_broker());
  ASSERT_NO_FATAL_FAILURE(start_cloud());
  ASSERT_NO_FATAL_FAILURE(start_host());
}

void SystemTest::start_all_with_devices() {
  ASSERT_NO_FATAL_FAILURE(start_all());
  const auto configs = source_dir() / "configs";
  const auto applied =
      kubectl({"apply", "-f", (configs / "models").string(), "-f", (configs / "devices").string()});
  ASSERT_EQ(applied.status, 0) << applied.err;
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "OFF"));
}

void SystemTest::TearDown() {
  if (HasFailure()) {
    for (const auto* part : {host_.get(), cloud_.get(), broker_.get()}) {
      if (part) std::cerr << part->output() << "\n--------\n";
    }
  }
  for (auto* part : {&host_, &cloud_, &broker_}) {
    if (*part) (*part)->stop();
  }
}

Finished SystemTest::kubectl(Arguments arguments, const std::string& input) const {
  static const auto program = find_program("kubectl");
  arguments.insert(arguments.begin(), {"--kubeconfig", (cloud_dir() / "kubeconfig").string(), "--cache-dir",
                                       (folder_.path() / "kubectl-cache").string()});
  return run(program, arguments, {{"HOME", folder_.path().string()}}, input);
}

Finished SystemTest::hearthctl(Arguments arguments, const std::string& input) const {
  arguments.insert(arguments.begin(), {"--kubeconfig", (cloud_dir() / "kubeconfig").string()});
  return run(binary("hearthctl"), arguments, {}, input);
}

nlohmann::json SystemTest::device(const std::string& name) const {
  const auto got = kubectl({"get", "device", name, "-o", "json"});
  return got.status == 0 ? nlohmann::json::parse(got.out) : nlohmann::json();
}

std::string SystemTest::reported(const std::string& device_name, const std::string& property) const {
  const auto twin = find_by(device(device_name), "/status/twins"_json_pointer, "propertyName", property);
  return twin.contains("reported") ? twin["reported"].value("value", "") : "";
}

std::string SystemTest::condition_reason(const std::string& device_name, const std::string& type) const {
  const auto condition = find_by(device(device_name), "/status/conditions"_json_pointer, "type", type);
  return condition.is_object() ? condition.value("reason", "") : "";
}

Finished SystemTest::desire(const std::string& device_name, const std::string& value) const {
  const auto patch = nlohmann::json::array(
      {{{"op", "replace"}, {"path", "/spec/properties/0/desired/value"}, {"value", value}}});
  return kubectl({"patch", "device", device_name, "--type=json", "-p", patch.dump()});
}

void SystemTest::expect_reported(const std::string& device_name, const std::string& property,
                                 const std::string& value) {
  ASSERT_TRUE(eventually([&] { return reported(device_name, property) == value; }))
      << device_name << " reports " << property << "=" << reported(device_name, property) << ", wanted "
      << value;
}

}  // namespace hearth::e2e
