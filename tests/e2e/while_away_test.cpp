// SPDX-License-Identifier: Apache-2.0
// What runs out, and what piles up, while a node is away.
#include <gmock/gmock.h>

#include <sstream>

#include "tests/e2e/fleet.hpp"

namespace hearth::e2e {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

class WhileAway : public FleetTest {
 protected:
  static json with_ttl(json device, const std::string& ttl) {
    device["spec"]["properties"][0]["desired"]["metadata"] = {{"ttl", ttl}};
    return device;
  }
};

TEST_F(WhileAway, DesiredValueThatExpiresIsNotExecutedAndSaysSo) {
  ASSERT_NO_FATAL_FAILURE(start_fleet());
  ASSERT_NO_FATAL_FAILURE(apply_one(lamp("lamp", "OFF")));
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "OFF"));
  WriteCounter writes(switches());
  proxy().cut();
  ASSERT_NO_FATAL_FAILURE(apply_one(with_ttl(lamp("lamp", "ON"), "2s")));
  const auto until = std::chrono::steady_clock::now() + 3s;
  eventually([&] { return std::chrono::steady_clock::now() > until; }, 5s);
  proxy().restore();
  EXPECT_TRUE(eventually([&] { return condition_reason("lamp", "DesiredExpired") == "Expired"; }))
      << device("lamp").dump(2);
  EXPECT_EQ(switch_of("lamp"), "OFF");
  EXPECT_EQ(writes.total(), 0);

  ASSERT_NO_FATAL_FAILURE(apply_one(lamp("lamp", "DIM")));
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp", "power", "DIM"));
  EXPECT_TRUE(eventually([&] { return condition_reason("lamp", "DesiredExpired") != "Expired"; }))
      << device("lamp").dump(2);
}

TEST_F(WhileAway, EventDataIsSpooledOverARestartAndArrivesInOrder) {
  constexpr int kEvents = 200;
  ASSERT_NO_FATAL_FAILURE(start_fleet());
  MqttClient application(broker_port(), {});
  ASSERT_TRUE(eventually([&] { return host().output().find("edgehub: linked to") != std::string::npos; }));
  proxy().cut();
  for (int i = 0; i < kEvents; ++i) {
    ASSERT_TRUE(application.publish("$ke/events/device/default/lamp/data/update", json{{"n", i}}));
  }
  const auto spool = (edge_dir() / "spool.db").string();
  ASSERT_TRUE(eventually([&] {
    const auto rows = run(find_program("sqlite3"), {"-readonly", spool, "SELECT count(*) FROM event"});
    return std::atoi(rows.out.c_str()) == kEvents;
  }));
  host().kill();
  ASSERT_NO_FATAL_FAILURE(restart_host());
  proxy().restore();
  std::vector<int> arrived;
  EXPECT_TRUE(eventually([&] {
    arrived.clear();
    const auto shown = hearthctl({"data", "--node", "edge-1", "--json"});
    std::istringstream lines(shown.out);
    for (std::string line; std::getline(lines, line);) {
      const auto event = json::parse(line, nullptr, false);
      const auto payload = json::parse(event.value("payload", ""), nullptr, false);
      if (payload.is_object()) arrived.push_back(payload.value("n", -1));
    }
    return arrived.size() >= static_cast<std::size_t>(kEvents);
  })) << arrived.size();
  std::vector<int> wanted(kEvents);
  for (int i = 0; i < kEvents; ++i)
    wanted[static_cast<std::size_t>(i)] = i;
  EXPECT_EQ(arrived, wanted);
}

}  // namespace
}  // namespace hearth::e2e
