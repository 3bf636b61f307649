// SPDX-License-Identifier: Apache-2.0
// hearth-cloud backup and restore beside a system at work: what the backup says is what the appliances are again.
#include <gmock/gmock.h>

#include "tests/e2e/system.hpp"

namespace hearth::e2e {
namespace {

class Restore : public SystemTest {
 protected:
  Finished cloud_command(const std::string& word) const {
    return run(binary("hearth-cloud"), {word, backup().string(), "--data-dir", cloud_dir().string()});
  }
  std::filesystem::path backup() const { return folder().path() / "hearth.backup"; }
};

TEST_F(Restore, DesiredValuesReachTheHostAgainAndItsReportsTheApi) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  ASSERT_EQ(desire("lamp", "ON").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
  const auto kept = cloud_command("backup");
  ASSERT_EQ(kept.status, 0) << kept.err;

  // What happens after the backup is undone: a value, a device that went, and one that came.
  ASSERT_EQ(desire("lamp", "OFF").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "OFF"));
  ASSERT_EQ(kubectl({"delete", "device", "thermometer"}).status, 0);
  auto late = device("lamp");
  late["metadata"] = {{"name", "late"}, {"namespace", "default"}};
  ASSERT_EQ(kubectl({"create", "-f", "-"}, late.dump()).status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("late", "power", "OFF"));

  const auto restored = cloud_command("restore");
  ASSERT_EQ(restored.status, 0) << restored.out << restored.err;
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
  EXPECT_TRUE(eventually([&] { return !reported("thermometer", "temperature").empty(); }))
      << device("thermometer").dump(2);
  EXPECT_TRUE(device("late").is_null());

  // And the system goes on from there.
  ASSERT_EQ(desire("lamp", "OFF").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "OFF"));
  EXPECT_TRUE(eventually([&] { return condition_reason("lamp", "Synced") == "Delivered"; }))
      << device("lamp").dump(2);
}

TEST_F(Restore, AHostThatWasAwayMeanwhileIsToldWhenItIsBack) {
  ASSERT_NO_FATAL_FAILURE(start_all_with_devices());
  ASSERT_EQ(desire("lamp", "ON").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
  ASSERT_EQ(cloud_command("backup").status, 0);
  ASSERT_EQ(desire("lamp", "OFF").status, 0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "OFF"));
  host().stop();
  ASSERT_EQ(cloud_command("restore").status, 0);
  ASSERT_NO_FATAL_FAILURE(start_host());
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
}

}  // namespace
}  // namespace hearth::e2e
