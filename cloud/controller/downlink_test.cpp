// SPDX-License-Identifier: Apache-2.0
#include "cloud/controller/downlink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "cloud/controller/test_objects.hpp"

namespace hearth::controller {
namespace {

using testing::device_json;
using testing::device_object;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::lines;
using testing::model_object;
using testing::TestDevice;
using ::testing::UnorderedElementsAre;

const DeviceId kLamp{"default", "lamp"};

class DownlinkTest : public ::testing::Test {
 protected:
  DownlinkTest() { downlink_.api_synced(); }

  /// Acks all messages of an output that want it.
  void ack(const DownlinkOutput& output) {
    for (const auto& send : output.sends) {
      if (send.token != 0) ack(downlink_.acked(send.token, true));
    }
  }
  void add_lamp() {
    downlink_.model_upsert(model_object());
    ack(downlink_.device_upsert(device_object()));
  }
  void connect(const std::string& node = "edge-1", bool hearth = true) {
    ack(downlink_.node_connected(node, hearth));
  }

  Downlink downlink_{[] { return testing::at_second(0); }, {{}, [] { return testing::steady_at(0); }}};
};

TEST_F(DownlinkTest, SendsMembershipThenModelThenDevice) {
  connect();
  EXPECT_THAT(lines(downlink_.model_upsert(model_object())), IsEmpty());
  const auto output = downlink_.device_upsert(device_object());
  EXPECT_THAT(lines(output),
              ElementsAre("edge-1: update membership", "edge-1: insert default/devicemodel/dimmer",
                          "edge-1: insert default/device/lamp"));
  EXPECT_EQ(output.sends[0].token, 0U);
  EXPECT_EQ(output.sends[0].message.content["added_devices"][0]["id"], "default/lamp");
  EXPECT_EQ(output.sends[0].message.content["added_devices"][0]["description"], "a lamp");
  EXPECT_NE(output.sends[2].token, 0U);
  EXPECT_EQ(output.sends[2].message.header.resource_version, "10");
  EXPECT_EQ(output.sends[2].message.header.parent_msg_id, "");
  EXPECT_EQ(output.sends[2].message.content, device_json());
}

TEST_F(DownlinkTest, SendsAModelOnceToANode) {
  connect();
  add_lamp();
  EXPECT_THAT(lines(downlink_.device_upsert(device_object({.name = "lamp-2", .uid = "uid-2"}))),
              ElementsAre("edge-1: update membership", "edge-1: insert default/device/lamp-2"));
}

TEST_F(DownlinkTest, SendsNothingForStatusOrLabelsAlone) {
  connect();
  add_lamp();
  auto object = device_json({.version = "11", .status = {{"state", "online"}}});
  object["metadata"]["labels"]["room"] = "kitchen";
  EXPECT_THAT(lines(downlink_.device_upsert(Object::of(object))), IsEmpty());
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::delivered);
}

TEST_F(DownlinkTest, SendsAChangedSpecAsUpdate) {
  connect();
  add_lamp();
  const auto output =
      downlink_.device_upsert(device_object({.version = "11", .generation = 2, .desired = "50"}));
  EXPECT_THAT(lines(output), ElementsAre("edge-1: update default/device/lamp"));
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::pending);
  EXPECT_EQ(downlink_.delivered_generation(kLamp), 1);
  ack(output);
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::delivered);
  EXPECT_EQ(downlink_.delivered_generation(kLamp), 2);
}

TEST_F(DownlinkTest, KeepsOneMessageUnderWayAndThenSendsTheNewest) {
  connect();
  add_lamp();
  const auto first =
      downlink_.device_upsert(device_object({.version = "11", .generation = 2, .desired = "50"}));
  for (int i = 12; i < 40; ++i) {
    const auto more = downlink_.device_upsert(
        device_object({.version = std::to_string(i), .generation = i, .desired = std::to_string(i)}));
    EXPECT_THAT(lines(more), IsEmpty());
  }
  const auto next = downlink_.acked(first.sends[0].token, true);
  ASSERT_THAT(lines(next), ElementsAre("edge-1: update default/device/lamp"));
  EXPECT_EQ(next.sends[0].message.header.resource_version, "39");
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::pending);
  ack(next);
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::delivered);
}

TEST_F(DownlinkTest, MovesADeviceOnlyAfterItsFormerNodeHasLetGoOfIt) {
  connect("edge-1");
  connect("edge-2");
  add_lamp();
  const auto output =
      downlink_.device_upsert(device_object({.node = "edge-2", .version = "12", .generation = 2}));
  ASSERT_THAT(lines(output),
              ElementsAre("edge-1: update membership", "edge-1: delete default/devicemodel/dimmer",
                          "edge-1: delete default/device/lamp"));
  EXPECT_EQ(output.sends[0].message.content["removed_devices"][0]["id"], "default/lamp");
  EXPECT_EQ(output.sends[2].message.content["spec"]["nodeName"], "edge-1");
  EXPECT_EQ(output.sends[2].message.header.resource_version, "12");
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::moving);
  EXPECT_THAT(lines(downlink_.acked(output.sends[1].token, true)), IsEmpty()) << "the model's delete";
  const auto added = downlink_.acked(output.sends[2].token, true);
  EXPECT_THAT(lines(added),
              ElementsAre("edge-2: update membership", "edge-2: insert default/devicemodel/dimmer",
                          "edge-2: insert default/device/lamp"));
  EXPECT_THAT(added.touched, ElementsAre(kLamp));
  ack(added);
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::delivered);
}

TEST_F(DownlinkTest, MovesADeviceAfterAWhileWhenItsFormerNodeDoesNotAnswer) {
  connect("edge-1");
  connect("edge-2");
  add_lamp();
  const auto output =
      downlink_.device_upsert(device_object({.node = "edge-2", .version = "12", .generation = 2}));
  downlink_.acked(output.sends.back().token, false);
  downlink_.node_disconnected("edge-1");
  EXPECT_EQ(downlink_.next_expiry(), testing::steady_at(10));
  EXPECT_THAT(lines(downlink_.expire(testing::steady_at(9))), IsEmpty());
  EXPECT_THAT(lines(downlink_.node_connected("edge-2", true)),
              ElementsAre("edge-2: update membership/detail/result"))
      << "nor is it in the list yet";
  EXPECT_THAT(lines(downlink_.expire(testing::steady_at(10))),
              ElementsAre("edge-2: update membership", "edge-2: insert default/devicemodel/dimmer",
                          "edge-2: insert default/device/lamp"));
  EXPECT_EQ(downlink_.next_expiry(), std::nullopt);
  EXPECT_THAT(lines(downlink_.node_connected("edge-1", false)),
              UnorderedElementsAre("edge-1: delete default/device/lamp",
                                   "edge-1: delete default/devicemodel/dimmer"));
}

TEST_F(DownlinkTest, MovesADeviceAtOnceFromANodeThatIsAway) {
  connect("edge-1");
  connect("edge-2");
  add_lamp();
  downlink_.node_disconnected("edge-1");
  EXPECT_THAT(
      lines(downlink_.device_upsert(device_object({.node = "edge-2", .version = "12", .generation = 2}))),
      ElementsAre("edge-2: update membership", "edge-2: insert default/devicemodel/dimmer",
                  "edge-2: insert default/device/lamp"));
}

TEST_F(DownlinkTest, MovesADeviceThereAndBack) {
  connect("edge-1");
  connect("edge-2");
  add_lamp();
  const auto there =
      downlink_.device_upsert(device_object({.node = "edge-2", .version = "12", .generation = 2}));
  const auto back = downlink_.device_upsert(device_object({.version = "13", .generation = 3}));
  EXPECT_THAT(lines(back), ::testing::Not(::testing::Contains("edge-1: insert default/device/lamp")));
  ack(back);
  EXPECT_THAT(lines(downlink_.acked(there.sends.back().token, true)),
              ElementsAre("edge-1: update membership", "edge-1: insert default/devicemodel/dimmer",
                          "edge-1: insert default/device/lamp"));
}

TEST_F(DownlinkTest, DeletesTheModelWithItsLastDeviceOfANode) {
  connect();
  add_lamp();
  ack(downlink_.device_upsert(device_object({.name = "lamp-2", .uid = "uid-2"})));
  EXPECT_THAT(lines(downlink_.device_delete(device_object())),
              ElementsAre("edge-1: update membership", "edge-1: delete default/device/lamp"));
  EXPECT_THAT(lines(downlink_.device_delete(device_object({.name = "lamp-2", .uid = "uid-2"}))),
              ElementsAre("edge-1: update membership", "edge-1: delete default/devicemodel/dimmer",
                          "edge-1: delete default/device/lamp-2"));
}

TEST_F(DownlinkTest, DeletesAModelThatIsGoneFromTheApiToo) {
  connect();
  add_lamp();
  EXPECT_THAT(downlink_.model_delete(model_object()).touched, ElementsAre(kLamp));
  EXPECT_THAT(lines(downlink_.device_delete(device_object())),
              ElementsAre("edge-1: update membership", "edge-1: delete default/devicemodel/dimmer",
                          "edge-1: delete default/device/lamp"));
}

TEST_F(DownlinkTest, TreatsADeviceMadeAgainAsAnother) {
  connect();
  add_lamp();
  const auto output = downlink_.device_upsert(device_object({.uid = "uid-new", .version = "20"}));
  const auto sent = lines(output);
  EXPECT_EQ(sent.front(), "edge-1: update membership");
  EXPECT_THAT(sent, ::testing::Contains("edge-1: delete default/device/lamp"));
  EXPECT_EQ(sent.back(), "edge-1: insert default/device/lamp");
  EXPECT_EQ(output.sends.back().message.content["metadata"]["uid"], "uid-new");
}

TEST_F(DownlinkTest, SendsAnEditedModelToEveryNodeThatUsesIt) {
  connect("edge-1");
  connect("edge-2", false);
  connect("edge-3");
  add_lamp();
  ack(downlink_.device_upsert(device_object({.name = "lamp-2", .node = "edge-2", .uid = "uid-2"})));
  const auto output = downlink_.model_upsert(model_object("6", "80"));
  EXPECT_THAT(lines(output), ElementsAre("edge-1: update default/devicemodel/dimmer",
                                         "edge-2: update default/devicemodel/dimmer",
                                         "edge-2: update default/device/lamp-2"))
      << "stock mappers look at a model only with a device";
  EXPECT_THAT(output.touched, UnorderedElementsAre(kLamp, DeviceId{"default", "lamp-2"}));
  ack(output);
  EXPECT_THAT(lines(downlink_.model_upsert(model_object("7", "80"))), IsEmpty());
}

TEST_F(DownlinkTest, HoldsADeviceBackUntilItsModelComes) {
  connect();
  EXPECT_THAT(lines(downlink_.device_upsert(device_object())), ElementsAre("edge-1: update membership"));
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::no_model);
  const auto output = downlink_.model_upsert(model_object());
  EXPECT_THAT(lines(output),
              ElementsAre("edge-1: insert default/devicemodel/dimmer", "edge-1: insert default/device/lamp"));
  EXPECT_THAT(output.touched, ElementsAre(kLamp));
  ack(output);
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::delivered);
}

TEST_F(DownlinkTest, GoesOnSendingToANodeThatHoldsADeletedModel) {
  connect();
  add_lamp();
  downlink_.model_delete(model_object());
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::delivered);
  EXPECT_THAT(
      lines(downlink_.device_upsert(device_object({.version = "11", .generation = 2, .desired = "50"}))),
      ElementsAre("edge-1: update default/device/lamp"));
}

TEST_F(DownlinkTest, HasABoundedNumberOfObjectsUnderWayPerNode) {
  downlink_.model_upsert(model_object());
  constexpr int kDevices = 500;
  for (int i = 0; i < kDevices; ++i) {
    const auto name = "lamp-" + std::to_string(i);
    downlink_.device_upsert(device_object({.name = name, .uid = name}));
  }
  std::deque<std::uint64_t> tokens;
  std::size_t devices = 0;
  const auto take = [&](const DownlinkOutput& output) {
    for (const auto& send : output.sends) {
      if (send.token != 0) tokens.push_back(send.token);
      if (send.message.route.resource.find("/device/") != std::string::npos) ++devices;
    }
  };
  take(downlink_.node_connected("edge-1", true));
  EXPECT_EQ(tokens.size(), Downlink::kWindow);
  while (!tokens.empty()) {
    const auto token = tokens.front();
    tokens.pop_front();
    take(downlink_.acked(token, true));
    EXPECT_LE(tokens.size(), Downlink::kWindow);
  }
  EXPECT_EQ(devices, 500U);
}

TEST_F(DownlinkTest, RemembersWhatANodeHasConfirmedWhenItsLinkBreaks) {
  connect();
  add_lamp();
  EXPECT_THAT(downlink_.node_disconnected("edge-1").touched, IsEmpty());
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::delivered);
  EXPECT_THAT(downlink_.node_connected("edge-1", true).touched, IsEmpty());
  downlink_.node_disconnected("edge-1");
  downlink_.device_upsert(device_object({.version = "11", .generation = 2, .desired = "50"}));
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::node_away);
  EXPECT_EQ(downlink_.delivered_generation(kLamp), 1);
}

TEST_F(DownlinkTest, ChangesTheModelOfADevice) {
  connect();
  add_lamp();
  auto other = testing::model_json();
  other["metadata"]["name"] = "other";
  downlink_.model_upsert(Object::of(other));
  const auto output =
      downlink_.device_upsert(device_object({.model = "other", .version = "12", .generation = 2}));
  EXPECT_THAT(lines(output),
              ElementsAre("edge-1: insert default/devicemodel/other", "edge-1: update default/device/lamp",
                          "edge-1: delete default/devicemodel/dimmer"));
}

TEST_F(DownlinkTest, SendsNothingForADeviceWithoutNode) {
  connect();
  EXPECT_THAT(lines(downlink_.device_upsert(device_object({.node = ""}))), IsEmpty());
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::no_node);
  EXPECT_THAT(lines(downlink_.device_upsert(device_object({.node = "", .generation = 2, .desired = "1"}))),
              IsEmpty());
  EXPECT_THAT(lines(downlink_.device_delete(device_object({.node = ""}))), IsEmpty());
}

TEST_F(DownlinkTest, SurvivesObjectsOfAnyShape) {
  connect();
  for (
      const char* text :
      {"null", "[]", "3", "{}", R"({"metadata":3})", R"({"metadata":{"name":4}})",
       R"({"metadata":{"name":"a","namespace":"default"}})",
       R"({"metadata":{"name":"a","namespace":"default"},"spec":[]})",
       R"({"metadata":{"name":"b","namespace":"default"},"spec":{"nodeName":"edge-1","deviceModelRef":7}})",
       R"({"metadata":{"name":"b","namespace":"default","labels":[],"generation":"x"},"spec":{"nodeName":"edge-1"}})"}) {
    const auto object = Object::of(nlohmann::json::parse(text));
    EXPECT_NO_THROW(downlink_.device_upsert(object));
    EXPECT_NO_THROW(downlink_.model_upsert(object));
  }
  EXPECT_NO_THROW(downlink_.device_upsert(nullptr));
  EXPECT_NO_THROW(downlink_.node_connected("edge-1", false));
  EXPECT_EQ(downlink_.delivery({"default", "b"}), Delivery::no_model);
}

TEST_F(DownlinkTest, SendsTheWholeSetOnConnect) {
  add_lamp();
  downlink_.device_upsert(device_object({.name = "lamp-2", .uid = "uid-2"}));
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::node_away);
  const auto output = downlink_.node_connected("edge-1", false);
  EXPECT_THAT(lines(output),
              ElementsAre("edge-1: update membership", "edge-1: insert default/devicemodel/dimmer",
                          "edge-1: update default/device/lamp", "edge-1: update default/device/lamp-2"));
  EXPECT_EQ(output.sends[0].message.content["added_devices"].size(), 2U);
  for (const auto& send : output.sends)
    EXPECT_EQ(send.message.route.source, "devicecontroller");
  EXPECT_EQ(output.touched.size(), 2U);
}

TEST_F(DownlinkTest, GivesAHearthNodeTheListOfItsDevicesOnConnect) {
  EXPECT_THAT(lines(downlink_.node_connected("edge-1", true)),
              ElementsAre("edge-1: update membership/detail/result"))
      << "a host that holds devices of before must drop them";
}

TEST_F(DownlinkTest, AnswersMembershipDetail) {
  add_lamp();
  connect();
  const auto output = downlink_.membership_requested("edge-1", "request-1");
  ASSERT_THAT(lines(output), ElementsAre("edge-1: update membership/detail/result", "edge-1: response twin"));
  EXPECT_EQ(output.sends[0].message.route.group, "twin");
  EXPECT_EQ(output.sends[0].message.header.parent_msg_id, "");
  EXPECT_EQ(output.sends[0].message.content["devices"][0]["id"], "default/lamp");
  EXPECT_EQ(output.sends[1].message.header.parent_msg_id, "request-1");
  EXPECT_EQ(output.sends[1].message.content, "OK");
  EXPECT_THAT(lines(downlink_.membership_requested("stranger", "x")), IsEmpty());
}

TEST(Downlink, WaitsForTheApiBeforeItTellsNodesAnything) {
  Downlink downlink([] { return testing::at_second(0); });
  EXPECT_THAT(lines(downlink.node_connected("edge-1", false)), IsEmpty());
  EXPECT_THAT(lines(downlink.membership_requested("edge-1", "request-1")), IsEmpty());
  EXPECT_THAT(lines(downlink.device_upsert(device_object())), IsEmpty());
  EXPECT_THAT(lines(downlink.model_upsert(model_object())), IsEmpty());
  EXPECT_THAT(lines(downlink.api_synced()),
              ElementsAre("edge-1: update membership", "edge-1: insert default/devicemodel/dimmer",
                          "edge-1: update default/device/lamp", "edge-1: update membership/detail/result",
                          "edge-1: response twin"));
}

TEST_F(DownlinkTest, KeepsDeletesForANodeThatIsAway) {
  connect();
  add_lamp();
  downlink_.node_disconnected("edge-1");
  EXPECT_THAT(lines(downlink_.device_delete(device_object())), IsEmpty());
  const auto output = downlink_.node_connected("edge-1", false);
  EXPECT_THAT(lines(output), UnorderedElementsAre("edge-1: delete default/device/lamp",
                                                  "edge-1: delete default/devicemodel/dimmer"));
  ack(output);
  downlink_.node_disconnected("edge-1");
  EXPECT_THAT(lines(downlink_.node_connected("edge-1", false)), IsEmpty());
}

TEST_F(DownlinkTest, DoesNotDeleteWhatCameBackWhileTheNodeWasAway) {
  connect();
  add_lamp();
  downlink_.node_disconnected("edge-1");
  downlink_.device_delete(device_object());
  downlink_.device_upsert(device_object({.uid = "uid-new"}));
  EXPECT_THAT(lines(downlink_.node_connected("edge-1", false)),
              ElementsAre("edge-1: update membership", "edge-1: insert default/devicemodel/dimmer",
                          "edge-1: update default/device/lamp"));
}

TEST_F(DownlinkTest, TriesAgainWhatWasNeverAcked) {
  connect();
  downlink_.model_upsert(model_object());
  const auto output = downlink_.device_upsert(device_object());
  ack({{output.sends[0], output.sends[1]}, {}});
  downlink_.acked(output.sends.back().token, false);
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::unanswered);
  const auto again = downlink_.retry("edge-1");
  EXPECT_THAT(lines(again), ElementsAre("edge-1: update default/device/lamp"));
  EXPECT_THAT(again.touched, ElementsAre(kLamp)) << "now it is worth a word to the user";
  EXPECT_THAT(lines(downlink_.retry("edge-1")), IsEmpty()) << "it is under way";
  ack(again);
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::delivered);
  EXPECT_THAT(lines(downlink_.retry("edge-1")), IsEmpty());
  EXPECT_THAT(lines(downlink_.retry("stranger")), IsEmpty());
}

TEST_F(DownlinkTest, PassesOverAcksOfAnEarlierSession) {
  connect();
  downlink_.model_upsert(model_object());
  const auto old_session = downlink_.device_upsert(device_object());
  downlink_.node_disconnected("edge-1");
  downlink_.node_connected("edge-1", true);
  EXPECT_THAT(downlink_.acked(old_session.sends.back().token, true).touched, IsEmpty());
  EXPECT_EQ(downlink_.delivery(kLamp), Delivery::pending);
  EXPECT_THAT(downlink_.acked(4711, true).touched, IsEmpty());
}

}  // namespace
}  // namespace hearth::controller
