// SPDX-License-Identifier: Apache-2.0
// The host's small HTTP front on loopback: /metrics, /healthz, /readyz, and /trace for `hearthctl trace`.
// Thread: the io_context thread.   Errors: an address in use is an Error of start().
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <string>

#include "sdk/base/metrics.hpp"
#include "sdk/base/trace.hpp"
#include "sdk/net/http_server.hpp"

namespace hearth::host {

class HttpFront {
 public:
  struct Probes {
    std::function<bool()> ready;  ///< the broker is connected and devices are served
  };

  HttpFront(boost::asio::any_io_executor executor, std::string listen, Probes probes, const Metrics& metrics,
            const Trace& trace);

  Result<void> start();
  void stop();

 private:
  boost::asio::awaitable<void> answer(net::HttpRequest request, net::ResponseWriter& writer);

  Probes probes_;
  const Metrics& metrics_;
  const Trace& trace_;
  std::string address_;
  net::HttpServer server_;
};

}  // namespace hearth::host
