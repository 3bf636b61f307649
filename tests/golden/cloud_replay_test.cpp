// SPDX-License-Identifier: Apache-2.0
// The real hearth-cloud with a recorded edgecore at the other end: what happened to the API is done with kubectl, the
// edge's frames are sent as recorded, and each message of ours must be the recorded one, but for cloud_differences.
#include <gmock/gmock.h>

#include <deque>
#include <set>

#include "sdk/wire/resource.hpp"
#include "sdk/wire/twin_document.hpp"
#include "tests/e2e/system.hpp"
#include "tests/golden/cloud_differences.hpp"
#include "tests/golden/recording.hpp"
#include "tests/golden/stock_edge.hpp"

namespace hearth::golden {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using wire::HubMessage;

/// A replay that has gone wrong waits for everything that is still to come.
constexpr std::chrono::seconds kPatience{20};

std::string line_of(const HubMessage& message) {
  const auto& route = message.route;
  return route.source + " " + route.group + " " + route.operation + " " + route.resource + " " +
         message.content.dump().substr(0, 300);
}

/// What a user would write: no server's fields, no status. What comes from edgecontroller lacks the kind.
json manifest(const json& object, const std::string& resource) {
  const bool model = wire::parse_resource(resource).kind == wire::ResourceKind::device_model;
  json written{{"apiVersion", "devices.kubeedge.io/v1beta1"},
               {"kind", model ? "DeviceModel" : "Device"},
               {"spec", object.at("spec")}};
  for (const char* key : {"name", "namespace", "labels"}) {
    if (object.at("metadata").contains(key)) written["metadata"][key] = object["metadata"][key];
  }
  return written;
}

/// Ids with descriptions.
std::set<std::string> members(const json& list) {
  std::set<std::string> ids;
  if (!list.is_array()) return ids;
  for (const auto& member : list)
    ids.insert(member.at("id").get<std::string>() + " " + member.value("description", ""));
  return ids;
}

/// An edge with the old certificate is told each device in both forms of its id; the recorded one must be among them.
bool same_members(const HubMessage& ours, const HubMessage& recorded, const char* list) {
  const auto told = members(ours.content.value(list, json()));
  const auto wanted = members(recorded.content.at(list));
  return told.size() == 2 * wanted.size() &&
         std::includes(told.begin(), told.end(), wanted.begin(), wanted.end());
}

class CloudReplay : public e2e::SystemTest, public testing::WithParamInterface<std::string> {
 protected:
  void start(const std::string& scene);
  void play(const std::string& scene);
  void play(const WsRecord& record);
  void play_note(const WsRecord& record);
  void play_event(const WsRecord& record);
  void play_down(const WsRecord& record);
  void play_up(const WsRecord& record);
  bool held_back(const WsRecord& record) const;

  void connect();
  void change_api(const HubMessage& recorded, const std::string& event);
  bool spec_changed(const HubMessage& recorded) const;
  void change_api_by_the_next(const std::string& kind);
  /// The kubectl changes that the recording shows only after the link was back.
  void change_api_behind_the_edges_back();
  std::optional<HubMessage> take(const Inbox::Match& match, const std::string& what);
  void expect_object(const HubMessage& recorded);
  void expect_pending_memberships();
  void expect_membership(const HubMessage& recorded);
  void expect_confirmation(const HubMessage& recorded);
  void sort_out_the_rest();
  bool allow(const HubMessage& ours);
  void ack(const HubMessage& ours);
  void settle();
  std::size_t whole_set() const;
  void expect_reports_in_the_api();
  void expect_states_in_the_api();
  void expect_node_ready();

  std::unique_ptr<StockEdge> edge_;
  std::vector<std::string> head_;
  std::vector<WsRecord> records_;
  std::size_t at_ = 0;
  std::string event_;
  CloudContext context_;
  std::map<std::string, json> api_;                                  // by resource, as we made it
  std::map<std::string, std::string> our_ids_;                       // recorded msg_id → ours
  std::map<std::string, std::string> sent_up_;                       // msg_id → resource
  std::map<DeviceId, std::map<std::string, std::string>> reported_;  // device → property → value
  std::map<DeviceId, std::string> states_;                           // reported
  std::deque<HubMessage> early_;     // acked before the recording came to them
  std::set<std::string> applied_;    // recorded msg_ids
  std::set<std::string> acked_;      // msg_ids of ours, by ack()
  std::set<std::string> confirmed_;  // msg_ids of the edge
  std::size_t objects_since_connect_ = 0;
  std::vector<HubMessage> memberships_;  // recorded, and not seen of ours yet
  std::string last_object_;              // recorded msg_id
  std::size_t compared_ = 0;
};

void CloudReplay::start(const std::string& scene) {
  ASSERT_NO_FATAL_FAILURE(start_cloud());
  api_ = objects_before(scene);
  json list{{"apiVersion", "v1"}, {"kind", "List"}, {"items", json::array()}};
  for (const auto& [resource, object] : api_) {
    list["items"].push_back(manifest(object, resource));
    const auto ns = object.at("metadata").at("namespace").get<std::string>();
    if (ns != "default") kubectl({"create", "namespace", ns});
  }
  if (!api_.empty()) {
    const auto made = kubectl({"create", "-f", "-"}, list.dump());
    ASSERT_EQ(made.status, 0) << made.err;
  }
  edge_ = std::make_unique<StockEdge>(cert_address(), join_token(), "edge-1");
  for (const auto& record : read_ws("join")) {
    if (record.up() && record.content.contains("http")) {
      head_ = record.content.at("http").get<std::vector<std::string>>();
    }
  }
}

void CloudReplay::connect() {
  ASSERT_TRUE(edge_->connect(hub_address(), head_));
  context_.connecting = true;
  objects_since_connect_ = 0;
}

/// How many objects are the node's: its devices, and the models they use.
std::size_t CloudReplay::whole_set() const {
  std::set<std::string> resources;
  for (const auto& [resource, object] : api_) {
    if (resource.find("/device/") == std::string::npos) continue;
    resources.insert(resource);
    const auto ns = object.at("metadata").at("namespace").get<std::string>();
    const auto model = object.at("/spec/deviceModelRef/name"_json_pointer).get<std::string>();
    if (api_.contains(ns + "/devicemodel/" + model)) resources.insert(ns + "/devicemodel/" + model);
  }
  return resources.size();
}

/// Until everything that the cloud sends on connect has come.
void CloudReplay::settle() {
  if (!context_.connecting) return;
  const auto complete = [&] {
    sort_out_the_rest();
    return objects_since_connect_ >= whole_set();
  };
  EXPECT_TRUE(e2e::eventually(complete)) << objects_since_connect_ << " of " << whole_set();
  for (const auto& ours : std::exchange(early_, {}))
    EXPECT_FALSE(why_more(context_, ours).empty()) << "more than cloudcore sent: " << line_of(ours);
  context_.connecting = false;
}

void CloudReplay::play(const std::string& scene) {
  ASSERT_NO_FATAL_FAILURE(start(scene));
  records_ = read_ws(scene);
  if (scene != "join") {
    ASSERT_NO_FATAL_FAILURE(connect());
    settle();
  }
  for (at_ = 0; at_ < records_.size() && !HasFatalFailure(); ++at_)
    play(records_[at_]);
  settle();
  expect_pending_memberships();
  sort_out_the_rest();
  expect_reports_in_the_api();
  expect_states_in_the_api();
  expect_node_ready();
}

void CloudReplay::play(const WsRecord& record) {
  if (!record.event.empty()) return play_event(record);
  if (!record.note.empty()) return play_note(record);
  if (!record.message) return;
  return record.up() ? play_up(record) : play_down(record);
}

void CloudReplay::play_note(const WsRecord& record) {
  if (record.note == "edge connected") {
    ASSERT_NO_FATAL_FAILURE(connect());
  } else if (record.note.starts_with("connection ended by")) {
    expect_pending_memberships();
    edge_->drop();
    EXPECT_TRUE(e2e::eventually([&] { return !edge_->connected(); }));
    sort_out_the_rest();
    change_api_behind_the_edges_back();
  }
}

void CloudReplay::play_event(const WsRecord& record) {
  settle();
  event_ = record.event;
  if (event_.starts_with("cloudcore stops")) {
    EXPECT_EQ(cloud().stop(), 0);
  } else if (event_.starts_with("cloudcore starts")) {
    ASSERT_NO_FATAL_FAILURE(start_cloud());
  } else if (event_.starts_with("kubectl create namespace")) {
    EXPECT_EQ(kubectl({"create", "namespace", event_.substr(event_.rfind(' ') + 1)}).status, 0);
  } else if (event_.starts_with("DeviceModel")) {
    change_api_by_the_next("/devicemodel/");
  } else if (event_.starts_with("Device slow-")) {
    // Made while the one before it is not acked yet, so long before it is sent.
    change_api_by_the_next("/device/" + event_.substr(event_.rfind(' ') + 1));
  }
}

bool CloudReplay::spec_changed(const HubMessage& recorded) const {
  if (is_delete(recorded)) return true;
  const auto known = api_.find(recorded.route.resource);
  return known == api_.end() || known->second.at("spec") != recorded.content.at("spec");
}

void CloudReplay::change_api(const HubMessage& recorded, const std::string& event) {
  if (!applied_.insert(recorded.header.msg_id).second) return;
  const auto& resource = recorded.route.resource;
  const auto& metadata = recorded.content.at("metadata");
  const auto kind =
      wire::parse_resource(resource).kind == wire::ResourceKind::device ? "device" : "devicemodel";
  const e2e::Arguments where{kind, metadata.at("name").get<std::string>(), "-n",
                             metadata.at("namespace").get<std::string>()};
  e2e::Finished done;
  if (is_delete(recorded) && event.find("nodeName edge-2") == event.npos) {
    api_.erase(resource);
    if (kind == std::string("devicemodel")) return;  // it goes with its last device; the API still has it
    e2e::Arguments command{"delete"};
    command.insert(command.end(), where.begin(), where.end());
    done = kubectl(command);
  } else if (is_delete(recorded)) {
    api_.erase(resource);
    e2e::Arguments command{"patch", "--type=merge", "-p", R"({"spec":{"nodeName":"edge-2"}})"};
    command.insert(command.begin() + 1, where.begin(), where.end());
    done = kubectl(command);
  } else {
    api_[resource] = recorded.content;
    done = kubectl({"apply", "-f", "-"}, manifest(recorded.content, resource).dump());
  }
  EXPECT_EQ(done.status, 0) << done.err;
}

/// For what cloudcore tells an edge later than it was made.
void CloudReplay::change_api_by_the_next(const std::string& kind) {
  for (std::size_t later = at_ + 1; later < records_.size(); ++later) {
    const auto& message = records_[later].message;
    if (records_[later].up() || !message || message->route.resource.find(kind) == std::string::npos) continue;
    return change_api(*message, event_);
  }
}

void CloudReplay::change_api_behind_the_edges_back() {
  for (std::size_t later = at_; later < records_.size(); ++later) {
    const auto& message = records_[later].message;
    const bool down = message && !records_[later].up();
    if (down && message->route.source == "edgecontroller") change_api(*message, "");
  }
}

void CloudReplay::play_down(const WsRecord& record) {
  const auto& recorded = *record.message;
  if (is_response(recorded)) return expect_confirmation(recorded);
  if (!is_object(recorded)) {
    memberships_.push_back(recorded);
    return;
  }
  const bool changed = spec_changed(recorded);
  const bool model = wire::parse_resource(recorded.route.resource).kind == wire::ResourceKind::device_model;
  if (!context_.connecting && (changed || event_.find("label") != event_.npos)) change_api(recorded, event_);
  if (!context_.connecting && !why_less(recorded, changed).empty()) return;
  if (!why_held_back(recorded).empty()) return;
  if (model) {
    context_.model_edited = recorded.route.operation == "update";
    // A model comes with its first device and goes with the last: that must have happened.
    if (!context_.model_edited) change_api_by_the_next("/device/");
  }
  expect_object(recorded);
}

/// The first of ours that matches; whatever comes meanwhile must be an allowed difference.
std::optional<HubMessage> CloudReplay::take(const Inbox::Match& match, const std::string& what) {
  std::optional<HubMessage> found;
  if (const auto early = std::find_if(early_.begin(), early_.end(), match); early != early_.end()) {
    found = std::move(*early);
    early_.erase(early);
    return found;
  }
  const auto look = [&] {
    if ((found = edge_->inbox().take_now(match))) return true;
    // Acked ones wait for each other: what is more than recorded must be acked before the next can come.
    const auto more = edge_->inbox().take_now([&](const HubMessage& ours) {
      return is_object(ours) && (context_.connecting || !why_more(context_, ours).empty());
    });
    if (more) {
      ack(*more);
      early_.push_back(*more);
    }
    return false;
  };
  EXPECT_TRUE(e2e::eventually(look, kPatience)) << "not sent: " << what;
  return found;
}

void CloudReplay::expect_object(const HubMessage& recorded) {
  const auto same = [&](const HubMessage& message) {
    const auto& route = message.route;
    const bool same_route = route.source == recorded.route.source && route.group == recorded.route.group &&
                            route.operation == recorded.route.operation;
    return is_object(message) && route.resource == recorded.route.resource &&
           (same_route || !why_other_route(context_, recorded.route, route).empty());
  };
  context_.sent_before = our_ids_.contains(recorded.header.msg_id);
  const auto ours = take(same, line_of(recorded));
  if (!ours) return;
  ++compared_;
  if (!is_delete(*ours) && !acked_.contains(ours->header.msg_id)) ++objects_since_connect_;
  const bool again = std::exchange(last_object_, recorded.header.msg_id) == recorded.header.msg_id;
  EXPECT_TRUE(!again || our_ids_[recorded.header.msg_id] == ours->header.msg_id) << "sent again as it was";
  if (!acked_.contains(ours->header.msg_id)) our_ids_[recorded.header.msg_id] = ours->header.msg_id;
  EXPECT_TRUE(ours->header.parent_msg_id.empty());
  EXPECT_FALSE(ours->header.msg_id.empty());
  const auto& mine = ours->content;
  const auto& theirs = recorded.content;
  for (const char* key : {"name", "namespace"})
    EXPECT_EQ(mine.at("metadata").at(key), theirs.at("metadata").at(key));
  EXPECT_TRUE(mine["metadata"].at("uid").is_string());
  if (!theirs.contains("spec")) return;  // a delete of which cloudcore knew the name alone
  EXPECT_EQ(ours->header.resource_version, mine["metadata"].at("resourceVersion").get<std::string>());
  EXPECT_EQ(mine.at("kind"), theirs.value("kind", mine["kind"])) << "edgecontroller leaves it out";
  EXPECT_EQ(mine.at("apiVersion"), theirs.value("apiVersion", mine["apiVersion"]));
  EXPECT_EQ(mine.at("spec"), theirs.at("spec"));
  EXPECT_EQ(mine["metadata"].value("labels", json()), theirs.at("metadata").value("labels", json()));
  for (const char* key : {"generation", "creationTimestamp"})
    EXPECT_EQ(mine["metadata"].value(key, json()).type(), theirs["metadata"].at(key).type()) << key;
}

/// They may come before or after the object of the same event, so they are looked for later.
void CloudReplay::expect_pending_memberships() {
  for (const auto& recorded : std::exchange(memberships_, {}))
    expect_membership(recorded);
}

void CloudReplay::expect_membership(const HubMessage& recorded) {
  const auto same = [&](const HubMessage& message) {
    return message.route.resource == "membership" && message.content.is_object() &&
           same_members(message, recorded, "added_devices") &&
           same_members(message, recorded, "removed_devices");
  };
  const auto ours = take(same, line_of(recorded));
  if (!ours) return;
  ++compared_;
  EXPECT_EQ(ours->route.source, recorded.route.source);
  EXPECT_EQ(ours->route.group, recorded.route.group);
  EXPECT_EQ(ours->route.operation, recorded.route.operation);
  for (const auto& [key, value] : recorded.content.items())
    EXPECT_EQ(ours->content.value(key, json(0)).type(), value.type()) << key;
  EXPECT_EQ(ours->content.size(), recorded.content.size());
}

void CloudReplay::expect_confirmation(const HubMessage& recorded) {
  const auto ours = take(
      [&](const HubMessage& message) {
        return message.header.parent_msg_id == recorded.header.parent_msg_id;
      },
      line_of(recorded));
  if (!ours) return;
  ++compared_;
  confirmed_.insert(recorded.header.parent_msg_id);
  EXPECT_EQ(ours->route.resource, recorded.route.resource);
  EXPECT_EQ(ours->route.group, recorded.route.group);
  EXPECT_EQ(ours->route.source, recorded.route.source);
  EXPECT_TRUE(ours->content == recorded.content || !why_other_answer(ours->content).empty())
      << line_of(*ours);
}

/// The recorder kept some acks to itself, to see what cloudcore does without.
bool CloudReplay::held_back(const WsRecord& record) const {
  return &record + 1 < records_.data() + records_.size() &&
         (&record + 1)->note == "the recorder does not pass on the answer just above";
}

void CloudReplay::play_up(const WsRecord& record) {
  if (held_back(record)) return;
  auto message = *record.message;
  if (is_response(message)) {
    const auto ours = our_ids_.find(message.header.parent_msg_id);
    if (ours == our_ids_.end()) return;  // of a message that we do not send
    message.header.parent_msg_id = ours->second;
  }
  sent_up_[message.header.msg_id] = message.route.resource;
  if (message.route.resource.ends_with("twin/edge_updated")) {
    const auto device = wire::parse_resource(message.route.resource).id;
    for (const auto& [key, twin] : message.content.at("twin").items()) {
      if (twin.contains("actual") && twin["actual"].contains("value")) {
        reported_[device][key] = twin["actual"]["value"].get<std::string>();
      }
    }
  }
  if (message.route.resource.ends_with("state/update")) {
    const auto device = wire::parse_resource(message.route.resource).id;
    states_[device] = message.document().value().at("device").at("state").get<std::string>();
  }
  edge_->send(message, record.fragments);
}

bool CloudReplay::allow(const HubMessage& ours) {
  const auto& parent = ours.header.parent_msg_id;
  const auto asked = sent_up_.find(parent);
  const bool first = parent.empty() || confirmed_.insert(parent).second;
  context_.report = first && asked != sent_up_.end() ? asked->second : "";
  const bool allowed = !why_more(context_, ours).empty();
  if (allowed && is_object(ours)) ack(ours);
  return allowed;
}

void CloudReplay::ack(const HubMessage& ours) {
  if (!is_delete(ours)) ++objects_since_connect_;
  acked_.insert(ours.header.msg_id);
  auto response = wire::make_response(ours, "OK", ours.header.timestamp);
  response.route.source = "meta";
  edge_->send(response, {1});
}

void CloudReplay::sort_out_the_rest() {
  while (const auto ours = edge_->inbox().take_now([](const HubMessage&) { return true; }))
    EXPECT_TRUE(allow(*ours)) << "more than cloudcore sent: " << line_of(*ours);
}

/// What the edge has reported in this scene is what kubectl shows, if the device and the property are still there.
void CloudReplay::expect_reports_in_the_api() {
  for (const auto& [id, properties] : reported_) {
    const auto object = api_.find(wire::device_resource(id));
    if (object == api_.end()) continue;
    for (const auto& property : object->second.at("spec").at("properties")) {
      const auto value = properties.find(property.at("name").get<std::string>());
      if (value == properties.end()) continue;
      const auto path =
          "jsonpath={.status.twins[?(@.propertyName==\"" + value->first + "\")].reported.value}";
      EXPECT_EQ(kubectl({"get", "device", id.name, "-n", id.ns, "-o", path}).out, value->second)
          << value->first;
    }
  }
}

void CloudReplay::expect_states_in_the_api() {
  for (const auto& [id, state] : states_) {
    if (!api_.contains(wire::device_resource(id))) continue;
    EXPECT_TRUE(e2e::eventually([&] {
      const auto shown = kubectl({"get", "device", id.name, "-n", id.ns, "-o", "jsonpath={.status.state}"});
      return shown.out == state;
    })) << id.name
        << " was reported " << state;
  }
}

void CloudReplay::expect_node_ready() {
  if (!edge_->connected()) return;
  EXPECT_TRUE(e2e::eventually([&] {
    const std::string path = "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}";
    return kubectl({"get", "node", "edge-1", "-o", path}).out == "True";
  })) << "the edge is linked and its node is not Ready";
}

TEST_P(CloudReplay, IsAnsweredAsByCloudcore) {
  play(GetParam());
  RecordProperty("compared", static_cast<int>(compared_));
  const auto spoke = [](const WsRecord& record) { return record.message && !record.up(); };
  if (std::any_of(records_.begin(), records_.end(), spoke)) {
    EXPECT_GT(compared_, 0U) << "nothing that cloudcore sent was compared with ours";
  }
}

INSTANTIATE_TEST_SUITE_P(Of, CloudReplay, testing::ValuesIn(scenes()),
                         [](const auto& scene) { return test_name(scene.param); });

}  // namespace
}  // namespace hearth::golden
