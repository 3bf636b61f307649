// SPDX-License-Identifier: Apache-2.0
// For tests: a cloud as small as it gets: an HTTPS server that signs, and a WebSocket server over TLS.
// Thread: the test's io_context.   Errors: thrown, a test fails by them.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <memory>
#include <string>
#include <vector>

#include "host/hub/test_support.hpp"
#include "sdk/net/http_server.hpp"
#include "sdk/net/tls.hpp"
#include "sdk/net/x509.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::test {

/// Port 10002: /ca.crt and /edge.crt; the good token ends in ".good", and so is any certificate of the CA.
class SigningServer {
 public:
  SigningServer(boost::asio::io_context& io, Authority authority)
      : authority_(std::move(authority)),
        server_(
            io.get_executor(), options(authority_),
            [this](net::HttpRequest request, net::ResponseWriter& writer) -> boost::asio::awaitable<void> {
              return answer(this, std::move(request), &writer);
            }) {
    server_.start().value();
  }
  ~SigningServer() { server_.stop(); }

  std::string url() const { return "https://127.0.0.1:" + std::to_string(server_.port()); }
  std::vector<net::HttpRequest> requests;
  bool renews = true;
  bool busy = false;

 private:
  static net::HttpServerOptions options(const Authority& authority) {
    net::HttpServerOptions made;
    made.tls = net::make_server_tls(authority.server(), authority.ca.certificate_pem,
                                    net::ClientCertificate::requested_even_expired)
                   .value();
    return made;
  }

  static boost::asio::awaitable<void> answer(SigningServer* self, net::HttpRequest request,
                                             net::ResponseWriter* writer) {
    self->requests.push_back(request);
    net::HttpResponse response = self->respond(request);
    co_await writer->send(std::move(response));
  }

  net::HttpResponse respond(const net::HttpRequest& request) const {
    if (request.target == "/ca.crt") {
      return {200, {}, net::certificate_pem_to_der(authority_.ca.certificate_pem).value()};
    }
    if (busy) return {503, {{"Retry-After", "30"}}, "too much to do\n"};
    const bool known = request.peer && renews;
    if (!known && request.headers.get("Authorization") != "Bearer head.body.good")
      return {401, {}, "Invalid token\n"};
    const net::SignOptions sign{{net::Usage::client}};
    const auto signed_pem = net::sign_csr(authority_.ca, request.body, sign);
    if (!signed_pem) return {200, {}, ""};  // as KubeEdge 1.15 has it
    return {200, {}, net::certificate_pem_to_der(*signed_pem).value()};
  }

  Authority authority_;
  net::HttpServer server_;
};

/// Port 10000: shows what came on the newest link; older ones are closed.
class HubServer {
  using Tcp = boost::asio::ip::tcp;
  using Stream = boost::beast::websocket::stream<boost::beast::ssl_stream<Tcp::socket>>;
  static constexpr auto kNoThrow = boost::asio::as_tuple(boost::asio::use_awaitable);

 public:
  HubServer(boost::asio::io_context& io, const Authority& authority, std::uint16_t port = 0,
            bool hearth = true, std::vector<std::string> names = {"127.0.0.1"})
      : state_(std::make_shared<State>(io, authority, port, hearth, std::move(names))) {
    boost::asio::co_spawn(io, accept(state_), [](std::exception_ptr) {});
  }
  ~HubServer() {
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    drop();
  }

  std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }
  std::string url() const { return "wss://127.0.0.1:" + std::to_string(port()); }
  bool linked() const { return state_->stream != nullptr; }
  const boost::beast::http::request<boost::beast::http::string_body>& upgrade() const {
    return state_->upgrade;
  }
  const std::vector<std::string>& frames() const { return state_->frames; }
  bool closed_properly() const { return state_->closed_properly; }
  /// From the next link on: takes the upgrade, and is never heard of again.
  void turn_mute() { state_->mute = true; }
  void refuse_with(std::string answer) { state_->refusal = std::move(answer); }
  std::size_t links() const { return state_->links; }
  /// Messages in the frames, keepalives left out.
  std::vector<wire::HubMessage> messages() const {
    std::vector<wire::HubMessage> found;
    for (const auto& frame : state_->frames) {
      const auto messages = wire::parse_hub_frame(frame).value();
      for (const auto& message : messages) {
        if (message.route.operation != "keepalive") found.push_back(message);
      }
    }
    return found;
  }
  void close_saying(std::string reason) {
    boost::asio::co_spawn(state_->acceptor.get_executor(), say(state_->stream, std::move(reason)),
                          [](std::exception_ptr) {});
  }

  /// As stock CloudHub: fragments of the given sizes.
  void send(std::string text, std::size_t fragment = 1 << 30) {
    boost::asio::co_spawn(state_->acceptor.get_executor(),
                          write(state_, state_->stream, std::move(text), fragment),
                          [](std::exception_ptr) {});
  }
  void drop() {
    if (!state_->stream) return;
    boost::system::error_code ignored;
    state_->stream->next_layer().next_layer().close(ignored);
  }

 private:
  struct State {
    State(boost::asio::io_context& io, const Authority& authority, std::uint16_t port, bool hearth_peer,
          std::vector<std::string> names)
        : tls(net::make_server_tls(authority.server(std::move(names)), authority.ca.certificate_pem,
                                   net::ClientCertificate::required)
                  .value()),
          acceptor(io, {boost::asio::ip::address_v4::loopback(), port}),
          hearth(hearth_peer) {}
    net::TlsContext tls;
    Tcp::acceptor acceptor;
    bool hearth;
    std::shared_ptr<Stream> stream;
    boost::beast::http::request<boost::beast::http::string_body> upgrade;
    std::vector<std::string> frames;
    bool closed_properly = false;
    bool mute = false;
    std::string refusal;
    std::size_t links = 0;
  };

  static boost::asio::awaitable<void> accept(std::shared_ptr<State> state) {
    for (;;) {
      auto [error, socket] = co_await state->acceptor.async_accept(kNoThrow);
      if (error) co_return;
      auto stream = std::make_shared<Stream>(std::move(socket), *state->tls);
      boost::asio::co_spawn(state->acceptor.get_executor(), serve(state, std::move(stream)),
                            [](std::exception_ptr) {});
    }
  }

  static boost::asio::awaitable<void> serve(std::shared_ptr<State> state, std::shared_ptr<Stream> stream) {
    namespace websocket = boost::beast::websocket;
    const auto [unsafe] =
        co_await stream->next_layer().async_handshake(boost::asio::ssl::stream_base::server, kNoThrow);
    if (unsafe) co_return;
    boost::beast::flat_buffer buffer;
    const auto [broken, head] =
        co_await boost::beast::http::async_read(stream->next_layer(), buffer, state->upgrade, kNoThrow);
    if (broken) co_return;
    if (!state->refusal.empty()) {
      co_await boost::asio::async_write(stream->next_layer(), boost::asio::buffer(state->refusal), kNoThrow);
      co_return;
    }
    if (state->hearth) {
      stream->set_option(websocket::stream_base::decorator(
          [](websocket::response_type& answer) { answer.set("Hearth-Protocol", "1"); }));
    }
    const auto [refused] = co_await stream->async_accept(state->upgrade, kNoThrow);
    if (refused) co_return;
    const auto older = std::exchange(state->stream, stream);
    if (older) {
      boost::system::error_code ignored;
      older->next_layer().next_layer().close(ignored);
    }
    ++state->links;
    if (state->mute) co_return;
    co_await read(state, stream);
    if (state->stream == stream) state->stream.reset();
  }

  static boost::asio::awaitable<void> say(std::shared_ptr<Stream> stream, std::string reason) {
    const boost::beast::websocket::close_reason why(boost::beast::websocket::close_code::try_again_later,
                                                    reason);
    co_await stream->async_close(why, kNoThrow);
  }

  static boost::asio::awaitable<void> read(std::shared_ptr<State> state, std::shared_ptr<Stream> stream) {
    for (;;) {
      boost::beast::flat_buffer buffer;
      const auto [error, size] = co_await stream->async_read(buffer, kNoThrow);
      if (error) {
        state->closed_properly = error == boost::beast::websocket::error::closed;
        co_return;
      }
      state->frames.push_back(boost::beast::buffers_to_string(buffer.data()));
    }
  }

  static boost::asio::awaitable<void> write(std::shared_ptr<State>, std::shared_ptr<Stream> stream,
                                            std::string text, std::size_t fragment) {
    stream->auto_fragment(false);
    for (std::size_t at = 0; at < text.size(); at += fragment) {
      const auto piece = text.substr(at, fragment);
      co_await stream->async_write_some(at + fragment >= text.size(), boost::asio::buffer(piece), kNoThrow);
    }
  }

  std::shared_ptr<State> state_;
};

}  // namespace hearth::test
