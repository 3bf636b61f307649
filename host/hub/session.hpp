// SPDX-License-Identifier: Apache-2.0
// One WebSocket link to CloudHub, from dialling to its end: headers, keepalives, bounded sending, dead peer
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

namespace hearth::edgehub {

struct SessionOptions {
  net::Url cloud;
  std::string node_name;
  std::string project_id;
  net::TlsContext tls;
  std::chrono::milliseconds keepalive{15'000};
  std::chrono::milliseconds open_limit{30'000};   ///< for TCP and TLS together, and for the upgrade
  std::chrono::milliseconds write_limit{15'000};  ///< for one frame
  std::size_t max_queued_bytes = 8 * 1024 * 1024;
};

class Session {
 public:
  using FrameHandler = std::function<void(std::string_view)>;

  Session(boost::asio::io_context& io, SessionOptions options, FrameHandler on_frame);
  ~Session();

  boost::asio::awaitable<Result<void>> open();
  /// After open(): sends the first keepalive at once, and reads until the link ends. Returns why it ended.
  boost::asio::awaitable<Error> run();
  /// False: the queue is full, or the link has ended.
  bool send(std::string frame);
  /// Sends what is queued and a close frame; run() ends within a second.
  void close();
  bool hearth_peer() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::edgehub
