// SPDX-License-Identifier: Apache-2.0
// `--broker managed`: starts a Mosquitto of our own on loopback with a generated config, and again when it
// ends.
// Thread: the host's io_context thread.
// Errors: a missing mosquitto program or a port in use gives an Error at start.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "sdk/base/error.hpp"

namespace hearth::eventbus {

struct ManagedBrokerOptions {
  std::filesystem::path data_dir;               ///< config, log and persistence go below data_dir/mosquitto
  std::uint16_t port = 1883;                    ///< 0: any free one
  std::filesystem::path program = "mosquitto";  ///< looked up in PATH, /usr/sbin too
};

class ManagedBroker {
 public:
  ManagedBroker(boost::asio::io_context& io, ManagedBrokerOptions options);
  ~ManagedBroker();
  /// Starts the program and waits until it listens (5 s at most).
  boost::asio::awaitable<Result<void>> start();
  std::uint16_t port() const;
  int pid() const;
  /// SIGTERM, then SIGKILL after 2 s.
  boost::asio::awaitable<void> stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::eventbus
