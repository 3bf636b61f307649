// SPDX-License-Identifier: Apache-2.0
// Server and client against each other on loopback; what a client of ours would not send goes over a raw
// socket.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "sdk/net/http_client.hpp"
#include "sdk/net/http_server.hpp"
#include "sdk/net/stream.hpp"

namespace hearth::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

asio::awaitable<void> echo(HttpRequest request, ResponseWriter& writer) {
  HttpResponse response;
  response.headers.add("X-Method", request.method);
  response.headers.add("X-Target", request.target);
  response.headers.add("X-Peer", request.peer ? request.peer->subject.common_name : "none");
  response.body = request.body;
  const auto sent = co_await writer.send(std::move(response));
  EXPECT_TRUE(sent.has_value());
}

class HttpTest : public testing::Test {
 protected:
  HttpServer& serve(HttpHandler handler, HttpServerOptions options = {}) {
    server_ = std::make_unique<HttpServer>(io_.get_executor(), std::move(options), std::move(handler));
    server_->start().value();
    return *server_;
  }

  Url url(const std::string& scheme = "http") const {
    return {scheme, "127.0.0.1", std::to_string(server_->port()), "/"};
  }

  std::unique_ptr<HttpClient> client(TlsContext tls = nullptr, HttpClientOptions options = {}) {
    return std::make_unique<HttpClient>(io_.get_executor(), url(tls ? "https" : "http"), std::move(tls),
                                        options);
  }

  /// Runs a test's coroutine; then stops the server, after which nothing may keep the context alive.
  void run(asio::awaitable<void> body) {
    asio::co_spawn(io_, std::move(body), [this](std::exception_ptr escaped) {
      server_->stop();
      if (escaped) std::rethrow_exception(escaped);
    });
    io_.run_for(20s);
    EXPECT_TRUE(io_.stopped()) << "something is still pending";
  }

  /// Sends text on a fresh connection and gives all that comes until the server closes.
  asio::awaitable<std::string> raw(std::string text) {
    tcp::socket socket(io_);
    const tcp::endpoint server(asio::ip::address_v4::loopback(), server_->port());
    co_await socket.async_connect(server, asio::use_awaitable);
    const auto to_send = asio::buffer(text);
    co_await asio::async_write(socket, to_send, asio::use_awaitable);
    std::string got;
    auto into = asio::dynamic_buffer(got);
    co_await asio::async_read(socket, into, kTuple);
    co_return got;
  }

  asio::io_context io_;
  std::unique_ptr<HttpServer> server_;
};

asio::awaitable<void> ask_all(HttpClient& client, std::vector<HttpRequest> requests,
                              std::vector<Result<HttpResponse>>& answers) {
  for (auto& request : requests)
    answers.push_back(co_await client.request(std::move(request)));
}

TEST_F(HttpTest, AnswersOneRequestAfterTheOther) {
  serve(echo);
  const auto to = client();
  HttpRequest first;
  first.target = "/edge.crt?x=%20";
  first.body = "a GET with a body";
  HttpRequest second;
  second.method = "HEAD";
  std::vector<Result<HttpResponse>> answers;
  run(ask_all(*to, {first, second}, answers));
  ASSERT_EQ(answers.size(), 2U);
  ASSERT_TRUE(answers[0].has_value()) << answers[0].error();
  EXPECT_EQ(answers[0]->status, 200);
  EXPECT_EQ(answers[0]->body, "a GET with a body");
  EXPECT_EQ(answers[0]->headers.get("x-target"), "/edge.crt?x=%20");
  ASSERT_TRUE(answers[1].has_value()) << answers[1].error();
  EXPECT_EQ(answers[1]->headers.get("X-Method"), "HEAD");
  EXPECT_EQ(answers[1]->body, "");
}

TEST_F(HttpTest, AnswersInTheirOrderWhatComesAtOnceOnOneConnection) {
  serve(echo);
  std::string got;
  const auto body = [](asio::awaitable<std::string> talk, std::string& into) -> asio::awaitable<void> {
    into = co_await std::move(talk);
  };
  run(body(raw("POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\none"
               "POST /2 HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\ntwo"),
           got));
  const auto one = got.find("X-Target: /1\r\n");
  const auto two = got.find("X-Target: /2\r\n");
  ASSERT_NE(one, got.npos) << got;
  ASSERT_NE(two, got.npos) << got;
  EXPECT_LT(one, two);
  EXPECT_LT(got.find("one"), two);
  EXPECT_TRUE(got.ends_with("two")) << got;
}

TEST_F(HttpTest, AnswersAnOldHttp10ClientAndCloses) {
  serve(echo);
  std::string got;
  const auto body = [](HttpTest*, asio::awaitable<std::string> talk,
                       std::string& into) -> asio::awaitable<void> { into = co_await std::move(talk); };
  run(body(this, raw("POST /x HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi"), got));
  EXPECT_NE(got.find("200 OK"), got.npos) << got;
  EXPECT_TRUE(got.ends_with("hi")) << got;
}

std::string many_fields(int count) {
  std::string fields;
  for (int i = 0; i < count; ++i)
    fields += "X: y\r\n";
  return fields;
}

class Refusals : public HttpTest, public testing::WithParamInterface<std::pair<std::string, std::string>> {};

TEST_P(Refusals, EndTheConnectionWithAStatus) {
  HttpServerOptions options;
  options.max_body = 1000;
  serve(echo, options);
  std::string got;
  const auto body = [](asio::awaitable<std::string> talk, std::string& into) -> asio::awaitable<void> {
    into = co_await std::move(talk);
  };
  run(body(raw(GetParam().first), got));
  EXPECT_NE(got.find("HTTP/1.1 " + GetParam().second), got.npos) << got;
}

INSTANTIATE_TEST_SUITE_P(
    Http, Refusals,
    testing::Values(
        std::pair{std::string("\x16\x03\x01 rubbish\r\n\r\n"), std::string("400")},
        std::pair{std::string("POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n"), std::string("413")},
        std::pair{"GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", std::string("431")},
        std::pair{"GET / HTTP/1.1\r\n" + many_fields(101) + "\r\n", std::string("431")},
        std::pair{std::string("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), std::string("400")}));

TEST_F(HttpTest, AnswersAHandlerThatThrowsWith500) {
  serve([](HttpRequest, ResponseWriter&) -> asio::awaitable<void> {
    throw std::runtime_error("a handler's mistake");
    co_return;
  });
  const auto to = client();
  int status = 0;
  const auto body = [](HttpClient& http, int& into) -> asio::awaitable<void> {
    HttpRequest request;
    auto answer = co_await http.request(std::move(request));
    if (answer) into = answer->status;
  };
  run(body(*to, status));
  EXPECT_EQ(status, 500);
}

asio::awaitable<void> count_to_three(HttpRequest, ResponseWriter& writer) {
  const Headers headers{{"Content-Type", "text/plain"}};
  (void)co_await writer.start(200, headers);
  static const std::vector<std::string> kPieces{"one", "two", "three"};
  for (const auto& piece : kPieces) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer pause(co_await asio::this_coro::executor, 1ms);
    // Every turn races the pause against the peer's end, as a watch does.
    co_await (pause.async_wait(asio::use_awaitable) || writer.closed());
    (void)co_await writer.write(piece);
  }
  (void)co_await writer.finish();
}

TEST_F(HttpTest, StreamsPiecesAndKeepsTheConnectionForTheNextRequest) {
  serve(count_to_three);
  const auto to = client();
  std::string got;
  const auto body = [](HttpClient& http, std::string& into) -> asio::awaitable<void> {
    for (int i = 0; i < 2; ++i) {
      const std::function<bool(std::string_view)> collect = [&into](std::string_view piece) {
        into += piece;
        return true;
      };
      HttpRequest request;
      auto answer = co_await http.stream(std::move(request), collect, 5s);
      EXPECT_TRUE(answer.has_value());
      EXPECT_EQ(answer ? answer->status : 0, 200);
    }
  };
  run(body(*to, got));
  EXPECT_EQ(got, "onetwothreeonetwothree");
}

TEST_F(HttpTest, NoticesAWatcherThatWentAway) {
  bool noticed = false;
  serve([&noticed](HttpRequest, ResponseWriter& writer) -> asio::awaitable<void> {
    return [](bool& seen, ResponseWriter& to) -> asio::awaitable<void> {
      Headers headers;
      (void)co_await to.start(200, std::move(headers));
      std::string first = "first";
      (void)co_await to.write(std::move(first));
      co_await to.closed();
      seen = true;
    }(noticed, writer);
  });
  const auto to = client();
  const auto body = [](HttpClient& http, const bool& seen) -> asio::awaitable<void> {
    const std::function<bool(std::string_view)> enough = [](std::string_view) { return false; };
    HttpRequest request;
    auto answer = co_await http.stream(std::move(request), enough, 5s);
    EXPECT_TRUE(answer.has_value());
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!seen && std::chrono::steady_clock::now() < end)
      co_await asio::post(asio::use_awaitable);
  };
  run(body(*to, noticed));
  EXPECT_TRUE(noticed);
}

TEST_F(HttpTest, GivesUpWhenNothingComesOnAStream) {
  serve([](HttpRequest, ResponseWriter& writer) -> asio::awaitable<void> {
    Headers headers;
    (void)co_await writer.start(200, std::move(headers));
    co_await writer.closed();
  });
  const auto to = client();
  ErrorClass cls{};
  const auto body = [](HttpClient& http, ErrorClass& into) -> asio::awaitable<void> {
    const std::function<bool(std::string_view)> all = [](std::string_view) { return true; };
    HttpRequest request;
    auto answer = co_await http.stream(std::move(request), all, 20ms);
    if (!answer) into = answer.error().cls;
  };
  run(body(*to, cls));
  EXPECT_EQ(cls, ErrorClass::timeout);
}

TEST_F(HttpTest, ReplacesAKeptConnectionThatTheServerClosed) {
  serve(echo);
  const auto to = client();
  const auto body = [](HttpTest* test, HttpClient& http, std::unique_ptr<HttpServer>& server,
                       asio::io_context& io) -> asio::awaitable<void> {
    (void)test;
    HttpRequest post;
    post.method = "POST";
    auto first = co_await http.request(post);
    EXPECT_TRUE(first.has_value());
    HttpServerOptions again;
    again.listen = "127.0.0.1:" + std::to_string(server->port());
    server->stop();
    co_await asio::post(io, asio::use_awaitable);
    co_await asio::post(io, asio::use_awaitable);
    server = std::make_unique<HttpServer>(io.get_executor(), again, echo);
    server->start().value();
    auto second = co_await http.request(post);
    EXPECT_TRUE(second.has_value());
  };
  run(body(this, *to, server_, io_));
}

TEST_F(HttpTest, EndsARequestUnderWayOnClose) {
  serve([](HttpRequest, ResponseWriter& writer) -> asio::awaitable<void> { co_await writer.closed(); });
  const auto to = client();
  asio::steady_timer later(io_, 20ms);
  later.async_wait([&to](boost::system::error_code) { to->close(); });
  std::string code;
  const auto body = [](HttpClient& http, std::string& into) -> asio::awaitable<void> {
    HttpRequest request;
    auto answer = co_await http.request(std::move(request));
    if (!answer) into = answer.error().code;
  };
  run(body(*to, code));
  EXPECT_EQ(code, "Closed");
}

TEST_F(HttpTest, SaysWhichAddressCannotBeBound) {
  auto& first = serve(echo);
  HttpServerOptions options;
  options.listen = "127.0.0.1:" + std::to_string(first.port());
  HttpServer second(io_.get_executor(), options, echo);
  const auto refused = second.start();
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().text.find(options.listen), std::string::npos);
  first.stop();
  io_.run_for(5s);
}

/// Whoever begins a request and does not go on is cut off, without an answer.
class SlowClients : public HttpTest, public testing::WithParamInterface<std::string> {};

TEST_P(SlowClients, AreCutOff) {
  HttpServerOptions options;
  options.header_timeout = 50ms;
  options.body_timeout = 50ms;
  serve(echo, options);
  std::string got = "nothing yet";
  const auto body = [](asio::awaitable<std::string> talk, std::string& into) -> asio::awaitable<void> {
    into = co_await std::move(talk);
  };
  run(body(raw(GetParam()), got));
  EXPECT_EQ(got, "");
}

INSTANTIATE_TEST_SUITE_P(Http, SlowClients,
                         testing::Values("G", "GET / HTTP/1.1\r\nX: y\r\n",
                                         "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhal"));

TEST_F(HttpTest, RefusesMoreConnectionsFromOneAddressThanAllowed) {
  HttpServerOptions options;
  options.max_connections_per_address = 1;
  const auto& server = serve(echo, options);
  const auto body = [](asio::any_io_executor executor, std::uint16_t port,
                       std::size_t& got) -> asio::awaitable<void> {
    const asio::ip::tcp::endpoint there(asio::ip::address_v4::loopback(), port);
    asio::ip::tcp::socket first(executor);
    asio::ip::tcp::socket second(executor);
    co_await first.async_connect(there, asio::use_awaitable);
    co_await second.async_connect(there, asio::use_awaitable);
    std::string byte(1, ' ');
    const auto buffer = asio::buffer(byte);
    const auto [failed, size] = co_await second.async_read_some(buffer, asio::as_tuple(asio::use_awaitable));
    got = failed ? 0 : size;
  };
  std::size_t got = 1;
  run(body(io_.get_executor(), server.port(), got));
  EXPECT_EQ(got, 0U);
}

class HttpsTest : public HttpTest {
 protected:
  static Identity signed_by(const Identity& ca, const std::string& name, Usage usage) {
    SignOptions options;
    options.usages = {usage};
    options.alt_names = {name == "server" ? "127.0.0.1" : name};
    return make_identity(ca, {name, {}}, options).value();
  }

  void serve_tls(ClientCertificate ask) {
    HttpServerOptions options;
    options.tls = make_server_tls(signed_by(ca_, "server", Usage::server), ca_.certificate_pem, ask).value();
    serve(echo, options);
  }

  Result<HttpResponse> get(const ClientTls& how) {
    const auto to = client(make_client_tls(how).value());
    Result<HttpResponse> result = internal_error("not run");
    const auto body = [](HttpClient& http, Result<HttpResponse>& into) -> asio::awaitable<void> {
      HttpRequest request;
      into = co_await http.request(std::move(request));
    };
    run(body(*to, result));
    return result;
  }

  Identity ca_ = make_ca({"Hearth", {}}, std::chrono::hours(1)).value();
};

TEST_F(HttpsTest, ShowsTheClientsCertificateToTheHandler) {
  serve_tls(ClientCertificate::required);
  const auto answer = get({ca_.certificate_pem, signed_by(ca_, "system:node:edge-1", Usage::client)});
  ASSERT_TRUE(answer.has_value()) << answer.error().text;
  EXPECT_EQ(answer->headers.get("X-Peer"), "system:node:edge-1");
}

TEST_F(HttpsTest, RefusesAClientWithoutTheRequiredCertificate) {
  serve_tls(ClientCertificate::required);
  EXPECT_FALSE(get({ca_.certificate_pem, std::nullopt}).has_value());
}

TEST_F(HttpsTest, RefusesAClientCertificateOfAnotherCa) {
  serve_tls(ClientCertificate::requested);
  const auto other = make_ca({"Other", {}}, std::chrono::hours(1)).value();
  EXPECT_FALSE(get({ca_.certificate_pem, signed_by(other, "system:node:edge-1", Usage::client)}).has_value());
}

TEST_F(HttpsTest, ServesAnAnonymousClientWhenOnlyRequested) {
  serve_tls(ClientCertificate::requested);
  const auto answer = get({ca_.certificate_pem, std::nullopt});
  ASSERT_TRUE(answer.has_value()) << answer.error().text;
  EXPECT_EQ(answer->headers.get("X-Peer"), "none");
}

TEST_F(HttpsTest, RefusesAServerOfAnotherCaOrName) {
  serve_tls(ClientCertificate::ignored);
  const auto other = make_ca({"Other", {}}, std::chrono::hours(1)).value();
  const auto refused = get({other.certificate_pem, std::nullopt});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "UntrustedServer");
}

TEST_F(HttpsTest, RefusesAServerWhoseCertificateIsForAnotherAddress) {
  HttpServerOptions options;
  options.tls = make_server_tls(signed_by(ca_, "elsewhere.example", Usage::server), ca_.certificate_pem,
                                ClientCertificate::ignored)
                    .value();
  serve(echo, options);
  const auto refused = get({ca_.certificate_pem, std::nullopt});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "WrongName");
  EXPECT_NE(refused.error().text.find("is for elsewhere.example, not for 127.0.0.1"), std::string::npos)
      << refused.error().text;
}

TEST_F(HttpsTest, FetchesTheCaWithoutVerifyingWhenNoneIsGiven) {
  serve_tls(ClientCertificate::requested);
  EXPECT_TRUE(get({}).has_value());
}

TEST(Tls, RefusesUnusablePem) {
  const auto ca = make_ca({"Hearth", {}}, std::chrono::hours(1)).value();
  EXPECT_FALSE(
      make_server_tls({"rubbish", "rubbish"}, ca.certificate_pem, ClientCertificate::ignored).has_value());
  EXPECT_FALSE(make_server_tls(ca, "rubbish", ClientCertificate::required).has_value());
  EXPECT_FALSE(make_client_tls({"rubbish", std::nullopt}).has_value());
}

}  // namespace
}  // namespace hearth::net
