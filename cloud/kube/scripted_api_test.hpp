// SPDX-License-Identifier: Apache-2.0
// An HTTP server that gives the answers a test has written down, in their order, and remembers the requests.
// Thread: its own io_context, run by the test.   Errors: none; without an answer left it says 500.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "cloud/kube/kube_client.hpp"
#include "sdk/net/http_server.hpp"

namespace hearth::kube {

struct ScriptedAnswer {
  int status = 200;
  std::string body;
  std::vector<std::string> chunks;  ///< not empty: a stream
  bool finished = true;             ///< false: the stream is cut
};

class ScriptedApi {
 public:
  ScriptedApi()
      : server_(context_.get_executor(), options(),
                [this](net::HttpRequest request, net::ResponseWriter& writer) {
                  return answer(this, std::move(request), writer);
                }) {
    if (const auto started = server_.start(); !started) ADD_FAILURE() << started.error().text;
  }
  ~ScriptedApi() {
    server_.stop();
    run_until([] { return false; }, std::chrono::milliseconds(20));
  }

  void then(ScriptedAnswer answer) { answers_.push_back(std::move(answer)); }

  Access access() const {
    Access access;
    access.server = net::Url{"http", "127.0.0.1", std::to_string(server_.port()), "/"};
    return access;
  }
  boost::asio::any_io_executor executor() { return context_.get_executor(); }
  const std::vector<net::HttpRequest>& requests() const { return requests_; }

  template <class T>
  T await(boost::asio::awaitable<T> work) {
    std::optional<T> result;
    boost::asio::co_spawn(context_, std::move(work), [&result](std::exception_ptr e, T value) {
      if (e) std::rethrow_exception(e);
      result.emplace(std::move(value));
    });
    if (!run_until([&result] { return result.has_value(); })) throw std::runtime_error("no result in time");
    return std::move(*result);
  }

  bool run_until(const std::function<bool()>& done,
                 std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!done() && std::chrono::steady_clock::now() < deadline) {
      context_.restart();
      context_.run_one_for(std::chrono::milliseconds(10));
    }
    return done();
  }

 private:
  static net::HttpServerOptions options() {
    net::HttpServerOptions options;
    options.listen = "127.0.0.1:0";
    return options;
  }

  static boost::asio::awaitable<void> answer(ScriptedApi* self, net::HttpRequest request,
                                             net::ResponseWriter& writer) {
    self->requests_.push_back(std::move(request));
    ScriptedAnswer answer{500, "no answer left", {}, true};
    if (!self->answers_.empty()) {
      answer = std::move(self->answers_.front());
      self->answers_.pop_front();
    }
    if (answer.chunks.empty()) {
      net::HttpResponse response;
      response.status = answer.status;
      response.body = std::move(answer.body);
      (void)co_await writer.send(std::move(response));
      co_return;
    }
    net::Headers headers;
    (void)co_await writer.start(answer.status, std::move(headers));
    for (auto& chunk : answer.chunks)
      (void)co_await writer.write(std::move(chunk));
    if (answer.finished) (void)co_await writer.finish();
  }

  boost::asio::io_context context_{1};
  std::deque<ScriptedAnswer> answers_;
  std::vector<net::HttpRequest> requests_;
  net::HttpServer server_;
};

}  // namespace hearth::kube
