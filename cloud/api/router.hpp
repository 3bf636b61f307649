// SPDX-License-Identifier: Apache-2.0
// From an HTTP request to the handler that answers it.
// Thread: serve() on each connection's strand; what it refers to is shared read-only or thread-safe.
// Errors: all become Statuses; an exception is logged and answered 500.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "cloud/api/call.hpp"
#include "cloud/api/fair_gate.hpp"
#include "cloud/api/handlers.hpp"
#include "cloud/api/openapi_pages.hpp"
#include "sdk/base/metrics.hpp"
#include "sdk/base/trace.hpp"
#include "sdk/net/http_server.hpp"

namespace hearth::api {

class Router {
 public:
  Router(Services services, const FairQueueOptions& fairness, Metrics& metrics, const Trace& trace);

  /// Before serve(). Answers GET of exactly this path, to those who may read everything.
  void add_page(const std::string& path, net::HttpHandler page) { pages_["GET " + path] = std::move(page); }
  /// The same of POST, to those who may do everything.
  void add_action(const std::string& path, net::HttpHandler action) {
    pages_["POST " + path] = std::move(action);
  }

  boost::asio::awaitable<void> serve(net::HttpRequest request, net::ResponseWriter& writer) const;

  /// For callers of this process; the request names them as its peer. They wait for nobody.
  boost::asio::awaitable<void> serve_locally(net::HttpRequest request, net::ResponseWriter& writer) const;
  /// `document` is the body, or null.
  boost::asio::awaitable<Response> call(net::HttpRequest request,
                                        std::shared_ptr<nlohmann::json> document) const;
  boost::asio::awaitable<Answer<Snapshot>> list(net::HttpRequest request) const;
  boost::asio::awaitable<Answer<void>> watch(net::HttpRequest request, std::shared_ptr<WatchQueue> queue,
                                             OnEvent on_event) const;

 private:
  Answer<std::shared_ptr<Call>> make_call(net::HttpRequest request) const;
  /// A call that may be made, and is of that verb.
  Answer<CallPtr> make_local_call(net::HttpRequest request, std::string_view wanted) const;
  /// What is no object: answered for GET and HEAD alone.
  Answer<Response> serve_page(const Call& call) const;
  Answer<Response> find_page(const Call& call) const;
  Reply serve_object(CallPtr call, std::string_view verb) const;
  boost::asio::awaitable<Answer<Response>> answer(CallPtr call, std::string_view verb) const;
  boost::asio::awaitable<Response> guarded_answer(CallPtr call, std::string_view verb) const;
  boost::asio::awaitable<void> respond(net::HttpRequest request, net::ResponseWriter* writer,
                                       bool local) const;
  boost::asio::awaitable<void> dispatch(CallPtr call, net::ResponseWriter* writer) const;
  boost::asio::awaitable<void> conclude(CallPtr call, Response response, net::ResponseWriter* writer,
                                        FairGate::Place place) const;
  /// Of a page handed in, or of the trace.
  boost::asio::awaitable<void> serve_stream(CallPtr call, const net::HttpHandler* page,
                                            net::ResponseWriter* writer) const;
  boost::asio::awaitable<void> stream(CallPtr call, net::ResponseWriter* writer, FairGate::Place place) const;
  /// Null for what is no such page.
  const net::HttpHandler* page_of(const Call& call) const;
  void count(const CallPtr& call, std::string_view verb, int status) const;
  /// A line of the audit log, if there is one; its id, or nothing.
  std::string note(const Call& call, std::string_view verb, int status, const char* stage) const;
  void note_unknown(const net::HttpRequest& request, int status) const;

  Services services_;
  Metrics& metrics_;
  mutable WatchPace pace_;
  const Trace& trace_;
  std::unique_ptr<FairGate> gate_;
  OpenApiPages openapi_;
  std::map<std::string, net::HttpHandler> pages_;  ///< by method and path
};

}  // namespace hearth::api
