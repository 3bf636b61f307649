// SPDX-License-Identifier: Apache-2.0
// Mappers are files: dropped in, taken away, and no part of the host.
#include <gmock/gmock.h>

#include "tests/e2e/system.hpp"

namespace hearth::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

class Mappers : public SystemTest {};

TEST_F(Mappers, AreNamedByNoLibraryOfTheHostAndShowOneSymbol) {
  EXPECT_THAT(run(find_program("ldd"), {binary("hearth-host").string()}).out, Not(HasSubstr("mappers")));
  for (const char* name : {"virtual", "gpio"}) {
    const auto symbols = run(find_program("nm"), {"-D", "--defined-only", mapper_file(name).string()});
    EXPECT_EQ(std::count(symbols.out.begin(), symbols.out.end(), '\n'), 1) << symbols.out;
    EXPECT_THAT(symbols.out, HasSubstr(" hearth_mapper_descriptor"));
  }
}

TEST_F(Mappers, StartTheirDevicesWhenDroppedInAndStopThemWhenTakenAway) {
  std::filesystem::create_directories(mappers());
  ASSERT_NO_FATAL_FAILURE(start_broker());
  ASSERT_NO_FATAL_FAILURE(start_cloud());
  ASSERT_NO_FATAL_FAILURE(start_host());
  const auto configs = source_dir() / "configs";
  ASSERT_EQ(
      kubectl({"apply", "-f", (configs / "models").string(), "-f", (configs / "devices").string()}).status,
      0);
  ASSERT_TRUE(eventually([&] { return condition_reason("lamp", "MapperReady") == "MapperMissing"; }))
      << device("lamp").dump(2);

  std::filesystem::copy_file(mapper_file("virtual"), folder().path() / "virtual.so");
  std::filesystem::rename(folder().path() / "virtual.so", mappers() / "virtual.so");
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "OFF"));
  EXPECT_TRUE(eventually([&] { return condition_reason("lamp", "MapperReady") == "Online"; }));

  std::filesystem::remove(mappers() / "virtual.so");
  EXPECT_TRUE(eventually([&] { return condition_reason("lamp", "MapperReady") == "MapperMissing"; }))
      << device("lamp").dump(2);
  EXPECT_TRUE(host().running());
}

TEST_F(Mappers, ThatAreNoneAreRefusedAndHurtNobody) {
  std::filesystem::create_directories(mappers());
  folder().write("mappers/garbage.so",
                 "\x7f"
                 "ELF and then nothing of the kind");
  folder().write("mappers/empty.so", "");
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  EXPECT_THAT(host().output(), HasSubstr("garbage.so refused"));
}

TEST_F(Mappers, ServeDevicesFromAFolderOfManifestsWithNoCloud) {
  ASSERT_NO_FATAL_FAILURE(start_broker());
  std::filesystem::create_directories(mappers());
  std::filesystem::copy_file(mapper_file("virtual"), mappers() / "virtual.so");
  const auto manifests = folder().path() / "manifests";
  std::filesystem::create_directories(manifests);
  std::filesystem::copy_file(source_dir() / "configs/models/lamp.yaml", manifests / "model.yaml");
  std::filesystem::copy_file(source_dir() / "configs/devices/lamp.yaml", manifests / "device.yaml");
  Process host(
      binary("hearth-host"),
      {"--node-name", "edge-1", "--data-dir", edge_dir().string(), "--broker", broker_url(), "--mappers",
       mappers().string(), "--manifests", manifests.string(), "--http-listen", "127.0.0.1:0"},
      folder().path() / "alone.log");
  Process subscriber(
      find_program("mosquitto_sub"),
      {"-p", std::to_string(broker_port()), "-t", "$hw/events/device/default/lamp/twin/get/result", "-v"},
      folder().path() / "sub.log");
  EXPECT_TRUE(eventually([&] {
    run(find_program("mosquitto_pub"),
        {"-p", std::to_string(broker_port()), "-t", "$hw/events/device/default/lamp/twin/get", "-m",
         "{\"event_id\":\"g\"}"});
    return subscriber.output().find("\"actual\":{") != std::string::npos;
  })) << host.output()
      << subscriber.output();
}

}  // namespace
}  // namespace hearth::e2e
