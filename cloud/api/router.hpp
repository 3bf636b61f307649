// SPDX-License-Identifier: Apache-2.0
// From an HTTP request to the handler that answers it.
// Thread: serve() on each connection's strand; what it refers to is shared read-only or thread-safe.
// Errors: all become Statuses; an exception is logged and answered 500.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "cloud/api/call.hpp"
#include "cloud/api/handlers.hpp"
#include "cloud/api/openapi_pages.hpp"
#include "sdk/base/metrics.hpp"
#include "sdk/base/trace.hpp"
#include "sdk/net/http_server.hpp"

namespace hearth::api {

class Router {
 public:
  Router(Services services, Metrics& metrics, const Trace& trace);

  /// Before serve(). Answers GET of exactly this path, to those who may read everything.
  void add_page(std::string path, net::HttpHandler page) { pages_[std::move(path)] = std::move(page); }

  boost::asio::awaitable<void> serve(net::HttpRequest request, net::ResponseWriter& writer) const;

 private:
  Answer<CallPtr> make_call(net::HttpRequest request) const;
  Answer<net::HttpResponse> serve_page(const Call& call) const;
  Reply serve_object(CallPtr call, std::string_view verb) const;
  boost::asio::awaitable<Answer<net::HttpResponse>> answer(CallPtr call, std::string_view verb) const;
  boost::asio::awaitable<void> dispatch(CallPtr call, net::ResponseWriter* writer) const;
  boost::asio::awaitable<void> watch(CallPtr call, net::ResponseWriter* writer) const;
  boost::asio::awaitable<void> respond(std::string_view verb, net::HttpResponse response,
                                       net::ResponseWriter* writer) const;

  Services services_;
  Metrics& metrics_;
  prometheus::Gauge& watches_;
  const Trace& trace_;
  OpenApiPages openapi_;
  std::map<std::string, net::HttpHandler> pages_;
};

}  // namespace hearth::api
