// SPDX-License-Identifier: Apache-2.0
// Objects and messages for the controller's tests.
// Thread: pure functions.   Errors: none.
#pragma once

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cloud/controller/downlink.hpp"

namespace hearth::controller::testing {

struct TestDevice {
  std::string name = "lamp";
  std::string node = "edge-1";
  std::string model = "dimmer";
  std::string uid = "uid-lamp";
  std::string version = "10";
  int generation = 1;
  std::string desired = "40";
  nlohmann::json status = nlohmann::json::object();
};

inline nlohmann::json device_json(const TestDevice& device = {}) {
  return {{"apiVersion", "devices.kubeedge.io/v1beta1"},
          {"kind", "Device"},
          {"metadata",
           {{"name", device.name},
            {"namespace", "default"},
            {"uid", device.uid},
            {"resourceVersion", device.version},
            {"generation", device.generation},
            {"labels", {{"description", "a lamp"}}}}},
          {"spec",
           {{"nodeName", device.node},
            {"deviceModelRef", {{"name", device.model}}},
            {"properties",
             {{{"name", "power"}, {"desired", {{"value", "true"}}}},
              {{"name", "brightness"}, {"desired", {{"value", device.desired}}}}}}}},
          {"status", device.status}};
}

inline ObjectPtr device_object(const TestDevice& device = {}) {
  return Object::of(device_json(device));
}

/// The generation is the version.
inline nlohmann::json model_json(const std::string& version = "5", const std::string& maximum = "100") {
  return {
      {"apiVersion", "devices.kubeedge.io/v1beta1"},
      {"kind", "DeviceModel"},
      {"metadata",
       {{"name", "dimmer"}, {"namespace", "default"}, {"uid", "uid-dimmer"}, {"resourceVersion", version}}},
      {"spec",
       {{"properties",
         {{{"name", "power"}, {"type", "BOOLEAN"}, {"accessMode", "ReadWrite"}},
          {{"name", "brightness"},
           {"type", "INT"},
           {"accessMode", "ReadWrite"},
           {"minimum", "0"},
           {"maximum", maximum}},
          {{"name", "temperature"}, {"type", "FLOAT"}, {"accessMode", "ReadOnly"}}}}}}};
}

inline ObjectPtr model_object(const std::string& version = "5", const std::string& maximum = "100") {
  return Object::of(model_json(version, maximum));
}

/// "insert default/device/lamp" of each message.
inline std::vector<std::string> lines(const DownlinkOutput& output) {
  std::vector<std::string> all;
  for (const auto& send : output.sends) {
    all.push_back(send.node + ": " + send.message.route.operation + " " + send.message.route.resource);
  }
  return all;
}

inline SteadyTime steady_at(int second) {
  return SteadyTime(std::chrono::seconds(1'000 + second));
}

inline WallTime at_second(int second) {
  return from_unix_ms(1'767'225'600'000 + second * 1000LL);
}

}  // namespace hearth::controller::testing
