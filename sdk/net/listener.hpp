// SPDX-License-Identifier: Apache-2.0
// A TCP listener: accepts sockets, each on a strand of its own, and hands them on.
// Thread: start() once; stop() from any, more than once; sockets come on the listener's strand.
// Errors: the address that cannot be bound, with the cause; a failing accept (no descriptors left) waits and
// tries again.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sdk/base/error.hpp"

namespace hearth::net {

class Listener {
 public:
  using Accepted = std::function<void(boost::asio::ip::tcp::socket)>;

  explicit Listener(boost::asio::any_io_executor executor);
  ~Listener();

  /// `name` is for log lines.
  Result<void> start(const std::string& address, std::string name, Accepted accepted);
  /// 0 before start().
  std::uint16_t port() const;
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::net
