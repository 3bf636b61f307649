// SPDX-License-Identifier: Apache-2.0
// Bad links: lossy, slow, and such as swallow everything without a word.
#include <gmock/gmock.h>

#include "tests/e2e/fleet.hpp"
#include "tests/e2e/lossy_wire.hpp"

namespace hearth::e2e {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// "Noticed within 15 s", and what a loaded machine may add.
constexpr std::chrono::seconds kNoticed{15 + 5};

using BadLink = FleetTest;

TEST_F(BadLink, ThatSwallowsEverythingIsNoticedAndThenCaughtUp) {
  ASSERT_NO_FATAL_FAILURE(start_fleet());
  ASSERT_NO_FATAL_FAILURE(apply_one(lamp("lamp", "OFF")));
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "OFF"));
  const auto connections = proxy().connections();
  proxy().black_hole();
  const auto start = Clock::now();
  ASSERT_NO_FATAL_FAILURE(apply_one(lamp("lamp", "ON")));
  // The host has given the link up when it dials anew.
  ASSERT_TRUE(eventually([&] { return proxy().connections() > connections; })) << host().output();
  EXPECT_LT(Clock::now() - start, kNoticed);
  proxy().restore();
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
}

TEST_F(BadLink, ThatIsSlowOnlyDelays) {
  ASSERT_NO_FATAL_FAILURE(start_fleet());
  proxy().delay(200ms);
  ASSERT_NO_FATAL_FAILURE(apply(lamps(50, "ON")));
  const auto waited = kubectl({"wait", "--for=condition=Synced", "devices", "--all", "--timeout=60s"});
  EXPECT_EQ(waited.status, 0) << waited.err;
}

/// The host runs in a network namespace behind a wire that loses packets.
class LossyLink : public BadLink {
 protected:
  void SetUp() override {
    const auto why_not = LossyWire::why_not();
    if (!why_not.empty()) GTEST_SKIP() << "SKIPPED, lossy links are not tested: " << why_not;
    wire_ = std::make_unique<LossyWire>();
    serve_nodes_on(wire_->our_address());
    run_hosts_inside(wire_->inside());
    std::filesystem::create_directories(mappers());
    std::filesystem::create_directories(switches());
    std::filesystem::copy_file(mapper_file("virtual"), mappers() / "virtual.so");
    ASSERT_NO_FATAL_FAILURE(start_cloud());
    ASSERT_NO_FATAL_FAILURE(apply(json::array({model("switch")})));
    ASSERT_NO_FATAL_FAILURE(start_host());
  }
  void TearDown() override {
    BadLink::TearDown();
    wire_.reset();
  }
  std::unique_ptr<LossyWire> wire_;
};

TEST_F(LossyLink, DeliversAHundredDevicesInSpiteOfThirtyPercentLossAndDelay) {
  ASSERT_TRUE(eventually([&] { return host().output().find("edgehub: linked to") != std::string::npos; }))
      << host().output();
  wire_->delay(100ms);
  wire_->lose(0.3);
  ASSERT_NO_FATAL_FAILURE(apply(lamps(100, "ON")));
  const auto waited = kubectl({"wait", "--for=condition=Synced", "devices", "--all", "--timeout=120s"});
  EXPECT_EQ(waited.status, 0) << waited.err;
}

TEST_F(LossyLink, ThatLosesEverythingForTwentySecondsIsNoticedOnBothSides) {
  ASSERT_NO_FATAL_FAILURE(apply_one(lamp("lamp", "OFF")));
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "OFF"));
  const auto host_log = host().output().size();
  wire_->lose(1);
  const auto start = Clock::now();
  ASSERT_NO_FATAL_FAILURE(apply_one(lamp("lamp", "ON")));
  EXPECT_TRUE(eventually(
      [&] { return host().output().find("edgehub: no link", host_log) != std::string::npos; }, kNoticed))
      << host().output();
  eventually([&] { return Clock::now() - start > 20s; }, 21s);
  wire_->lose(0);
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
}

}  // namespace
}  // namespace hearth::e2e
