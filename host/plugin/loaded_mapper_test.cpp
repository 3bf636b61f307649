// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/loaded_mapper.hpp"

#include <thread>

#include "host/plugin/test_files.hpp"

namespace hearth::plugin {
namespace {

using device::PropertyType;
using device::Value;
using nlohmann::json;
using test::bytes_of;
using test::device_of;
using test::patched;
using test::property;
using test::put_file;
using test::soon;
using test::TempFolder;

Result<std::shared_ptr<LoadedMapper>> load(const test::fs::path& file) {
  const auto note = parse_elf_note(bytes_of(file));
  if (!note) return note.error();
  return LoadedMapper::load(file, *note);
}

std::shared_ptr<LoadedMapper> probe() {
  auto mapper = load(test::probe_file());
  EXPECT_TRUE(mapper) << mapper.error().text;
  return *mapper;
}

device::ResolvedDevice probe_device(json config, PropertyType type = PropertyType::string) {
  return device_of("probe", {property("p", type)}, std::move(config));
}

const std::vector<std::string> kP = {"p"};

std::size_t mapped_libraries() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) {
    count += line.find("hearth-mapper-") != line.npos ? 1 : 0;
  }
  return count;
}

TEST(LoadedMapper, OpensReadsWritesAndClosesAVirtualLampAHundredTimes) {
  const auto lamp = device_of("virtual", {property("power", PropertyType::string, {{"initial", "OFF"}})});
  const std::vector<std::string> names = {"power"};
  for (int round = 0; round < 100; ++round) {
    const auto mapper = load(test::virtual_file());
    ASSERT_TRUE(mapper) << mapper.error().text;
    ASSERT_TRUE((*mapper)->validate(lamp).empty());
    EXPECT_EQ(*(*mapper)->bus_key(lamp), "virtual:default/lamp");
    auto device = (*mapper)->open(lamp, soon());
    ASSERT_TRUE(device) << device.error().text;
    EXPECT_EQ((*device)->read(names, soon()).at(0).value, Value(std::string("OFF")));
    const auto outcome = (*device)->write("power", std::string("ON"), soon());
    EXPECT_EQ(outcome.kind, WriteOutcome::Kind::confirmed);
    EXPECT_EQ((*device)->read(names, soon()).at(0).value, Value(std::string("ON")));
    EXPECT_TRUE((*device)->health().ok());
  }
  EXPECT_EQ(mapped_libraries(), 0U);
}

TEST(LoadedMapper, KeepsTwoDevicesApart) {
  const auto mapper = load(test::virtual_file());
  ASSERT_TRUE(mapper);
  const auto lamp = device_of("virtual", {property("power", PropertyType::boolean)});
  auto first = (*mapper)->open(lamp, soon());
  auto second = (*mapper)->open(lamp, soon());
  ASSERT_TRUE(first && second);
  const std::vector<std::string> names = {"power"};
  std::thread other([&] { (*second)->write("power", false, soon()); });
  (*first)->write("power", true, soon());
  other.join();
  EXPECT_EQ((*first)->read(names, soon()).at(0).value, Value(true));
  EXPECT_EQ((*second)->read(names, soon()).at(0).value, Value(false));
}

TEST(LoadedMapper, StaysOpenAsLongAsADeviceLives) {
  auto mapper = load(test::virtual_file());
  ASSERT_TRUE(mapper);
  auto device = (*mapper)->open(device_of("virtual", {property("n", PropertyType::integer)}), soon());
  ASSERT_TRUE(device);
  mapper->reset();
  EXPECT_EQ((*device)->write("n", std::int64_t{5}, soon()).kind, WriteOutcome::Kind::confirmed);
}

TEST(LoadedMapper, RunsOnWhenItsFileIsOverwrittenInPlace) {
  const TempFolder folder;
  const auto file = put_file(folder.path() / "virtual.so", bytes_of(test::virtual_file()));
  const auto mapper = load(file);
  ASSERT_TRUE(mapper);
  std::ofstream(file, std::ios::binary | std::ios::in).write(std::string(100'000, '\0').data(), 100'000);
  auto device = (*mapper)->open(device_of("virtual", {property("n", PropertyType::integer)}), soon());
  ASSERT_TRUE(device);
  EXPECT_EQ((*device)->write("n", std::int64_t{5}, soon()).kind, WriteOutcome::Kind::confirmed);
}

TEST(LoadedMapper, ChecksTheConfigAgainstTheSchemaFirst) {
  const auto mapper = load(test::virtual_file());
  ASSERT_TRUE(mapper);
  const auto lamp = device_of("virtual", {property("power", PropertyType::string, {{"initail", "OFF"}})},
                              {{"seed", "seven"}});
  const auto issues = (*mapper)->validate(lamp);
  ASSERT_EQ(issues.size(), 2U);
  EXPECT_EQ(issues[0].path, "spec.protocol.configData.seed");
  EXPECT_EQ(issues[1].path, "spec.properties[0].visitors.configData.initail");
  EXPECT_EQ(issues[1].reason, "UnknownKey");
  EXPECT_NE(issues[1].message.find("did you mean \"initial\"?"), std::string::npos) << issues[1].message;
}

TEST(LoadedMapper, AsksTheMapperWhatASchemaCannotSay) {
  const auto issues = probe()->validate(probe_device({{"throwIn", "x"}, {"returns", "y"}}));
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].path, "spec.protocol.configData");
  EXPECT_EQ(issues[0].message, "throwIn and returns exclude each other");
}

TEST(LoadedMapper, TurnsEveryExceptionIntoABug) {
  const auto mapper = probe();
  EXPECT_EQ(mapper->validate(probe_device({{"throwIn", "validate"}})).at(0).reason, "MapperBug");
  EXPECT_EQ(mapper->bus_key(probe_device({{"throwIn", "bus_key"}})).error().cls, StatusClass::bug);
  const auto opened = mapper->open(probe_device({{"throwIn", "open"}}), soon());
  EXPECT_EQ(opened.error(), mapper::bug_error("the mapper threw an exception: thrown in open"));
  for (const auto* call : {"prepare", "read", "read a number"}) {
    auto device = mapper->open(probe_device({{"throwIn", call}}), soon());
    ASSERT_TRUE(device);
    EXPECT_EQ((*device)->read(kP, soon()).at(0).status.cls, StatusClass::bug) << call;
  }
  auto device = mapper->open(probe_device({{"throwIn", "write"}}), soon());
  EXPECT_EQ((*device)->write("p", std::string("x"), soon()).status.cls, StatusClass::bug);
  device = mapper->open(probe_device({{"throwIn", "health"}}), soon());
  EXPECT_EQ((*device)->health().cls, StatusClass::bug);
}

TEST(LoadedMapper, PassesOnTheClassOfAFailure) {
  const auto mapper = probe();
  EXPECT_EQ(mapper->open(probe_device({{"returns", "busy"}}), soon()).error(),
            mapper::busy_error("held by somebody"));
  EXPECT_EQ(mapper->open(probe_device({{"returns", "no device"}}), soon()).error().cls, StatusClass::bug);
  EXPECT_EQ(mapper->bus_key(probe_device({{"returns", "no key"}})).error().cls, StatusClass::bug);
  auto device = mapper->open(probe_device({{"returns", "link"}}), soon());
  EXPECT_EQ((*device)->read(kP, soon()).at(0).status, mapper::link_error("the cable is out"));
}

TEST(LoadedMapper, ChecksEveryValueTheMapperReturns) {
  const auto mapper = probe();
  const auto status_of = [&](const char* returns, PropertyType type) {
    auto device = mapper->open(probe_device({{"returns", returns}}, type), soon());
    return (*device)->read(kP, soon()).at(0).status.cls;
  };
  EXPECT_EQ(status_of("int", PropertyType::string), StatusClass::bug);
  EXPECT_EQ(status_of("int", PropertyType::integer), StatusClass::ok);
  EXPECT_EQ(status_of("not utf-8", PropertyType::string), StatusClass::point);
  EXPECT_EQ(status_of("huge", PropertyType::string), StatusClass::point);
  EXPECT_EQ(status_of("nan", PropertyType::real), StatusClass::point);
  EXPECT_EQ(status_of("nothing", PropertyType::string), StatusClass::bug);
}

TEST(LoadedMapper, ReadsTheOtherPropertiesWhenOneIsRefused) {
  const auto config = device_of("probe", {property("bad", PropertyType::string, {{"answer", "refuse"}}),
                                          property("good", PropertyType::string)});
  auto device = probe()->open(config, soon());
  ASSERT_TRUE(device);
  const std::vector<std::string> names = {"bad", "good", "unknown"};
  const auto results = (*device)->read(names, soon());
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0].status, mapper::config_error("this property is refused"));
  EXPECT_EQ(results[1].value, Value(std::string("value")));
  EXPECT_EQ(results[2].status.cls, StatusClass::config);
  EXPECT_EQ((*device)->write("good", std::int64_t{1}, soon()).status.cls, StatusClass::config);
}

TEST(LoadedMapper, LeavesPastTheDeadlineTheRestBusy) {
  auto device = probe()->open(probe_device(json::object()), soon());
  const auto results = (*device)->read(kP, std::chrono::steady_clock::now() - std::chrono::seconds(1));
  EXPECT_EQ(results.at(0).status.cls, StatusClass::busy);
}

TEST(LoadedMapper, HandsOnWhatADevicePushes) {
  auto device = probe()->open(probe_device(json::object()), soon());
  ASSERT_TRUE(device);
  ASSERT_TRUE((*device)->can_subscribe());
  std::vector<std::pair<std::string, Value>> pushed;
  const auto status = (*device)->subscribe(
      kP, [&](const std::string& name, ReadResult reading) { pushed.emplace_back(name, reading.value); });
  ASSERT_TRUE(status.ok()) << status.text;
  (*device)->write("p", std::string("pushed"), soon());
  ASSERT_EQ(pushed.size(), 1U);
  EXPECT_EQ(pushed[0].first, "p");
  EXPECT_EQ(pushed[0].second, Value(std::string("pushed")));
}

TEST(LoadedMapper, OffersOnlyTheOptionalCallsAMapperHas) {
  EXPECT_TRUE(probe()->can_discover());
  const auto found = probe()->discover(soon());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->at(0).name, "probe-1");
  const auto other = load(test::virtual_file());
  ASSERT_TRUE(other);
  EXPECT_FALSE((*other)->can_discover());
  auto device = (*other)->open(device_of("virtual", {}), soon());
  EXPECT_FALSE((*device)->can_subscribe());
}

TEST(LoadedMapper, RefusesAFileWithoutTheDescriptor) {
  const auto mapper = load(test::no_symbol_file());
  ASSERT_FALSE(mapper);
  EXPECT_EQ(mapper.error().code, "MapperRefused");
  EXPECT_NE(mapper.error().text.find("exports no hearth_mapper_descriptor"), std::string::npos);
}

TEST(LoadedMapper, RefusesANoteThatLies) {
  const TempFolder folder;
  const auto lie = patched(bytes_of(test::probe_file()), "\"abi\"", "\"1.0.0\"", "\"1.0.9\"");
  const auto mapper = load(put_file(folder.path() / "probe.so", lie));
  ASSERT_FALSE(mapper);
  EXPECT_EQ(mapper.error().code, "MapperRefused");
  EXPECT_NE(mapper.error().text.find("its note says version 1.0.9, its code says 1.0.0"), std::string::npos)
      << mapper.error().text;
}

TEST(LoadedMapper, SaysWhyGpioCannotOpenAChipThatIsNotThere) {
  const auto mapper = load(test::gpio_file());
  ASSERT_TRUE(mapper) << mapper.error().text;
  const auto light = device_of("gpio", {property("power", PropertyType::string, {{"line", 1}})},
                               {{"chip", "no-such-label"}});
  EXPECT_TRUE((*mapper)->validate(light).empty());
  EXPECT_EQ(*(*mapper)->bus_key(light), "gpiochip:no-such-label");
  const auto opened = (*mapper)->open(light, soon());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().cls, StatusClass::link);
  EXPECT_NE(opened.error().text.find("no-such-label"), std::string::npos);
}

}  // namespace
}  // namespace hearth::plugin
