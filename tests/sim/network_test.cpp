// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/network.hpp"

#include <gtest/gtest.h>

namespace hearth::sim {
namespace {

using std::chrono::seconds;

/// Both ends of one link, with what each has heard.
struct Pair {
  explicit Pair(std::uint64_t seed) : timeline(seed), network(timeline, Duration(1'000), Duration(50'000)) {
    network.listen([this](std::shared_ptr<Connection> connection) {
      at_cloud = connection;
      connection->attach(Side::cloud, ears(cloud_heard));
    });
  }

  EndEvents ears(std::string& heard) {
    return {.frame = [&heard](const std::string& frame) { heard += frame + " "; },
            .closed = [&heard] { heard += "closed "; },
            .pong = [&heard] { heard += "pong "; }};
  }
  void dial() {
    network.dial(nullptr, [this](std::shared_ptr<Connection> connection) {
      dialled = true;
      if (connection) connection->attach(Side::edge, ears(edge_heard));
      at_edge = std::move(connection);
    });
  }
  void run(Duration time) {
    const auto until = timeline.now() + time;
    while (timeline.step(until)) {
    }
  }

  Timeline timeline;
  Network network;
  std::shared_ptr<Connection> at_edge;
  std::shared_ptr<Connection> at_cloud;
  std::string edge_heard;
  std::string cloud_heard;
  bool dialled = false;
};

TEST(Network, CarriesFramesOfOneDirectionInOrder) {
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    Pair pair(seed);
    pair.dial();
    pair.run(seconds(1));
    ASSERT_TRUE(pair.at_edge);
    for (const char* frame : {"1", "2", "3", "4"})
      pair.at_edge->send(Side::edge, frame);
    pair.at_cloud->send(Side::cloud, "down");
    pair.at_edge->ping();
    EXPECT_EQ(pair.cloud_heard, "");
    pair.run(seconds(1));
    EXPECT_EQ(pair.cloud_heard, "1 2 3 4 ");
    EXPECT_TRUE(pair.edge_heard == "down pong " || pair.edge_heard == "pong down ") << pair.edge_heard;
  }
}

TEST(Network, ACutLosesWhatWasUnderWayAndMayLeaveAnEndUnaware) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed < 40; ++seed) {
    Pair pair(seed);
    pair.dial();
    pair.run(seconds(1));
    ASSERT_TRUE(pair.at_edge);
    pair.at_edge->send(Side::edge, "lost");
    pair.network.set(Weather::cut);
    pair.run(seconds(2));
    pair.network.set(Weather::fine);
    if (pair.at_edge->is_open(Side::edge)) pair.at_edge->send(Side::edge, "lost");
    pair.run(seconds(5));
    EXPECT_EQ(pair.cloud_heard.find("lost"), std::string::npos);
    seen.insert(pair.edge_heard + "/" + pair.cloud_heard);
  }
  EXPECT_EQ(seen, (std::set<std::string>{"/", "/closed ", "closed /", "closed /closed "}));
}

TEST(Network, ABlackHoleDelaysWhatIsOnAConnectionThatOutlivesIt) {
  Pair pair(1);
  pair.dial();
  pair.run(seconds(1));
  ASSERT_TRUE(pair.at_edge);
  pair.network.set(Weather::black_hole);
  pair.at_edge->send(Side::edge, "late");
  pair.at_edge->ping();
  pair.run(seconds(10));
  EXPECT_EQ(pair.edge_heard + pair.cloud_heard, "");
  pair.network.set(Weather::fine);
  pair.run(seconds(5));
  EXPECT_EQ(pair.cloud_heard, "late ");
  EXPECT_EQ(pair.edge_heard, "pong ");
}

TEST(Network, DialsFailLateWhenNobodyAnswers) {
  Pair pair(1);
  pair.network.set(Weather::black_hole);
  pair.dial();
  pair.run(seconds(29));
  EXPECT_FALSE(pair.dialled);
  pair.run(seconds(2));
  EXPECT_TRUE(pair.dialled);
  EXPECT_FALSE(pair.at_edge);
}

TEST(Network, AnEndThatCloses) {
  Pair pair(1);
  pair.dial();
  pair.run(seconds(1));
  ASSERT_TRUE(pair.at_edge);
  pair.at_edge->send(Side::edge, "last");
  pair.at_edge->close(Side::edge, false);
  pair.run(seconds(1));
  EXPECT_EQ(pair.cloud_heard, "last closed ");
  EXPECT_EQ(pair.edge_heard, "");
}

}  // namespace
}  // namespace hearth::sim
