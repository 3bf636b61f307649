// SPDX-License-Identifier: Apache-2.0
// The real hearth-host and a real Mosquitto with a recorded cloudcore at the other end of the link: its frames come
// as recorded, the recorded MQTT client speaks, and what the host sends on both sides must be what edgecore sent,
// but for host_differences.
#include <gmock/gmock.h>

#include "sdk/wire/resource.hpp"
#include "sdk/wire/topic.hpp"
#include "tests/e2e/mqtt_client.hpp"
#include "tests/e2e/system.hpp"
#include "tests/golden/host_differences.hpp"
#include "tests/golden/recording.hpp"
#include "tests/golden/stock_cloud.hpp"

namespace hearth::golden {
namespace {

/// A replay that has gone wrong waits for everything that is still to come.
constexpr std::chrono::seconds kPatience{20};

using nlohmann::json;
using wire::HubMessage;
using wire::TopicKind;

struct Step {
  double at_ms = 0;
  std::optional<WsRecord> ws;
  std::optional<MqttRecord> mqtt;
};

/// Both recordings of a scene in the order of their times.
std::vector<Step> timeline(const std::string& scene) {
  std::vector<Step> steps;
  for (auto& record : read_ws(scene)) {
    if (record.at_ms > 0) steps.push_back({record.at_ms, std::move(record), std::nullopt});
  }
  for (auto& record : read_mqtt(scene))
    steps.push_back({record.at_ms, std::nullopt, std::move(record)});
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Step& a, const Step& b) { return a.at_ms < b.at_ms; });
  return steps;
}

json value_of(const json& twin, const char* side) {
  if (!twin.is_object() || !twin.contains(side) || !twin[side].is_object()) return nullptr;
  return twin[side].value("value", json());
}

std::vector<std::string> names(const json& list) {
  std::vector<std::string> found;
  if (!list.is_array()) return found;
  for (const auto& member : list)
    found.push_back(member.at("name").get<std::string>() + "|" + member.value("description", ""));
  std::sort(found.begin(), found.end());
  return found;
}

class HostReplay : public e2e::SystemTest, public testing::WithParamInterface<std::string> {
 protected:
  void TearDown() override {
    if (HasFailure() && edge_) std::cerr << edge_->output();
    if (edge_) edge_->stop();
    SystemTest::TearDown();
  }

  void start();
  void start_edge();
  void hand_over(const std::string& scene);
  void play(const std::string& scene);
  void play(const WsRecord& record);
  void play(const MqttRecord& record);
  void expect_up(const WsRecord& record);
  bool repeats_itself(const HubMessage& recorded);
  void expect_ack(const HubMessage& recorded);
  void expect_report(const HubMessage& recorded);
  void expect_answer(const MqttRecord& recorded);
  void expect_other_answer(const std::string& event_id, const OtherAnswer& other);
  void expect_delta(const json& recorded);
  void expect_membership(const json& recorded);
  bool same_twins(const json& ours, const json& recorded) const;
  std::optional<HubMessage> take(const Inbox::Match& match) {
    return cloud_.inbox().take(match, e2e::kPatience);
  }
  std::string heard() const;

  StockCloud cloud_;
  std::unique_ptr<e2e::Process> edge_;
  std::unique_ptr<e2e::MqttClient> mqtt_;
  std::unique_ptr<e2e::MqttClient> node_topics_;
  std::vector<json> memberships_;  // recorded, to be found by the scene's end
  std::string scene_;
  std::string event_id_;                  // of the client's last request
  std::map<std::string, json> reported_;  // recorded values, by resource and key
  std::size_t compared_ = 0;
};

void HostReplay::start() {
  ASSERT_NO_FATAL_FAILURE(start_broker());
  mqtt_ = std::make_unique<e2e::MqttClient>(broker_port(), std::vector<std::string>{"$hw/#"});
  node_topics_ =
      std::make_unique<e2e::MqttClient>(broker_port(), std::vector<std::string>{"$hw/events/node/#"});
  ASSERT_NO_FATAL_FAILURE(start_edge());
}

void HostReplay::start_edge() {
  std::filesystem::create_directories(mappers());
  const auto links = cloud_.links();
  edge_ = std::make_unique<e2e::Process>(
      e2e::binary("hearth-host"),
      e2e::Arguments{"--node-name", "edge-1", "--data-dir", edge_dir().string(), "--hub", cloud_.hub_url(),
                     "--cert-url", cloud_.cert_url(), "--token", cloud_.token(), "--broker", broker_url(),
                     "--mappers", mappers().string(), "--http-listen", "127.0.0.1:0"},
      folder().path() / "edge.log");
  ASSERT_TRUE(e2e::eventually([&] { return cloud_.links() > links; })) << edge_->output();
  const auto first = take([](const HubMessage& message) { return is_keepalive(message); });
  ASSERT_TRUE(first) << "the first keepalive comes at once, or cloudcore ends the session";
  EXPECT_TRUE(e2e::eventually([&] {
    return edge_->output().find("eventbus: connected") != std::string::npos;
  })) << edge_->output();
}

/// Gives the node what edgecore held when the scene began, in the same messages.
void HostReplay::hand_over(const std::string& scene) {
  json added = json::array();
  std::vector<HubMessage> objects;
  for (const auto& [resource, object] : objects_before(scene)) {
    auto message = wire::make_message({"devicecontroller", "resource", "insert", resource}, object, 1);
    message.header.resource_version = object.at("metadata").at("resourceVersion").get<std::string>();
    objects.push_back(message);
    const auto name = object.at("metadata").at("name").get<std::string>();
    const bool device = wire::parse_resource(resource).kind == wire::ResourceKind::device;
    if (device) added.push_back({{"id", name}, {"name", name}, {"description", "room-controller-1st-floor"}});
  }
  if (objects.empty()) return;
  const json content{
      {"event_id", "before"}, {"timestamp", 1}, {"added_devices", added}, {"removed_devices", nullptr}};
  cloud_.send(wire::make_message({"devicecontroller", "twin", "update", "membership"}, content, 1), {1});
  for (const auto& message : objects) {
    cloud_.send(message, {4082, 1});
    expect_ack(wire::make_response(message, "OK", 1));
  }
}

void HostReplay::play(const std::string& scene) {
  scene_ = scene;
  ASSERT_NO_FATAL_FAILURE(start());
  hand_over(scene);
  for (const auto& step : timeline(scene)) {
    SCOPED_TRACE(scene + " at " + std::to_string(step.at_ms) + " ms");
    if (step.ws) play(*step.ws);
    if (step.mqtt) play(*step.mqtt);
    if (HasFailure()) break;
  }
  for (const auto& recorded : memberships_)
    expect_membership(recorded);
  EXPECT_EQ(edge_->output().find("malformed"), std::string::npos) << edge_->output();
}

void HostReplay::play(const WsRecord& record) {
  if (record.note == "connection ended by edge") {
    EXPECT_EQ(edge_->stop(), 0);
  } else if (record.note == "connection ended by cloud" || record.note == "connection ended by the cut") {
    cloud_.close();
    EXPECT_TRUE(e2e::eventually([&] { return !cloud_.linked(); }));
  } else if (record.note == "edge connected" && scene_ == "restart-edgecore") {
    start_edge();
  } else if (record.note == "edge connected" && !cloud_.linked()) {
    cloud_.open();
    EXPECT_TRUE(e2e::eventually([&] { return cloud_.linked(); })) << edge_->output();
  }
  if (!record.message) return;
  if (record.up()) return expect_up(record);
  if (!is_response(*record.message)) cloud_.send(*record.message, record.fragments);
}

void HostReplay::expect_up(const WsRecord& record) {
  const auto& recorded = *record.message;
  if (is_keepalive(recorded) || !why_less_up(scene_, recorded).empty()) return;
  if (is_report(recorded) && repeats_itself(recorded)) return;
  ++compared_;
  if (is_response(recorded)) return expect_ack(recorded);
  if (is_report(recorded)) return expect_report(recorded);
  const auto ours = take([&](const HubMessage& message) {
    return message.route.resource == recorded.route.resource &&
           message.route.operation == recorded.route.operation;
  });
  ASSERT_TRUE(ours) << record.content;
  EXPECT_EQ(ours->route.source, recorded.route.source);
  EXPECT_EQ(ours->route.group, recorded.route.group);
  if (recorded.route.group == "user") {
    EXPECT_EQ(ours->content, recorded.content);
    return;
  }
  ASSERT_TRUE(ours->content.is_string()) << "membership/detail is a document in a string";
  const auto mine = json::parse(ours->content.get<std::string>());
  const auto theirs = json::parse(recorded.content.get<std::string>());
  for (const auto& [key, value] : theirs.items())
    EXPECT_EQ(mine.value(key, json()).type(), value.type()) << key;
  EXPECT_EQ(mine.at("group_id"), theirs.at("group_id"));
}

/// A value that is the one before again; edgecore sends it each time, we do not until it needs a refresh.
bool HostReplay::repeats_itself(const HubMessage& recorded) {
  if (!recorded.content.is_object()) return false;
  bool repeats = true;
  for (const auto& [key, twin] : recorded.content.at("twin").items()) {
    auto& before = reported_[recorded.route.resource + "#" + key];
    auto values = json::array({value_of(twin, "actual"), value_of(twin, "expected")});
    repeats = repeats && before == values;
    before = std::move(values);
  }
  return repeats;
}

void HostReplay::expect_ack(const HubMessage& recorded) {
  const auto ours = take([&](const HubMessage& message) {
    return message.header.parent_msg_id == recorded.header.parent_msg_id;
  });
  ASSERT_TRUE(ours) << "no ack of " << recorded.route.resource;
  EXPECT_EQ(ours->route.operation, "response");
  EXPECT_EQ(ours->route.resource, recorded.route.resource);
  EXPECT_EQ(ours->content, "OK");
}

/// Every recorded key with its values; ours may tell more in one report, as after a cut.
bool HostReplay::same_twins(const json& ours, const json& recorded) const {
  if (!ours.is_object()) return false;
  for (const auto& [key, twin] : recorded.items()) {
    if (!ours.contains(key) || ours[key].is_null() != twin.is_null()) return false;
    if (value_of(ours[key], "actual") != value_of(twin, "actual")) return false;
    if (twin.is_object() && twin.contains("expected") &&
        value_of(ours[key], "expected") != value_of(twin, "expected")) {
      return false;
    }
  }
  return true;
}

void HostReplay::expect_report(const HubMessage& recorded) {
  const auto wanted = wire::parse_resource(recorded.route.resource);
  const auto ours = take([&](const HubMessage& message) {
    const auto resource = wire::parse_resource(message.route.resource);
    if (resource.kind != wanted.kind || resource.id != wanted.id) return false;
    if (wanted.kind == wire::ResourceKind::twin_edge_updated) {
      return same_twins(message.content.value("twin", json()), recorded.content.at("twin"));
    }
    return message.document().value().at("device").value("state", "") ==
           recorded.document().value().at("device").at("state");
  });
  ASSERT_TRUE(ours) << "not reported: " << recorded.route.resource << " " << recorded.content;
  EXPECT_EQ(ours->route.resource, recorded.route.resource)
      << "cloudcore up to 1.16.1 knows devices by name alone";
  EXPECT_EQ(ours->route.source, recorded.route.source);
  EXPECT_EQ(ours->route.group, recorded.route.group);
  EXPECT_EQ(ours->route.operation, recorded.route.operation);
  EXPECT_EQ(ours->content.type(), recorded.content.type());
  EXPECT_TRUE(ours->header.parent_msg_id.empty());
  EXPECT_TRUE(ours->header.resource_version.empty());
}

void HostReplay::play(const MqttRecord& record) {
  if (record.from_client) {
    mqtt_->forget();
    const auto payload = json::parse(record.payload, nullptr, false);
    event_id_ = payload.is_object() ? payload.value("event_id", "") : "";
    ASSERT_TRUE(mqtt_->publish(record.topic, record.payload));
    if (const auto other = other_answer(event_id_)) expect_other_answer(event_id_, *other);
    return;
  }
  const bool of_request = json::parse(record.payload).value("event_id", "") == event_id_;
  const bool lost = record.topic.find("device//") != std::string::npos;
  if ((of_request || lost) && other_answer(event_id_)) return;
  if (!why_less_mqtt(scene_, record).empty()) return;
  const auto recorded = json::parse(record.payload);
  switch (wire::parse_topic(record.topic).kind) {
    case TopicKind::twin_update_delta:
      return expect_delta(recorded);
    case TopicKind::membership_updated:
      // Edgecore goes by the membership message, we by the object that comes before or after it.
      return memberships_.push_back(recorded);
    default:
      return expect_answer(record);
  }
}

std::string HostReplay::heard() const {
  std::string text = "heard:";
  for (const auto& message : mqtt_->heard())
    text += "\n  " + message.topic + " " + message.payload.substr(0, 400);
  return text;
}

/// result, document and get/result: of the recorded kind and device, of the request's event_id, with the recorded
/// values. Whether the topic names the device with or without its namespace is not compared: both forms are served.
void HostReplay::expect_answer(const MqttRecord& recorded) {
  ++compared_;
  const auto theirs = json::parse(recorded.payload);
  // Without a device id edgecore answers broken requests on a topic nobody listens to, and forgets their event_id.
  const bool lost = recorded.topic.find("device//") != std::string::npos;
  const auto wanted = wire::parse_topic(recorded.topic);
  const auto found = [&](const e2e::MqttMessage& message) {
    const auto mine = message.json();
    const auto topic = wire::parse_topic(message.topic);
    if (topic.kind != wanted.kind && !(lost && topic.kind == TopicKind::twin_update_result)) return false;
    if (topic.device != wanted.device && !lost) return false;
    if (theirs.contains("code")) return mine.value("code", 0) == theirs.at("code").get<int>();
    if (theirs.contains("device"))
      return mine.contains("device") && mine["device"].at("state") == theirs["device"].at("state");
    if (mine.value("event_id", "") != theirs.at("event_id").get<std::string>()) return false;
    if (theirs.contains("devices")) return names(mine.value("devices", json())) == names(theirs["devices"]);
    if (wanted.kind != TopicKind::twin_update_document)
      return same_twins(mine.value("twin", json()), theirs.at("twin"));
    for (const auto& [key, change] : theirs.at("twin").items()) {
      if (!mine.at("twin").contains(key)) return false;
      if (!same_twins({{key, mine["twin"][key].at("current")}}, {{key, change.at("current")}})) return false;
    }
    return true;
  };
  EXPECT_TRUE(mqtt_->hears(found, kPatience)) << recorded.topic << " " << recorded.payload << "\n" << heard();
}

void HostReplay::expect_other_answer(const std::string& event_id, const OtherAnswer& other) {
  ++compared_;
  EXPECT_TRUE(mqtt_->hears([&](const e2e::MqttMessage& message) {
    const auto mine = message.json();
    return message.topic.ends_with("/result") && mine.value("event_id", "") == event_id &&
           mine.value("code", 0) == other.code;
  })) << other.why
      << "\n"
      << heard();
}

void HostReplay::expect_delta(const json& recorded) {
  ++compared_;
  EXPECT_TRUE(mqtt_->hears([&](const e2e::MqttMessage& message) {
    const auto mine = message.json();
    if (!message.topic.ends_with("/twin/update/delta") || !mine.contains("delta")) return false;
    for (const auto& [key, value] : recorded.at("delta").items()) {
      if (mine["delta"].value(key, json()) != value) return false;
    }
    return same_twins(mine.value("twin", json()), recorded.at("twin"));
  })) << recorded
      << "\n"
      << heard();
}

void HostReplay::expect_membership(const json& recorded) {
  ++compared_;
  EXPECT_TRUE(node_topics_->hears([&](const e2e::MqttMessage& message) {
    const auto mine = message.json();
    return message.topic.ends_with("/membership/updated") &&
           names(mine.value("added_devices", json())) == names(recorded.at("added_devices")) &&
           names(mine.value("removed_devices", json())) == names(recorded.at("removed_devices"));
  })) << recorded;
}

TEST_P(HostReplay, AnswersAsEdgecoreDoes) {
  play(GetParam());
  RecordProperty("compared", static_cast<int>(compared_));
  EXPECT_GT(compared_, 0U) << "nothing of the recording was compared with ours";
}

TEST_F(HostReplay, UpgradesTheLinkWithTheHeadersOfEdgecore) {
  ASSERT_NO_FATAL_FAILURE(start());
  const auto ours = cloud_.upgrade();
  for (const auto& record : read_ws("join")) {
    if (!record.up() || !record.content.contains("http")) continue;
    for (const auto& line : record.content.at("http").get<std::vector<std::string>>()) {
      const auto name = line.substr(0, line.find(':'));
      const bool its_own = name == "User-Agent" || name == "Host" || name == "Sec-WebSocket-Key";
      if (its_own) continue;
      EXPECT_THAT(ours, testing::Contains(testing::StrCaseEq(line)));
    }
  }
}

/// In "no-ack" the edge has no part but the acks that did not come through.
std::vector<std::string> scenes_of_the_edge() {
  auto all = scenes();
  std::erase(all, "no-ack");
  return all;
}

INSTANTIATE_TEST_SUITE_P(Of, HostReplay, testing::ValuesIn(scenes_of_the_edge()),
                         [](const auto& scene) { return test_name(scene.param); });

}  // namespace
}  // namespace hearth::golden
