// SPDX-License-Identifier: Apache-2.0
// One WebSocket link to CloudHub, from dialling to its end: headers, keepalives, bounded sending in batches, dead peer
// detection. A new object for each attempt.
// Thread: the io_context's one thread.   Errors: open() and run() give the reason, for a user.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sdk/base/error.hpp"
#include "sdk/net/http_client.hpp"
#include "sdk/net/tls.hpp"
#include "sdk/wire/hub_message.hpp"

namespace hearth::edgehub {

struct SessionOptions {
  net::Url cloud;
  std::string node_name;
  std::string project_id;
  std::string instance;  ///< this start of the host, for a Hearth cloud
  net::TlsContext tls;
  std::chrono::milliseconds keepalive{15'000};
  std::chrono::milliseconds ping_interval{5'000};   ///< WebSocket pings, which the peer answers
  std::chrono::milliseconds silence_limit{15'000};  ///< nothing heard for so long ends the link
  /// Short: TCP tries again ever more rarely, so dialling anew finds a network that is back sooner.
  std::chrono::milliseconds connect_limit{5'000};
  std::chrono::milliseconds open_limit{15'000};    ///< for TLS, and for the upgrade
  std::chrono::milliseconds write_limit{15'000};   ///< for one frame
  std::size_t max_queued_bytes = 4 * 1024 * 1024;  ///< one message may be longer
};

struct SessionHandlers {
  std::function<void(std::string_view)> frame;
  /// After a send() that was refused: half of the queue is free again.
  std::function<void()> room = [] {};
};

class Session {
 public:
  Session(boost::asio::io_context& io, SessionOptions options, SessionHandlers handlers);
  ~Session();

  boost::asio::awaitable<Result<void>> open();
  /// After open(): sends the first keepalive at once, and reads until the link ends. Returns why it ended.
  boost::asio::awaitable<Error> run();
  /// False: the queue is full, or the link has ended. To a Hearth cloud, what queues up while a frame is being written
  /// goes out as one.
  bool send(const wire::HubMessage& message);
  /// Sends what is queued and a close frame; run() ends within a second.
  void close();
  bool hearth_peer() const;
  /// What the cloud asked for when it refused or closed the link; zero: nothing.
  std::chrono::seconds retry_after() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::edgehub
