// SPDX-License-Identifier: Apache-2.0
// The embedded Kubernetes-compatible API over HTTPS, with SQLite behind it. It knows kinds by their
// CustomResourceDefinition files and a few built-in ones; it knows nothing of devices.
// Thread: requests on their connection's strand; objects in memory on the store's strand (object_store.hpp);
// SQLite on the storage thread.
// Errors: always a Kubernetes Status.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cloud/api/admission.hpp"
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
  std::vector<std::string> crd_documents;      ///< YAML texts of CustomResourceDefinitions
  std::map<std::string, Admission> admission;  ///< by Kind
  std::map<std::string, net::HttpHandler> pages;  ///< by path: other GET pages, for those who may read everything
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

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::api
