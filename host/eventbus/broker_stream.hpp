// SPDX-License-Identifier: Apache-2.0
// The way to a broker: its name resolved, TCP connected, TLS's handshake made where the address asks for it.
// Thread: the host's io_context thread; nothing waits for the network.   Errors: a sentence for a user, to `failed`.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "host/eventbus/broker_address.hpp"
#include "host/eventbus/event_bus.hpp"
#include "sdk/net/stream.hpp"

namespace hearth::eventbus {

/// One attempt. Neither function is called from within a member, and none after cancel().
class BrokerDial : public std::enable_shared_from_this<BrokerDial> {
 public:
  using Stream = std::unique_ptr<net::AnyStream>;
  using Connected = std::function<void(Stream)>;
  using Failed = std::function<void(std::string why)>;

  BrokerDial(boost::asio::io_context& io, BrokerAddress address, Connected connected, Failed failed)
      : address_(std::move(address)),
        resolver_(io),
        socket_(io),
        connected_(std::move(connected)),
        failed_(std::move(failed)) {}

  /// A file that TLS needs and that cannot be used is an Error; then nothing follows.
  Result<void> start(const BrokerTls& tls);
  void cancel();

 private:
  void resolve();
  void connect(const net::Tcp::resolver::results_type& endpoints);
  void shake_hands();
  void done(const boost::system::error_code& error);

  BrokerAddress address_;
  net::Tcp::resolver resolver_;
  net::Tcp::socket socket_;
  net::TlsContext tls_;  ///< null: plain
  Stream stream_;
  Connected connected_;
  Failed failed_;
  bool cancelled_ = false;
};

/// Mosquitto sends with Nagle's algorithm unless its configuration says otherwise: a message of its waits for our
/// TCP to confirm the one before, which the kernel by itself puts off for 40 ms. It forgets this wish as it goes.
void acknowledge_at_once(net::Tcp::socket& socket);

}  // namespace hearth::eventbus
