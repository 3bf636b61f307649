// SPDX-License-Identifier: Apache-2.0
// For this folder's tests: a CA with its certificates, a running context, and a node's end of a link.
// Thread: the test's; everything asynchronous runs on the one thread inside.   Errors: thrown.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "sdk/net/stream.hpp"
#include "sdk/net/tls.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::cloudhub {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using namespace std::chrono_literals;

inline constexpr auto kPatience = 10s;

/// An io_context with its thread.
class Running {
 public:
  ~Running() {
    io_.stop();
    thread_.join();
  }
  asio::any_io_executor executor() { return io_.get_executor(); }

  template <class T>
  T wait(asio::awaitable<T> work) {
    auto future = asio::co_spawn(io_, std::move(work), asio::use_future);
    if (future.wait_for(kPatience) != std::future_status::ready)
      throw std::runtime_error("nothing came in time");
    return future.get();
  }

 private:
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  std::thread thread_{[this] { io_.run(); }};
};

struct Pki {
  net::Identity ca = net::make_ca({"Hearth", {}}, std::chrono::hours(1)).value();

  net::Identity leaf(const net::Subject& subject, net::Usage usage) const {
    net::SignOptions options;
    options.usages = {usage};
    options.alt_names = {"127.0.0.1"};
    return net::make_identity(ca, subject, options).value();
  }
  net::Identity node(const std::string& name) const {
    return leaf({"system:node:" + name, {"system:nodes"}}, net::Usage::client);
  }
  net::TlsContext server(net::ClientCertificate ask) const {
    return net::make_server_tls(leaf({"cloud", {}}, net::Usage::server), ca.certificate_pem, ask).value();
  }
};

using Fields = std::vector<std::pair<std::string, std::string>>;

inline Fields stock_headers(const std::string& node) {
  return {{"Node_id", node}, {"Project_id", "e632aba927ea4ac2b575ec1603d56f10"}, {"Connectionuse", "msg"}};
}

inline Fields hearth_headers(const std::string& node, const std::string& instance = "1") {
  auto fields = stock_headers(node);
  fields.emplace_back("Hearth-Protocol", "1");
  fields.emplace_back("Hearth-Instance", instance);
  return fields;
}

/// A node's end of a link, as edgecore opens it.
class TestNode {
 public:
  TestNode(Running& running, const Pki& pki, const net::Identity& identity)
      : running_(running), state_(std::make_shared<State>(running.executor(), pki, identity)) {}
  ~TestNode() {
    asio::post(running_.executor(), [state = state_] { state->close(); });
  }

  /// The answer to the upgrade: 101 when the link stands.
  websocket::response_type open(std::uint16_t port, const Fields& fields) {
    return running_.wait(State::open(state_, port, fields));
  }
  std::future<websocket::response_type> open_meanwhile(std::uint16_t port, const Fields& fields) {
    return asio::co_spawn(running_.executor(), State::open(state_, port, fields), asio::use_future);
  }
  /// As Go's gorilla: everything in one frame that is not the last, then an empty one.
  void send_with_empty_end(const std::string& text) {
    running_.wait(State::send_some(state_, false, text));
    running_.wait(State::send_some(state_, true, ""));
  }
  void send(const std::string& text) { running_.wait(State::send(state_, text)); }
  void send(const wire::HubMessage& message) { send(wire::print(message)); }
  wire::HubMessage read() { return wire::parse_hub_message(running_.wait(State::read(state_))).value(); }
  /// What came in one frame.
  std::vector<wire::HubMessage> read_frame() {
    return wire::parse_hub_frame(running_.wait(State::read(state_))).value();
  }
  void ping() { running_.wait(State::ping(state_)); }
  /// Of what the cloud's close frame said, after ends().
  std::string last_words() const { return state_->ws.reason().reason.c_str(); }
  void only_tls12(const char* cipher) {
    auto* tls = state_->ws.next_layer().native_handle();
    SSL_set_max_proto_version(tls, TLS1_2_VERSION);
    if (SSL_set_cipher_list(tls, cipher) != 1) throw std::runtime_error("no such cipher");
  }
  /// Reads until the cloud ends the link; messages before that are passed over.
  bool ends() { return running_.wait(State::ends(state_)); }
  void in_fragments_of(std::size_t bytes) { state_->ws.write_buffer_bytes(bytes); }

 private:
  struct State {
    State(const asio::any_io_executor& executor, const Pki& pki, const net::Identity& identity)
        : tls(net::make_client_tls({pki.ca.certificate_pem, identity}).value()),
          ws(net::Tcp::socket(executor), *tls) {}

    static asio::awaitable<websocket::response_type> open(std::shared_ptr<State> self, std::uint16_t port,
                                                          Fields fields) {
      const net::Tcp::endpoint cloud(asio::ip::address_v4::loopback(), port);
      auto& ws = self->ws;
      co_await ws.next_layer().next_layer().async_connect(cloud, asio::use_awaitable);
      co_await ws.next_layer().async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
      ws.set_option(websocket::stream_base::decorator([fields](websocket::request_type& request) {
        for (const auto& [name, value] : fields)
          request.set(name, value);
      }));
      websocket::response_type response;
      co_await ws.async_handshake(response, "127.0.0.1", "/project/node/events", net::kTuple);
      co_return response;
    }
    static asio::awaitable<void> send(std::shared_ptr<State> self, std::string text) {
      const auto buffer = asio::buffer(text);
      co_await self->ws.async_write(buffer, asio::use_awaitable);
    }
    static asio::awaitable<void> send_some(std::shared_ptr<State> self, bool last, std::string text) {
      self->ws.auto_fragment(false);
      const auto buffer = asio::buffer(text);
      co_await self->ws.async_write_some(last, buffer, asio::use_awaitable);
    }
    static asio::awaitable<std::string> read(std::shared_ptr<State> self) {
      boost::beast::flat_buffer buffer;
      co_await self->ws.async_read(buffer, asio::use_awaitable);
      co_return boost::beast::buffers_to_string(buffer.data());
    }
    static asio::awaitable<void> ping(std::shared_ptr<State> self) {
      co_await self->ws.async_ping({}, asio::use_awaitable);
    }
    static asio::awaitable<bool> ends(std::shared_ptr<State> self) {
      boost::beast::flat_buffer buffer;
      for (;;) {
        const auto [failed, size] = co_await self->ws.async_read(buffer, net::kTuple);
        if (failed) co_return true;
      }
    }
    void close() {
      boost::system::error_code ignored;
      ws.next_layer().next_layer().close(ignored);
    }

    net::TlsContext tls;
    websocket::stream<net::TlsStream> ws;
  };

  Running& running_;
  std::shared_ptr<State> state_;
};

/// What callbacks said, in order.
class Log {
 public:
  void add(const std::string& line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(line);
    changed_.notify_all();
  }
  bool wait_for(const std::vector<std::string>& lines) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return lines_ == lines; });
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

}  // namespace hearth::cloudhub
