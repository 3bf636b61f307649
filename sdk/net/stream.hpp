// SPDX-License-Identifier: Apache-2.0
// What server and client share below HTTP: one byte stream that is TLS or plain, and a deadline for it.
// Thread: the strand of its socket.   Errors: as error_code of the operations.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "sdk/net/tls.hpp"

namespace hearth::net {

using Tcp = boost::asio::ip::tcp;
using TlsStream = boost::beast::ssl_stream<Tcp::socket>;

/// Errors as values: `auto [failed, size] = co_await …(buffer, kTuple)`.
inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

/// An Asio AsyncStream over either kind of socket.
class AnyStream {
 public:
  using executor_type = Tcp::socket::executor_type;

  AnyStream(Tcp::socket socket, TlsContext context) : context_(std::move(context)) {
    if (context_) {
      tls_.emplace(std::move(socket), *context_);
    } else {
      plain_.emplace(std::move(socket));
    }
  }

  executor_type get_executor() { return socket().get_executor(); }
  Tcp::socket& socket() { return tls_ ? tls_->next_layer() : *plain_; }
  /// Null for plain streams.
  TlsStream* tls() { return tls_ ? &*tls_ : nullptr; }

  void close() {
    boost::system::error_code ignored;
    socket().shutdown(Tcp::socket::shutdown_both, ignored);
    socket().close(ignored);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, Buffers into) {
          if (tls_) {
            tls_->async_read_some(into, std::move(handler));
          } else {
            plain_->async_read_some(into, std::move(handler));
          }
        },
        token, buffers);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, Buffers from) {
          if (tls_) {
            tls_->async_write_some(from, std::move(handler));
          } else {
            plain_->async_write_some(from, std::move(handler));
          }
        },
        token, buffers);
  }

 private:
  TlsContext context_;
  std::optional<TlsStream> tls_;
  std::optional<Tcp::socket> plain_;
};

/// Runs a function once unless stopped or started anew before.
class Deadline {
 public:
  explicit Deadline(const boost::asio::any_io_executor& executor)
      : state_(std::make_shared<State>(executor)) {}
  ~Deadline() { stop(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void start(std::chrono::milliseconds after, std::function<void()> expired) {
    const auto mine = ++state_->generation;
    state_->timer.expires_after(after);
    state_->timer.async_wait(
        [state = state_, mine, expired = std::move(expired)](boost::system::error_code cancelled) {
          // A timer that fired just before stop() comes here without an error, but too late.
          if (!cancelled && mine == state->generation) expired();
        });
  }
  void stop() {
    ++state_->generation;
    state_->timer.cancel();
  }

 private:
  struct State {
    explicit State(const boost::asio::any_io_executor& executor) : timer(executor) {}
    boost::asio::steady_timer timer;
    std::uint64_t generation = 0;
  };
  std::shared_ptr<State> state_;
};

}  // namespace hearth::net
