// SPDX-License-Identifier: Apache-2.0
#include "cloud/eventdata/event_stream.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/support/loop.hpp"

namespace hearth::eventdata {
namespace {

namespace asio = boost::asio;

/// Collects an answer; the peer goes away when `enough` lines are there.
class Collected final : public net::ResponseWriter {
 public:
  explicit Collected(asio::any_io_executor executor) : gone_(std::move(executor)) {
    gone_.expires_at(std::chrono::steady_clock::time_point::max());
  }
  asio::awaitable<Result<void>> send(net::HttpResponse response) override {
    status = response.status;
    body = response.body;
    co_return Result<void>();
  }
  asio::awaitable<Result<void>> start(int code, net::Headers) override {
    status = code;
    co_return Result<void>();
  }
  asio::awaitable<Result<void>> write(std::string chunk) override {
    body += chunk;
    co_return Result<void>();
  }
  asio::awaitable<Result<void>> finish() override {
    finished = true;
    co_return Result<void>();
  }
  asio::awaitable<void> closed() override {
    boost::system::error_code ignored;
    co_await gone_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  void go() { gone_.cancel(); }

  int status = 0;
  std::string body;
  bool finished = false;

 private:
  asio::steady_timer gone_;
};

class EventStreamTest : public testing::Test {
 protected:
  void add(const std::string& payload, const std::string& node = "edge-1") {
    ring_.add(payload, {0, WallTime{}, node, "t", payload});
  }
  void serve(const std::string& query) {
    net::HttpRequest request;
    request.target = kEventDataPath + query;
    asio::co_spawn(io_, serve_event_data(std::move(request), writer_, ring_),
                   [this](std::exception_ptr escaped) {
                     EXPECT_FALSE(escaped);
                     ended_ = true;
                   });
  }
  bool until(const std::function<bool()>& condition) { return test::run_until(io_, condition); }

  asio::io_context io_;
  Metrics metrics_;
  EventRing ring_{metrics_};
  Collected writer_{io_.get_executor()};
  bool ended_ = false;
};

TEST_F(EventStreamTest, AnswersWhatTheRingHolds) {
  add("one");
  add("two", "edge-2");
  serve("?node=edge-2");
  ASSERT_TRUE(until([this] { return ended_; }));
  EXPECT_EQ(writer_.status, 200);
  EXPECT_EQ(writer_.body.find("one"), std::string::npos);
  EXPECT_NE(writer_.body.find("\"payload\":\"two\"}\n"), std::string::npos);
  EXPECT_TRUE(writer_.finished);
}

TEST_F(EventStreamTest, FollowsWhatComesUntilThePeerGoes) {
  add("before");
  serve("?follow=true");
  ASSERT_TRUE(until([this] { return !writer_.body.empty(); }));
  EXPECT_EQ(writer_.body, "{\"sequence\":1}\n") << "where it begins";
  add("after");
  ASSERT_TRUE(until([this] { return writer_.body.find("payload") != std::string::npos; }));
  EXPECT_EQ(writer_.body.find("before"), std::string::npos);
  EXPECT_NE(writer_.body.find("after"), std::string::npos);
  EXPECT_FALSE(ended_);
  writer_.go();
  EXPECT_TRUE(until([this] { return ended_; }));
}

TEST_F(EventStreamTest, RefusesAQueryItCannotRead) {
  serve("?after=x");
  ASSERT_TRUE(until([this] { return ended_; }));
  EXPECT_EQ(writer_.status, 400);
}

}  // namespace
}  // namespace hearth::eventdata
