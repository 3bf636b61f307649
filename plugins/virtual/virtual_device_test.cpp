// SPDX-License-Identifier: Apache-2.0
#include "plugins/virtual/virtual_device.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "plugins/virtual/value_file.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::virtual_device {
namespace {

using device::PropertyType;
using device::Value;
using mapper::StatusClass;
using mapper::WriteOutcome;
using nlohmann::json;

mapper::Deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(5);
}

mapper::PropertyConfig property(PropertyType type, json config = json::object(), bool read_only = false) {
  return {.name = "p", .type = type, .read_only = read_only, .config = std::move(config)};
}

std::vector<mapper::Issue> issues_of(const mapper::PropertyConfig& p) {
  std::vector<mapper::Issue> issues;
  mapper::Config config(p.config, "c", issues);
  read_options(p, 0, config);
  return issues;
}

class ValueFile {
 public:
  std::filesystem::path path() const { return folder_.path() / "lamp.power"; }
  void put(const std::string& text) const { std::ofstream(path()) << text; }

 private:
  test::TempFolder folder_;
};

TEST(VirtualDevice, HoldsWhatWasWrittenInEveryType) {
  const Value values[] = {std::int64_t{-3}, 1.5F, 2.5, std::string("ON"), true, device::Bytes{1, 2}};
  for (const auto& value : values) {
    VirtualDevice lamp(0);
    const auto type = device::type_of(value);
    const auto handle = lamp.prepare(property(type));
    ASSERT_TRUE(handle);
    EXPECT_EQ(lamp.read(*handle, soon()).value, zero_of(type));
    const auto outcome = lamp.write(*handle, value, soon());
    EXPECT_EQ(outcome.kind, WriteOutcome::Kind::confirmed);
    EXPECT_EQ(lamp.read(*handle, soon()).value, value);
  }
}

TEST(VirtualDevice, BeginsWithTheInitialValue) {
  VirtualDevice lamp(0);
  EXPECT_EQ(lamp.read(*lamp.prepare(property(PropertyType::string, {{"initial", "OFF"}})), soon()).value,
            Value(std::string("OFF")));
  EXPECT_EQ(lamp.read(*lamp.prepare(property(PropertyType::integer, {{"initial", 40}})), soon()).value,
            Value(std::int64_t{40}));
  EXPECT_EQ(lamp.read(*lamp.prepare(property(PropertyType::boolean, {{"initial", true}})), soon()).value,
            Value(true));
}

TEST(VirtualDevice, FollowsAWaveformInEveryType) {
  auto now = std::chrono::steady_clock::time_point{};
  VirtualDevice sensor(0, [&] { return now; });
  const json ramp = {{"waveform", "ramp"}, {"min", 0}, {"max", 100}, {"periodMs", 1000}};
  const auto real = *sensor.prepare(property(PropertyType::single, ramp, true));
  const auto whole = *sensor.prepare(property(PropertyType::integer, ramp, true));
  const auto boolean = *sensor.prepare(property(PropertyType::boolean, ramp, true));
  const auto text = *sensor.prepare(property(PropertyType::string, ramp, true));
  now += std::chrono::milliseconds(750);
  EXPECT_EQ(sensor.read(real, soon()).value, Value(75.0F));
  EXPECT_EQ(sensor.read(whole, soon()).value, Value(std::int64_t{75}));
  EXPECT_EQ(sensor.read(boolean, soon()).value, Value(true));
  EXPECT_EQ(sensor.read(text, soon()).value, Value(std::string("75")));
}

TEST(VirtualDevice, RefusesToWriteAReadOnlyProperty) {
  VirtualDevice sensor(0);
  const auto handle = sensor.prepare(property(PropertyType::integer, json::object(), true));
  const auto outcome = sensor.write(*handle, std::int64_t{1}, soon());
  EXPECT_EQ(outcome.kind, WriteOutcome::Kind::failed);
  EXPECT_EQ(outcome.status.cls, StatusClass::point);
}

TEST(VirtualDevice, FailsAsOftenAsItIsTold) {
  VirtualDevice lamp(0);
  const auto handle = *lamp.prepare(property(PropertyType::boolean, {{"failEvery", 3}}));
  for (int call = 1; call <= 6; ++call) {
    EXPECT_EQ(lamp.read(handle, soon()).status.ok(), call % 3 != 0) << call;
  }
}

TEST(VirtualDevice, GivesUpAtTheDeadlineWhenItIsSlow) {
  VirtualDevice lamp(0);
  const auto handle = *lamp.prepare(property(PropertyType::boolean, {{"latencyMs", 60'000}}));
  const auto reading = lamp.read(handle, std::chrono::steady_clock::now() + std::chrono::milliseconds(5));
  EXPECT_EQ(reading.status.cls, StatusClass::unit);
}

TEST(VirtualDevice, LivesInAFileThatAPersonCanChange) {
  const ValueFile file;
  VirtualDevice lamp(0);
  const auto handle = *lamp.prepare(property(PropertyType::string, {{"file", file.path().string()}}));
  EXPECT_EQ(lamp.read(handle, soon()).value, Value(std::string()));
  file.put("ON\n");
  EXPECT_EQ(lamp.read(handle, soon()).value, Value(std::string("ON")));
  EXPECT_EQ(lamp.write(handle, std::string("OFF"), soon()).kind, WriteOutcome::Kind::confirmed);
  std::string line;
  std::ifstream in(file.path());
  std::getline(in, line);
  EXPECT_EQ(line, "OFF");
}

TEST(VirtualDevice, ComplainsOfAFileWithNonsense) {
  const ValueFile file;
  file.put("warm");
  VirtualDevice sensor(0);
  const auto handle = *sensor.prepare(property(PropertyType::real, {{"file", file.path().string()}}));
  const auto reading = sensor.read(handle, soon());
  EXPECT_EQ(reading.status.cls, StatusClass::point);
  EXPECT_NE(reading.status.text.find("lamp.power"), std::string::npos);
  const auto lost = write_value_file("/no/such/folder/x", Value(1.0));
  EXPECT_EQ(lost.cls, StatusClass::unit);
}

TEST(VirtualOptions, NameEveryContradiction) {
  const json wave = {{"waveform", "sine"}};
  EXPECT_TRUE(issues_of(property(PropertyType::real, wave, true)).empty());
  EXPECT_EQ(issues_of(property(PropertyType::real, wave)).at(0).path, "c.waveform");
  EXPECT_EQ(issues_of(property(PropertyType::real, {{"waveform", "square"}}, true)).at(0).path, "c.waveform");
  EXPECT_EQ(issues_of(property(PropertyType::real, {{"min", 1}}, true)).at(0).path, "c.min");
  EXPECT_EQ(issues_of(property(PropertyType::real, {{"waveform", "ramp"}, {"min", 5}, {"max", 1}}, true))
                .at(0)
                .path,
            "c.min");
  EXPECT_EQ(issues_of(property(PropertyType::integer, {{"initial", "x"}})).at(0).path, "c.initial");
  EXPECT_EQ(issues_of(property(PropertyType::integer, {{"initial", json::array()}})).at(0).path, "c.initial");
  EXPECT_EQ(issues_of(property(PropertyType::string, {{"file", "a"}, {"initial", "b"}})).at(0).path,
            "c.initial");
}

}  // namespace
}  // namespace hearth::virtual_device
