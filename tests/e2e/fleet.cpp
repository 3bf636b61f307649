// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/fleet.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <sstream>

namespace hearth::e2e {
namespace {

using nlohmann::json;

json metadata(const DeviceId& id) {
  return {{"name", id.name}, {"namespace", id.ns}};
}

json object(const char* kind, const DeviceId& id, json spec) {
  return {{"apiVersion", "devices.kubeedge.io/v1beta1"},
          {"kind", kind},
          {"metadata", metadata(id)},
          {"spec", std::move(spec)}};
}

json device_spec(const std::string& model, const std::string& protocol, json property) {
  return {{"deviceModelRef", {{"name", model}}},
          {"nodeName", "edge-1"},
          {"protocol", {{"protocolName", protocol}}},
          {"properties", json::array({std::move(property)})}};
}

}  // namespace

WriteCounter::WriteCounter(const std::filesystem::path& folder)
    : inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  std::filesystem::create_directories(folder);
  if (inotify_ < 0 || ::inotify_add_watch(inotify_, folder.c_str(), IN_MOVED_TO) < 0) {
    throw std::runtime_error("cannot watch " + folder.string());
  }
}

WriteCounter::~WriteCounter() {
  ::close(inotify_);
}

std::map<std::string, int> WriteCounter::counts() {
  alignas(inotify_event) std::array<char, 64 * 1024> buffer;
  for (;;) {
    const auto size = ::read(inotify_, buffer.data(), buffer.size());
    if (size <= 0) return counts_;
    for (ssize_t at = 0; at < size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      ++counts_[event->name];
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  }
}

int WriteCounter::total() {
  int sum = 0;
  for (const auto& [name, count] : counts())
    sum += count;
  return sum;
}

void WriteCounter::forget() {
  counts();
  counts_.clear();
}

void FleetTest::start_fleet(const Arguments& of_the_cloud) {
  std::filesystem::create_directories(mappers());
  std::filesystem::create_directories(switches());
  std::filesystem::copy_file(mapper_file("virtual"), mappers() / "virtual.so");
  ASSERT_NO_FATAL_FAILURE(start_broker());
  ASSERT_NO_FATAL_FAILURE(start_cloud(of_the_cloud));
  proxy_ = std::make_unique<LinkProxy>(hub_address());
  dial_hub_at(proxy_->address());
  ASSERT_NO_FATAL_FAILURE(apply(json::array({model("switch"), model("meter")})));
  ASSERT_NO_FATAL_FAILURE(restart_host());
}

void FleetTest::restart_host() {
  ASSERT_NO_FATAL_FAILURE(start_host());
  ASSERT_TRUE(eventually([this] { return host().output().find("eventbus: connected") != std::string::npos; }))
      << host().output();
}

void FleetTest::apply(const json& objects) {
  const json list{{"apiVersion", "v1"}, {"kind", "List"}, {"items", objects}};
  const auto applied = kubectl({"apply", "-f", "-"}, list.dump());
  ASSERT_EQ(applied.status, 0) << applied.err;
}

json FleetTest::model(const std::string& name, const std::string& ns) const {
  const bool lamps = name == "switch";
  return object(
      "DeviceModel", {ns, name},
      {{"protocol", lamps ? "virtual" : "outside"},
       {"properties",
        json::array(
            {{{"name", lamps ? "power" : "value"}, {"type", "STRING"}, {"accessMode", "ReadWrite"}}})}});
}

json FleetTest::lamp(const std::string& name, const std::string& desired) const {
  return object(
      "Device", {"default", name},
      device_spec(
          "switch", "virtual",
          {{"name", "power"},
           {"desired", {{"value", desired}}},
           {"collectCycle", 200},
           {"reportToCloud", true},
           {"visitors",
            {{"protocolName", "virtual"}, {"configData", {{"file", (switches() / name).string()}}}}}}));
}

json FleetTest::lamps(int count, const std::string& desired) const {
  json list = json::array();
  for (int i = 0; i < count; ++i)
    list.push_back(lamp("lamp-" + std::to_string(i), desired));
  return list;
}

json FleetTest::meter(const DeviceId& id, const std::string& desired) const {
  json property{{"name", "value"}, {"reportToCloud", true}};
  if (!desired.empty()) property["desired"] = {{"value", desired}};
  return object("Device", id, device_spec("meter", "outside", std::move(property)));
}

json FleetTest::with_desired(json device, const std::string& value) {
  device["spec"]["properties"][0]["desired"]["value"] = value;
  return device;
}

json FleetTest::update(const std::string& event_id, const std::string& value) {
  return {{"event_id", event_id}, {"twin", {{"value", {{"actual", {{"value", value}}}}}}}};
}

std::string FleetTest::switch_of(const std::string& name) const {
  auto text = read_text(switches() / name);
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

bool FleetTest::report(MqttClient& mapper, const DeviceId& id, const std::string& value) {
  const auto event_id = new_uuid();
  if (!mapper.publish(update_topic(id), update(event_id, value))) return false;
  json answer;
  return mapper.hears([&](const MqttMessage& message) {
    if (message.topic != topic(id, "twin/update/result")) return false;
    answer = message.json();
    return answer.value("event_id", "") == event_id;
  }) && !answer.contains("code");
}

std::map<DeviceId, std::map<std::string, std::string>> FleetTest::all_reported() const {
  std::map<DeviceId, std::map<std::string, std::string>> all;
  const auto list = json::parse(kubectl({"get", "devices", "-A", "-o", "json"}).out, nullptr, false);
  if (!list.is_object()) return all;
  for (const auto& item : list.at("items")) {
    auto& properties =
        all[{item["metadata"]["namespace"].get<std::string>(), item["metadata"]["name"].get<std::string>()}];
    for (const auto& twin : item.value("/status/twins"_json_pointer, json::array())) {
      properties[twin.at("propertyName").get<std::string>()] = twin.value("/reported/value"_json_pointer, "");
    }
  }
  return all;
}

std::string FleetTest::reported_by(const DeviceId& id, const std::string& property) const {
  const auto path = "jsonpath={.status.twins[?(@.propertyName==\"" + property + "\")].reported.value}";
  return kubectl({"get", "device", id.name, "-n", id.ns, "-o", path}).out;
}

bool FleetTest::shows(const DeviceId& id, const std::string& value,
                      std::chrono::milliseconds patience) const {
  return eventually([&] { return reported_by(id) == value; }, patience);
}

ProcessCost cost_of(int pid) {
  const auto folder = std::filesystem::path("/proc") / std::to_string(pid);
  ProcessCost cost;
  const auto stat = read_text(folder / "stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field)
    fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  cost.cpu_seconds = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::istringstream io(read_text(folder / "io"));
  for (std::string key; io >> key;) {
    std::uint64_t value = 0;
    io >> value;
    if (key == "write_bytes:") cost.disk_bytes = value;
  }
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder / "fd"))
    ++cost.descriptors;
  return cost;
}

int number_from_environment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text && *text ? std::atoi(text) : otherwise;
}

}  // namespace hearth::e2e
