// SPDX-License-Identifier: Apache-2.0
// Two hosts that were given one node name.
#include <gmock/gmock.h>

#include "tests/e2e/fleet.hpp"

namespace hearth::e2e {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

class TwoHosts : public FleetTest {
 protected:
  void TearDown() override {
    if (HasFailure() && second_) std::cerr << second_->output() << "\n--------\n";
    if (second_) second_->stop();
    FleetTest::TearDown();
  }

  /// With all of its own, but for the name and the cloud.
  void start_second() {
    second_link_ = std::make_unique<LinkProxy>(hub_address());
    const auto own = folder().path() / "second";
    std::filesystem::create_directories(own / "mappers");
    second_ = std::make_unique<Process>(
        binary("hearth-host"),
        Arguments{"--node-name", "edge-1", "--data-dir", (own / "data").string(), "--hub",
                  "wss://" + second_link_->address(), "--cert-url", "https://" + cert_address(), "--token",
                  join_token(), "--broker", "managed:" + std::to_string(free_port()), "--mappers",
                  (own / "mappers").string(), "--http-listen", "127.0.0.1:0"},
        folder().path() / "second.log");
  }

  bool has_event(const std::string& reason) const {
    const auto got = kubectl({"get", "events", "-A", "-o", "json"});
    const auto list = json::parse(got.out, nullptr, false);
    if (!list.is_object()) return false;
    return std::any_of(list["items"].begin(), list["items"].end(), [&](const json& event) {
      return event.value("reason", "") == reason && event["involvedObject"].value("kind", "") == "Node" &&
             event["involvedObject"].value("name", "") == "edge-1";
    });
  }

  std::unique_ptr<LinkProxy> second_link_;
  std::unique_ptr<Process> second_;
};

TEST_F(TwoHosts, OfOneNodeNameLeaveItToTheFirstAndTheSecondIsTold) {
  ASSERT_NO_FATAL_FAILURE(start_fleet());
  ASSERT_NO_FATAL_FAILURE(apply_one(lamp("lamp", "OFF")));
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "OFF"));
  ASSERT_NO_FATAL_FAILURE(start_second());
  ASSERT_TRUE(eventually([&] {
    return second_->output().find("status 409: DuplicateNode: two hosts have the name edge-1") !=
           std::string::npos;
  })) << host().output();
  EXPECT_TRUE(eventually([&] { return has_event("DuplicateNode"); })) << kubectl({"get", "events"}).out;
  EXPECT_THAT(cloud().output(), HasSubstr("give each a name of its own"));

  // Retry-After asks for a minute at least; without it a cloud that can be reached is dialled each second.
  const auto dialled = second_link_->connections();
  const auto until = Clock::now() + 10s;
  ASSERT_NO_FATAL_FAILURE(apply_one(lamp("lamp", "ON")));
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "ON"));
  EXPECT_EQ(switch_of("lamp"), "ON") << "by the first";
  eventually([&] { return Clock::now() > until; });
  EXPECT_EQ(second_link_->connections(), dialled);
}

}  // namespace
}  // namespace hearth::e2e
