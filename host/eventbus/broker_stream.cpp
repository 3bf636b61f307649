// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/broker_stream.hpp"

#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <utility>

#include "host/eventbus/broker_problems.hpp"

namespace hearth::eventbus {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using boost::system::error_code;

constexpr int kUnansweredMs = 15'000;  // of what was sent: a cut wire is noticed by then

Result<net::TlsContext> make_tls(const BrokerTls& options) {
  if (const auto usable = check_tls_files(options); !usable) return usable.error();
  auto made = net::make_client_tls({});
  if (!made) return made.error();
  auto& context = **made;
  error_code failed;
  context.set_verify_mode(ssl::verify_peer, failed);
  if (options.ca.empty()) {
    context.set_default_verify_paths(failed);
  } else {
    context.load_verify_file(options.ca, failed);
  }
  if (!failed && !options.cert.empty()) context.use_certificate_chain_file(options.cert, failed);
  if (!failed && !options.key.empty()) context.use_private_key_file(options.key, ssl::context::pem, failed);
  if (failed) return invalid("BadBrokerTls", "its TLS files cannot be used: " + failed.message());
  return made;
}

}  // namespace

Result<void> BrokerDial::start(const BrokerTls& tls) {
  if (address_.tls) {
    auto context = make_tls(tls);
    if (!context) return context.error();
    tls_ = std::move(*context);
  }
  error_code no_address;
  const auto address = asio::ip::make_address(address_.host, no_address);
  if (no_address) {
    resolve();
  } else {
    connect(net::Tcp::resolver::results_type::create(net::Tcp::endpoint(address, address_.port), "", ""));
  }
  return {};
}

void BrokerDial::cancel() {
  cancelled_ = true;
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
  if (stream_) stream_->close();
}

void BrokerDial::resolve() {
  resolver_.async_resolve(address_.host, std::to_string(address_.port),
                          [self = shared_from_this()](const error_code& error,
                                                      const net::Tcp::resolver::results_type& endpoints) {
                            if (self->cancelled_) return;
                            if (error)
                              return self->failed_("the name " + self->address_.host + " is not known");
                            self->connect(endpoints);
                          });
}

void BrokerDial::connect(const net::Tcp::resolver::results_type& endpoints) {
  asio::async_connect(socket_, endpoints,
                      [self = shared_from_this()](const error_code& error, const net::Tcp::endpoint&) {
                        if (self->cancelled_) return;
                        error ? self->done(error) : self->shake_hands();
                      });
}

void BrokerDial::shake_hands() {
  error_code ignored;
  socket_.set_option(net::Tcp::no_delay(true), ignored);
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kUnansweredMs, sizeof kUnansweredMs);
  acknowledge_at_once(socket_);
  stream_ = std::make_unique<net::AnyStream>(std::move(socket_), tls_);
  auto* const tls = stream_->tls();
  if (tls == nullptr) return done({});
  error_code not_an_address;
  asio::ip::make_address(address_.host, not_an_address);
  if (not_an_address) SSL_set_tlsext_host_name(tls->native_handle(), address_.host.c_str());
  tls->set_verify_callback(ssl::host_name_verification(address_.host), ignored);
  tls->async_handshake(ssl::stream_base::client, [self = shared_from_this()](const error_code& error) {
    if (!self->cancelled_) self->done(error);
  });
}

void BrokerDial::done(const error_code& error) {
  if (error) return failed_(link_problem(error));
  connected_(std::move(stream_));
}

void acknowledge_at_once(net::Tcp::socket& socket) {
  constexpr int kOn = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &kOn, sizeof kOn);
}

}  // namespace hearth::eventbus
