// SPDX-License-Identifier: Apache-2.0
// The embedded Kubernetes-compatible API over HTTPS, with SQLite behind it. It knows kinds by their
// CustomResourceDefinition files and a few built-in ones; it knows nothing of devices.
// Thread: requests on their connection's strand; objects in memory behind the store's lock-free snapshots or
// strand (see store.hpp); SQLite on the storage thread.   Errors: always a Kubernetes Status.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sdk/base/error.hpp"
#include "sdk/base/metrics.hpp"
#include "sdk/base/time.hpp"
#include "sdk/base/trace.hpp"
#include "sdk/net/tls.hpp"

namespace hearth::api {

/// One reason to refuse a write, as Kubernetes' causes have it.
struct Violation {
  std::string field;    ///< spec.properties[0].desired.value
  std::string reason;   ///< FieldValueInvalid, FieldValueNotFound, …
  std::string message;  ///< what stands after the field in the message
};

/// Rules beyond the schema, set by the composition root: called before an object is stored (not for status
/// writes). `find` looks up another object of the same API: find("devices.kubeedge.io", "devicemodels", ns,
/// name).
using Find = std::function<std::optional<nlohmann::json>(const std::string& group, const std::string& plural,
                                                         const std::string& ns, const std::string& name)>;
using Admission = std::function<std::vector<Violation>(const nlohmann::json& object,
                                                       const nlohmann::json* old_object, const Find& find)>;

struct ApiServerOptions {
  std::string listen = "127.0.0.1:7443";
  std::filesystem::path data_dir;
  std::vector<std::string> crd_documents;      ///< YAML texts of CustomResourceDefinitions
  std::map<std::string, Admission> admission;  ///< by Kind
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
