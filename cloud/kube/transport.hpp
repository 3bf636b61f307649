// SPDX-License-Identifier: Apache-2.0
// How a client's requests reach the server and its answers come back: over HTTPS, or directly where the server is in
// this process. Answers of the latter share the server's own memory.
// Thread: one strand, that of the client.   Errors: link failures; statuses are the caller's.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/object/object.hpp"
#include "sdk/base/error.hpp"
#include "sdk/net/http.hpp"

namespace hearth::kube {

/// An object as the server sent it; never changes.
using object::Object;
using object::ObjectPtr;

struct ApiRequest {
  std::string method = "GET";
  std::string target = "/";
  std::string content_type;  ///< of the body
  nlohmann::json body;       ///< null: none
};

struct ApiReply {
  int status = 200;
  ObjectPtr document;  ///< null where the answer was empty
};

/// A whole collection in one state.
struct ObjectList {
  std::vector<ObjectPtr> items;
  std::string resource_version;
};

/// ADDED, MODIFIED, DELETED, BOOKMARK; an ERROR never comes out, it ends the watch.
struct WatchEvent {
  std::string type;
  ObjectPtr object;
};

class Transport {
 public:
  using OnEvent = std::function<bool(WatchEvent)>;
  using OnLine = std::function<bool(std::string_view)>;

  virtual ~Transport() = default;
  /// Refusals of the server are answers here, or already Errors. An answer that is no JSON is "BadAnswer".
  virtual boost::asio::awaitable<Result<ApiReply>> exchange(ApiRequest request) = 0;
  /// All pages of one snapshot; refusals of the server are Errors. Items carry kind and apiVersion.
  virtual boost::asio::awaitable<Result<ObjectList>> list(std::string path) = 0;
  /// Until the server ends it or on_event returns false.
  virtual boost::asio::awaitable<Result<void>> watch(std::string target, OnEvent on_event) = 0;
  virtual boost::asio::awaitable<Result<net::HttpResponse>> raw(net::HttpRequest request) = 0;
  virtual boost::asio::awaitable<Result<void>> lines(net::HttpRequest request, OnLine on_line,
                                                     std::chrono::milliseconds idle) = 0;
  /// Cancels what is under way.
  virtual void close() = 0;
};

/// Makes a client's own transport.
using TransportFactory = std::function<std::shared_ptr<Transport>(boost::asio::any_io_executor executor,
                                                                  const std::string& user_agent)>;

}  // namespace hearth::kube
