// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <chrono>

#include "cloud/api/fair_gate.hpp"
#include "cloud/api/server_fixture_test.hpp"

namespace hearth::api {
namespace {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;
using Durations = std::vector<SteadyClock::duration>;

constexpr std::size_t kConnections = 64;
const char* const kList = "/apis/example.org/v1/namespaces/default/lamps";

void escaped(const std::exception_ptr& failure) {
  EXPECT_FALSE(failure);
}

net::HttpRequest request_of(const std::string& token, const std::string& target) {
  net::HttpRequest request;
  request.target = target;
  request.headers.add("Authorization", "Bearer " + token);
  return request;
}

SteadyClock::duration part(Durations all, double share) {
  std::sort(all.begin(), all.end());
  return all.at(static_cast<std::size_t>(share * static_cast<double>(all.size() - 1)));
}

std::int64_t microseconds(SteadyClock::duration time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

/// Many connections of one user that ask for a whole Table again and again, on a thread of their own.
class Storm {
 public:
  using Connect = std::function<std::unique_ptr<net::HttpClient>(asio::any_io_executor)>;

  Storm(const std::string& token, const Connect& connect) : token_(token) {
    for (std::size_t i = 0; i < kConnections; ++i) {
      connections_.push_back(connect(io_.get_executor()));
      asio::co_spawn(io_, ask(this, connections_.back().get()), escaped);
    }
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Storm() { stop(); }
  void stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }

  std::size_t answered() const { return answered_; }
  std::size_t refused() const { return refused_; }
  /// After stop().
  const Durations& times() const { return times_; }
  const net::HttpResponse& refusal() const { return refusal_; }

 private:
  static asio::awaitable<void> ask(Storm* storm, net::HttpClient* connection) {
    while (!storm->stopped_) {
      auto request = request_of(storm->token_, kList);
      request.headers.add("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
      const auto begun = SteadyClock::now();
      const auto response = co_await connection->request(std::move(request));
      if (response) storm->take(*response, SteadyClock::now() - begun);
    }
  }
  void take(const net::HttpResponse& response, SteadyClock::duration time) {
    if (response.status == 200) {
      times_.push_back(time);
      ++answered_;
    } else {
      refusal_ = response;
      ++refused_;
    }
  }

  const std::string token_;
  asio::io_context io_;
  std::vector<std::unique_ptr<net::HttpClient>> connections_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::size_t> answered_ = 0;
  std::atomic<std::size_t> refused_ = 0;
  Durations times_;
  net::HttpResponse refusal_;
  std::thread thread_;
};

class FairSharing : public ServerTest {
 protected:
  void start(const FairQueueOptions& fairness) {
    write_token_file("anna,anna,1,\"system:masters\"\nbert,bert,2,\"system:masters\"\n");
    options().fairness = fairness;
    restart_server();
    std::string lamps;
    for (int i = 0; i < 100; ++i) {
      lamps += "---\napiVersion: example.org/v1\nkind: Lamp\nmetadata: {name: lamp-" + std::to_string(i) +
               "}\nspec: {watts: 40}\n";
    }
    ok({"create", "-f", "-"}, lamps);
  }

  Storm::Connect connecting() {
    return [this](asio::any_io_executor executor) { return client(std::move(executor)); };
  }

  /// How long Bert waits for each of some gets, one after the other.
  Durations gets(std::size_t count) {
    asio::io_context io;
    const auto connection = client(io.get_executor());
    Durations times;
    asio::co_spawn(io, get_all(connection.get(), count, &times), escaped);
    io.run_for(std::chrono::seconds(60));
    EXPECT_EQ(times.size(), count);
    return times;
  }

  static asio::awaitable<void> get_all(net::HttpClient* connection, std::size_t count, Durations* times) {
    for (std::size_t i = 0; i < count; ++i) {
      auto request = request_of("bert", std::string(kList) + "/lamp-7");
      const auto begun = SteadyClock::now();
      const auto response = co_await connection->request(std::move(request));
      EXPECT_TRUE(response && response->status == 200);
      times->push_back(SteadyClock::now() - begun);
    }
    connection->close();
  }

  static void until(const std::function<bool()>& true_at_last) {
    const auto end = SteadyClock::now() + std::chrono::seconds(60);
    while (!true_at_last() && SteadyClock::now() < end)
      std::this_thread::yield();
    EXPECT_TRUE(true_at_last());
  }
};

/// All of it relative to what this machine does now: a get waits for the few lists that are at work, a list for all that
/// were asked for before it.
TEST_F(FairSharing, GetsOfOneUserGoOnWhileAnotherAsksForListsOnManyConnections) {
  FairQueueOptions fairness;
  fairness.seats = 20;
  start(fairness);
  const auto alone = gets(100);
  Storm storm("anna", connecting());
  until([&] { return storm.answered() >= kConnections; });
  const auto beside = gets(30);
  storm.stop();
  EXPECT_EQ(storm.refused(), 0U);
  const auto list = part(storm.times(), 0.5);
  RecordProperty("get_alone_p99_us", std::to_string(microseconds(part(alone, 0.99))));
  RecordProperty("get_beside_p99_us", std::to_string(microseconds(part(beside, 0.99))));
  RecordProperty("list_p50_us", std::to_string(microseconds(list)));
  EXPECT_LT(part(beside, 0.5), list / 4);
  EXPECT_LT(part(beside, 0.99), list / 3);
}

TEST_F(FairSharing, WhatIsTooMuchOfOneUserIsToldToTryAgainLaterAndNothingOfAnother) {
  FairQueueOptions fairness;
  fairness.seats = 20;
  fairness.waiting_per_flow = 4;
  start(fairness);
  Storm storm("anna", connecting());
  until([&] { return storm.refused() > 0 && storm.answered() > 0; });
  gets(10);
  storm.stop();
  const auto& refusal = storm.refusal();
  EXPECT_EQ(refusal.status, 429);
  EXPECT_EQ(refusal.headers.get("Retry-After"), "1");
  const auto status = nlohmann::json::parse(refusal.body);
  EXPECT_EQ(status["kind"], "Status");
  EXPECT_EQ(status["reason"], "TooManyRequests");
  EXPECT_EQ(status["message"],
            "the server has received too many requests and has asked us to try again later");
  EXPECT_EQ(status["details"]["retryAfterSeconds"], 1);
  const auto metrics = request(request_of("bert", "/metrics")).body;
  EXPECT_NE(metrics.find("hearth_api_requests_waiting 0"), std::string::npos);
  EXPECT_EQ(metrics.find("hearth_api_requests_refused_total 0"), std::string::npos);
  EXPECT_NE(metrics.find("hearth_api_seats_taken 1"), std::string::npos) << "the page itself";
}

TEST_F(FairSharing, WhoWaitsTooLongIsRefusedAndTheDeadLeaveNothingBehind) {
  FairQueueOptions fairness;
  fairness.seats = 1;
  fairness.longest_wait = std::chrono::milliseconds(1);
  start(fairness);
  Storm storm("anna", connecting());
  until([&] { return storm.refused() > 0 && storm.answered() > 0; });
  storm.stop();
  const auto metrics = request(request_of("bert", "/metrics")).body;
  EXPECT_NE(metrics.find("hearth_api_requests_waiting 0"), std::string::npos);
  EXPECT_NE(metrics.find("hearth_api_seats_taken 1"), std::string::npos);
}

/// Two of the three begin with a list, which takes all seats; the third has nothing to send at first.
TEST_F(FairSharing, WatchesHoldNoSeatOnceTheyHaveBegun) {
  FairQueueOptions fairness;
  fairness.seats = 10;
  start(fairness);
  const auto list = nlohmann::json::parse(request(request_of("bert", kList)).body);
  const auto now = "&resourceVersion=" + list["metadata"]["resourceVersion"].get<std::string>();
  const auto connect = connecting();
  asio::io_context io;
  int ended = 0;
  std::vector<std::unique_ptr<net::HttpClient>> watchers;
  for (const auto& from : {std::string(), std::string(), now}) {
    watchers.push_back(connect(io.get_executor()));
    auto asked = request_of("anna", std::string(kList) + "?watch=true&timeoutSeconds=60" + from);
    asio::co_spawn(io,
                   watchers.back()->stream(
                       std::move(asked), [](std::string_view) { return true; }, std::chrono::seconds(60)),
                   [&ended](const std::exception_ptr&, const Result<net::HttpResponse>&) { ++ended; });
  }
  const auto watches_and_seats = [&](int watches, int seats) {
    io.poll();
    const auto metrics = request(request_of("bert", "/metrics")).body;
    return metrics.find("hearth_api_watches " + std::to_string(watches) + "\n") != std::string::npos &&
           metrics.find("hearth_api_seats_taken " + std::to_string(seats) + "\n") != std::string::npos;
  };
  until([&] { return watches_and_seats(3, 1); });
  EXPECT_EQ(ended, 0);
  for (const auto& watcher : watchers)
    watcher->close();
  until([&] { return watches_and_seats(0, 1); });
  EXPECT_EQ(ended, 3);
}

}  // namespace
}  // namespace hearth::api
