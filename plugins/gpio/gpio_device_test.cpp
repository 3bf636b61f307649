// SPDX-License-Identifier: Apache-2.0
#include "plugins/gpio/gpio_device.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>

namespace hearth::gpio {
namespace {

using device::PropertyType;
using device::Value;
using mapper::Expected;
using mapper::Status;
using mapper::StatusClass;
using mapper::WriteOutcome;
using nlohmann::json;

mapper::Deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(5);
}

/// A chip of memory: levels by line, and what can go wrong.
struct Board {
  std::map<std::string, bool> level;
  std::map<std::string, std::deque<bool>> bounces;  ///< levels an input shows before it rests
  std::map<std::string, std::string> held_by;
  std::vector<LineRequest> requests;
  bool stuck = false;  ///< lines do not follow
  bool gone = false;
};

class FakeLine : public Line {
 public:
  FakeLine(Board& board, std::string name) : board_(board), name_(std::move(name)) {}

  Expected<bool> get() override {
    if (board_.gone) return mapper::link_error("the chip is gone");
    auto& bounces = board_.bounces[name_];
    if (bounces.empty()) return board_.level[name_];
    const bool level = bounces.front();
    bounces.pop_front();
    return level;
  }

  Status set(bool active) override {
    if (board_.gone) return mapper::link_error("the chip is gone");
    if (!board_.stuck) board_.level[name_] = active;
    return {};
  }

 private:
  Board& board_;
  std::string name_;
};

class FakeChip : public Chip {
 public:
  explicit FakeChip(Board& board) : board_(board) {}

  Expected<std::unique_ptr<Line>> request(const LineRequest& request) override {
    const auto name = to_string(request.line);
    if (board_.gone) return mapper::link_error("the chip is gone");
    if (name == "line missing") return mapper::config_error("no line has that name");
    if (const auto holder = board_.held_by.find(name); holder != board_.held_by.end()) {
      return mapper::busy_error(name + " is held by \"" + holder->second + "\"");
    }
    board_.requests.push_back(request);
    if (request.initial) board_.level[name] = *request.initial;
    return std::make_unique<FakeLine>(board_, name);
  }

 private:
  Board& board_;
};

mapper::PropertyConfig property(PropertyType type, json config, bool read_only = false) {
  return {.name = "p", .type = type, .read_only = read_only, .config = std::move(config)};
}

class GpioDeviceTest : public testing::Test {
 protected:
  Board board;
  GpioDevice device{std::make_unique<FakeChip>(board), "hearth:light"};
};

TEST_F(GpioDeviceTest, SwitchesALineAndReadsItBack) {
  const auto power = device.prepare(property(PropertyType::string, {{"line", "relay"}}));
  ASSERT_TRUE(power) << power.error().text;
  const auto outcome = device.write(*power, std::string("ON"), soon());
  EXPECT_EQ(outcome.kind, WriteOutcome::Kind::confirmed);
  EXPECT_EQ(outcome.actual, Value(std::string("ON")));
  EXPECT_TRUE(board.level["line relay"]);
  EXPECT_EQ(device.read(*power, soon()).value, Value(std::string("ON")));
}

TEST_F(GpioDeviceTest, AsksForALineOnceAndNeverAgain) {
  const auto power = *device.prepare(property(PropertyType::boolean, {{"pin", 17}, {"activeLow", true}}));
  device.write(power, true, soon());
  device.read(power, soon());
  ASSERT_EQ(board.requests.size(), 1U);
  EXPECT_EQ(board.requests[0].line, LineAddress(Offset{17}));
  EXPECT_EQ(board.requests[0].consumer, "hearth:light");
  EXPECT_EQ(board.requests[0].direction, Direction::output);
  EXPECT_TRUE(board.requests[0].active_low);
  EXPECT_FALSE(board.requests[0].initial);
}

TEST_F(GpioDeviceTest, ReportsAMismatchWhenTheLineDoesNotFollow) {
  board.stuck = true;
  const auto power = *device.prepare(property(PropertyType::integer, {{"line", 3}}));
  const auto outcome = device.write(power, std::int64_t{1}, soon());
  EXPECT_EQ(outcome.kind, WriteOutcome::Kind::mismatch);
  EXPECT_EQ(outcome.actual, Value(std::int64_t{0}));
}

TEST_F(GpioDeviceTest, TakesOnlyValuesALineCanHave) {
  const auto number = *device.prepare(property(PropertyType::integer, {{"line", 3}}));
  EXPECT_EQ(device.write(number, std::int64_t{2}, soon()).status.cls, StatusClass::point);
  const auto text = *device.prepare(property(PropertyType::string, {{"line", 4}}));
  EXPECT_EQ(device.write(text, std::string("on"), soon()).status.cls, StatusClass::point);
}

TEST_F(GpioDeviceTest, SetsAnOutputToItsInitialValue) {
  ASSERT_TRUE(device.prepare(property(PropertyType::string, {{"line", 3}, {"initial", "ON"}})));
  EXPECT_TRUE(board.level["line 3"]);
}

TEST_F(GpioDeviceTest, NamesTheHolderOfABusyLineAndTakesItWhenItIsFree) {
  board.held_by["line relay"] = "gpioset";
  const auto power = device.prepare(property(PropertyType::boolean, {{"line", "relay"}}));
  ASSERT_TRUE(power);
  const auto reading = device.read(*power, soon());
  EXPECT_EQ(reading.status, mapper::busy_error("line relay is held by \"gpioset\""));
  board.held_by.clear();
  EXPECT_TRUE(device.read(*power, soon()).status.ok());
}

TEST_F(GpioDeviceTest, RefusesALineThatDoesNotExist) {
  const auto power = device.prepare(property(PropertyType::boolean, {{"line", "missing"}}));
  EXPECT_EQ(power.error().cls, StatusClass::config);
}

TEST_F(GpioDeviceTest, StaysGoneOnceTheChipIsGone) {
  const auto power = *device.prepare(property(PropertyType::boolean, {{"line", 1}}));
  board.gone = true;
  EXPECT_EQ(device.read(power, soon()).status.cls, StatusClass::link);
  board.gone = false;
  EXPECT_EQ(device.read(power, soon()).status.cls, StatusClass::link);
  EXPECT_EQ(device.write(power, true, soon()).status.cls, StatusClass::link);
  EXPECT_EQ(device.health().cls, StatusClass::link);
}

TEST_F(GpioDeviceTest, WaitsUntilAnInputHasSettled) {
  board.bounces["line button"] = {true, false, true, false};
  board.level["line button"] = true;
  const auto button =
      *device.prepare(property(PropertyType::boolean, {{"line", "button"}, {"debounceMs", 3}}, true));
  EXPECT_EQ(device.read(button, soon()).value, Value(true));
  EXPECT_EQ(board.requests.at(0).direction, Direction::input);
  EXPECT_EQ(device.write(button, true, soon()).status.cls, StatusClass::point);
}

std::vector<mapper::Issue> issues_of(const mapper::PropertyConfig& p) {
  std::vector<mapper::Issue> issues;
  mapper::Config config(p.config, "c", issues);
  read_property(p, "hearth", config);
  return issues;
}

TEST(GpioOptions, NameEveryContradiction) {
  EXPECT_EQ(issues_of(property(PropertyType::boolean, json::object())).at(0).path, "c.line");
  EXPECT_EQ(issues_of(property(PropertyType::boolean, {{"line", 1}, {"pin", 1}})).at(0).path, "c.pin");
  EXPECT_EQ(issues_of(property(PropertyType::boolean, {{"line", -1}})).at(0).path, "c.line");
  EXPECT_EQ(issues_of(property(PropertyType::boolean, {{"line", "99999999999"}})).at(0).path, "c.line");
  EXPECT_EQ(issues_of(property(PropertyType::boolean, {{"line", 1}, {"direction", "input"}})).at(0).path,
            "c.direction");
  EXPECT_EQ(
      issues_of(property(PropertyType::boolean, {{"line", 1}, {"drive", "open-drain"}}, true)).at(0).path,
      "c.drive");
  EXPECT_EQ(issues_of(property(PropertyType::boolean, {{"line", 1}, {"initial", true}}, true)).at(0).path,
            "c.initial");
  EXPECT_EQ(issues_of(property(PropertyType::string, {{"line", 1}, {"initial", "maybe"}})).at(0).path,
            "c.initial");
  EXPECT_EQ(issues_of(property(PropertyType::boolean, {{"line", 1}, {"debounceMs", 5}})).at(0).path,
            "c.debounceMs");
  EXPECT_EQ(issues_of(property(PropertyType::real, {{"line", 1}})).at(0).path, "c");
  EXPECT_TRUE(issues_of(property(PropertyType::boolean, {{"line", "17"}, {"initial", true}})).empty());
}

DeviceOptions device_options(json config, std::vector<mapper::Issue>& issues) {
  mapper::DeviceConfig device{.ns = "default", .name = "light", .config = std::move(config)};
  return read_device(device, issues);
}

TEST(GpioOptions, RefuseAChipByItsNameAlone) {
  for (const auto* name : {"gpiochip0", "/dev/gpiochip0", "0"}) {
    std::vector<mapper::Issue> issues;
    device_options({{"chip", name}}, issues);
    ASSERT_EQ(issues.size(), 1U) << name;
    EXPECT_EQ(issues[0].path, "protocol.configData.chip");
  }
  std::vector<mapper::Issue> issues;
  const auto pinned = device_options({{"chip", "gpiochip0"}, {"label", "pinctrl"}}, issues);
  EXPECT_TRUE(issues.empty());
  EXPECT_EQ(pinned.chip.name, "gpiochip0");
  EXPECT_EQ(pinned.chip.label, "pinctrl");
  EXPECT_EQ(device_options({{"chip", "pinctrl"}}, issues).chip.label, "pinctrl");
  EXPECT_TRUE(issues.empty());
}

TEST(Chip, ThatIsNotThereIsNamed) {
  const auto by_label = open_chip({"", "no-such-chip"});
  ASSERT_FALSE(by_label);
  EXPECT_EQ(by_label.error().cls, StatusClass::link);
  EXPECT_NE(by_label.error().text.find("\"no-such-chip\""), std::string::npos) << by_label.error().text;
  const auto by_name = open_chip({"gpiochip4711", "x"});
  ASSERT_FALSE(by_name);
  EXPECT_EQ(by_name.error().cls, StatusClass::link);
  EXPECT_NE(by_name.error().text.find("gpiochip4711"), std::string::npos);
}

}  // namespace
}  // namespace hearth::gpio
