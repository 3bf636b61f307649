// SPDX-License-Identifier: Apache-2.0
// Replays recorded scenes of a stock KubeEdge cloud: what happened to the API goes in, and our messages must be
// those of the recording. Wanted differences: a change of status or labels alone is not sent down, a device waits for
// its model, and a model edited alone comes from the controller and is followed by its devices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cloud/controller/downlink.hpp"
#include "cloud/controller/test_objects.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;

/// What was done to the API, and the messages that came down for it.
struct Scene {
  std::string event;
  std::vector<json> down;
};

std::vector<Scene> read_scenes(const std::string& name) {
  std::ifstream file(std::string(HEARTH_GOLDEN_DIR) + "/" + name + ".ws.jsonl");
  std::vector<Scene> scenes;
  for (std::string line; std::getline(file, line);) {
    const json record = json::parse(line);
    if (record.contains("event")) scenes.push_back({record["event"].get<std::string>(), {}});
    if (record.value("dir", "") == "down") scenes.back().down.push_back(record["msg"]);
  }
  return scenes;
}

std::string line_of(const json& route) {
  return route.value("group", "") + " " + route.value("operation", "") + " " + route.value("resource", "");
}

class GoldenDownlink : public ::testing::Test {
 protected:
  GoldenDownlink() {
    downlink_.api_synced();
    run(downlink_.node_connected("edge-1", false));
    sent_.clear();
  }

  void run(const DownlinkOutput& output) {
    for (const auto& send : output.sends) {
      const auto& route = send.message.route;
      if (send.node == "edge-1") sent_.push_back(route.group + " " + route.operation + " " + route.resource);
      EXPECT_EQ(route.source, "devicecontroller");
      if (send.token != 0) run(downlink_.acked(send.token, true));
    }
  }

  /// Brings the API into the state in which the recorded message was sent; gives whether ours must be sent too.
  bool apply(const json& message, const std::string& event) {
    const std::string operation = text_at(message, {"route", "operation"});
    const std::string resource = text_at(message, {"route", "resource"});
    json tree = message["content"];
    auto object = Object::of(tree);
    if (resource.find("/devicemodel/") != std::string::npos) {
      if (operation != "delete") run(downlink_.model_upsert(object));
      return true;
    }
    const DeviceId id{std::string(object->ns()), std::string(object->name())};
    if (operation == "delete" && event.find("nodeName") != std::string::npos) {
      tree["spec"]["nodeName"] = "edge-2";
      run(downlink_.device_upsert(Object::of(tree)));
      return true;
    }
    if (operation == "delete") {
      run(downlink_.device_delete(object));
      return true;
    }
    const DeviceObject* known = downlink_.device(id);
    const bool changed = !known || known->spec() != tree["spec"];
    run(downlink_.device_upsert(object));
    return changed && downlink_.delivery(id) != Delivery::no_model;
  }

  void replay(const Scene& scene) {
    SCOPED_TRACE(scene.event);
    sent_.clear();
    std::vector<std::string> expected;
    for (const json& message : scene.down) {
      const json& route = message["route"];
      if (route["group"] != "resource") {
        if (route["resource"] == "membership") expected.push_back(line_of(route));
        continue;
      }
      if (!apply(message, scene.event)) continue;
      expected.push_back(line_of(route));
      if (route["source"] == "edgecontroller") {
        for (const auto* name : {"room-1", "room-2", "room-3"}) {
          expected.push_back(std::string("resource update default/device/") + name);
        }
      }
    }
    EXPECT_THAT(sent_, ::testing::UnorderedElementsAreArray(expected));
    EXPECT_EQ(acked_of(sent_), acked_of(expected)) << "the order of acked messages";
  }

  static std::vector<std::string> acked_of(std::vector<std::string> all) {
    std::erase(all, "twin update membership");
    return all;
  }

  Downlink downlink_{[] { return testing::at_second(0); }};
  std::vector<std::string> sent_;
};

TEST_F(GoldenDownlink, SendsWhatAStockCloudSends) {
  std::size_t compared = 0;
  for (const auto* name : {"create", "desired", "change-move-delete"}) {
    for (const Scene& scene : read_scenes(name)) {
      replay(scene);
      compared += scene.down.size();
    }
  }
  EXPECT_GT(compared, 30U) << "the recordings were not found";
}

}  // namespace
}  // namespace hearth::controller
