// SPDX-License-Identifier: Apache-2.0
#include "host/http_front.hpp"

#include <spdlog/spdlog.h>

#include "sdk/net/trace_stream.hpp"

namespace hearth::host {
namespace {

net::HttpServerOptions server_options(std::string listen) {
  net::HttpServerOptions options;
  options.listen = std::move(listen);
  options.max_body = 0;
  options.max_connections = 64;
  options.name = "host http";
  return options;
}

net::HttpResponse plain(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

std::string_view path_of(const net::HttpRequest& request) {
  return std::string_view(request.target).substr(0, request.target.find('?'));
}

}  // namespace

HttpFront::HttpFront(boost::asio::any_io_executor executor, std::string listen, Probes probes,
                     const Metrics& metrics, const Trace& trace)
    : probes_(std::move(probes)),
      metrics_(metrics),
      trace_(trace),
      address_(listen.substr(0, listen.rfind(':'))),
      server_(std::move(executor), server_options(std::move(listen)),
              [this](net::HttpRequest request, net::ResponseWriter& writer) {
                return answer(std::move(request), writer);
              }) {}

Result<void> HttpFront::start() {
  const auto started = server_.start();
  if (started)
    spdlog::info("host: http://{}:{} serves /metrics, /healthz, /readyz", address_, server_.port());
  return started;
}

void HttpFront::stop() {
  server_.stop();
}

boost::asio::awaitable<void> HttpFront::answer(net::HttpRequest request, net::ResponseWriter& writer) {
  const auto path = path_of(request);
  if (path == "/trace") {
    co_await net::serve_trace(std::move(request), writer, trace_);
    co_return;
  }
  auto response = plain(404, "not found\n");
  if (path == "/healthz") response = plain(200, "ok\n");
  if (path == "/readyz")
    response = probes_.ready() ? plain(200, "ok\n") : plain(503, "the broker is not connected\n");
  if (path == "/metrics") response = plain(200, metrics_.text());
  co_await writer.send(std::move(response));
}

}  // namespace hearth::host
