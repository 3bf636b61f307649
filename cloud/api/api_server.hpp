// SPDX-License-Identifier: Apache-2.0
// The embedded Kubernetes-compatible API over HTTPS, with SQLite behind it. It knows kinds by their
// CustomResourceDefinition files and a few built-in ones; it knows nothing of devices.
// Thread: requests on their connection's strand; objects in memory on the store's strand (object_store.hpp);
// SQLite on the storage thread.
// Errors: always a Kubernetes Status.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cloud/access/audit_log.hpp"
#include "cloud/api/base/admission.hpp"
#include "cloud/api/base/json_view.hpp"
#include "cloud/api/fair_queue.hpp"
#include "cloud/api/kinds/resource_type.hpp"
#include "cloud/api/store/restoring.hpp"
#include "sdk/base/error.hpp"
#include "sdk/base/metrics.hpp"
#include "sdk/base/time.hpp"
#include "sdk/base/trace.hpp"
#include "sdk/net/http_server.hpp"
#include "sdk/net/tls.hpp"

namespace hearth::api {

struct ApiServerOptions {
  std::string listen = "127.0.0.1:7443";
  std::filesystem::path data_dir;
  std::vector<std::string> crd_documents;       ///< YAML texts of CustomResourceDefinitions
  std::map<std::string, Converter> converters;  ///< by resource, such as devices.devices.kubeedge.io
  std::map<std::string, Admission> admission;   ///< by Kind
  std::filesystem::path token_file;             ///< static bearer tokens; empty: none
  access::AuditOptions audit;                   ///< no file: no audit log
  std::vector<std::string> roles;               ///< YAML texts of roles and bindings there are from the start
  std::map<std::string, net::HttpHandler>
      pages;  ///< by path: other GET pages, for those who may read everything
  std::map<std::string, net::HttpHandler> actions;  ///< by path: POST, for those who may do everything
  FairQueueOptions fairness;
  std::size_t max_connections = 4096;
  /// A thousand watchers of one machine with room for all of them to come back at once; half of all, so that no machine
  /// alone keeps the others out.
  std::size_t max_connections_per_address = 2048;
};

/// The API for a part of this process: what a client over HTTPS would get, without the wire between.
class LocalApi {
 public:
  struct Request {
    std::string method = "GET";
    std::string target = "/";
    std::string content_type = "application/json";
    std::shared_ptr<nlohmann::json> body;  ///< taken; null: none
  };
  struct Reply {
    int status = 200;
    ObjectPtr document;  ///< shared with the server's memory; null for pages that are no JSON
  };
  struct List {
    std::optional<Reply> refusal;  ///< there is no list then
    std::vector<ObjectPtr> items;
    std::string resource_version;
  };
  using OnEvent = std::function<bool(const char* type, ObjectPtr object)>;

  virtual ~LocalApi() = default;
  virtual boost::asio::awaitable<Reply> call(Request request) = 0;
  /// A whole collection; paging options of the target count for nothing.
  virtual boost::asio::awaitable<List> list(std::string target) = 0;
  /// Runs and calls back on the awaiting executor until on_event returns false, close(), or its timeoutSeconds; a
  /// reply instead of nothing says why it could not go on. One at a time.
  virtual boost::asio::awaitable<std::optional<Reply>> watch(std::string target, OnEvent on_event) = 0;
  /// Any request with the answer as bytes.
  virtual boost::asio::awaitable<void> serve(net::HttpRequest request, net::ResponseWriter& writer) = 0;
  /// Ends the watch.
  virtual void close() = 0;
};

class ApiServer {
 public:
  ApiServer(boost::asio::any_io_executor executor, ApiServerOptions options, net::TlsContext tls,
            Metrics& metrics, Trace& trace, Clock clock = system_clock());
  ~ApiServer();

  /// Opens the store, loads it, makes the first namespaces, listens.
  Result<void> start();
  std::uint16_t port() const;
  void stop();

  /// Brings everything to that state, in one commit; `keep` puts aside what was there, before it. Kinds, roles and watches
  /// follow as after any other change.
  boost::asio::awaitable<Result<Restored>> restore(StoredState wanted, Keep keep);

  /// After start(). `organization` is what a client's certificate would say; the server's data lives as long as this.
  std::shared_ptr<LocalApi> local(boost::asio::any_io_executor executor,
                                  const std::string& organization) const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::api
