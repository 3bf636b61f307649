// SPDX-License-Identifier: Apache-2.0
// A Kubernetes API client: get, list, create, patch, delete, watch. The same for the embedded API, over HTTPS or
// within this process, and a cluster.
// Thread: one strand per client; make one for each activity.
// Errors: a Status of the server becomes an Error whose code is its reason and whose text is its message;
// link failures are class unavailable.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cloud/kube/transport.hpp"
#include "sdk/base/error.hpp"
#include "sdk/net/http_client.hpp"

namespace hearth::kube {

/// Where a server is and how to show who one is.
struct Access {
  net::Url server;
  std::string ca_pem;
  std::optional<net::Identity> identity;
  std::string bearer_token;
  std::filesystem::path token_file;  ///< read anew as it ages: service account tokens are rotated; wins
  std::string ns = "default";
  TransportFactory local;  ///< set: the server is in this process and reached by this; the rest is not needed
};
/// The current context of a kubeconfig file; certificates inline (…-data) or by path. What would weaken or
/// bypass the check of the server (insecure-skip-tls-verify) and what needs other programs (exec) is refused.
Result<Access> load_kubeconfig(const std::filesystem::path& file);

/// What a pod finds: the service account's folder, and KUBERNETES_SERVICE_HOST and _PORT.
struct ServiceAccount {
  std::filesystem::path dir = "/var/run/secrets/kubernetes.io/serviceaccount";
  std::string host;
  std::string port;
};
/// From the process's environment.
ServiceAccount service_account_of_pod();
/// Unavailable "NotInCluster" outside a pod.
Result<Access> in_cluster_access(const ServiceAccount& account = service_account_of_pod());

enum class PatchType { merge, json, strategic, apply };

class KubeClient {
 public:
  /// `user_agent` up to its "/" is the fieldManager of writes whose path names none. Certificates that cannot
  /// be used are reported by the first request.
  KubeClient(boost::asio::any_io_executor executor, Access access, std::string user_agent);
  ~KubeClient();
  KubeClient(const KubeClient&) = delete;
  KubeClient& operator=(const KubeClient&) = delete;

  boost::asio::awaitable<Result<nlohmann::json>> get(std::string path);
  /// The same without a copy.
  boost::asio::awaitable<Result<ObjectPtr>> get_object(std::string path);
  /// All pages of one snapshot. Items carry kind and apiVersion, also where the server leaves them out.
  struct List {
    std::vector<nlohmann::json> items;
    std::string resource_version;
  };
  boost::asio::awaitable<Result<List>> list(std::string path);
  /// The same without copies.
  boost::asio::awaitable<Result<ObjectList>> list_objects(std::string path);
  boost::asio::awaitable<Result<nlohmann::json>> create(std::string path, nlohmann::json object);
  boost::asio::awaitable<Result<nlohmann::json>> replace(std::string path, nlohmann::json object);
  boost::asio::awaitable<Result<nlohmann::json>> patch(std::string path, PatchType type, nlohmann::json body);
  /// The same; the object as it is now, without a copy.
  boost::asio::awaitable<Result<ObjectPtr>> patch_object(std::string path, PatchType type,
                                                         nlohmann::json body);
  boost::asio::awaitable<Result<nlohmann::json>> remove(std::string path);
  /// Until the server ends it or on_event returns false. Bookmarks are asked for and passed on. An ERROR event
  /// ends it as an Error (too old a version: conflict "Expired").
  boost::asio::awaitable<Result<void>> watch(std::string path, std::string resource_version,
                                             std::function<bool(WatchEvent)> on_event);
  /// Anything else of the server, such as /trace; the credentials are added, the status is the caller's.
  boost::asio::awaitable<Result<net::HttpResponse>> raw(net::HttpRequest request);
  /// An endless answer line by line (at most 8 MiB each), until its end, on_line returns false, or nothing
  /// came for `idle`. Other statuses than 200 become Errors.
  boost::asio::awaitable<Result<void>> lines(net::HttpRequest request,
                                             std::function<bool(std::string_view)> on_line,
                                             std::chrono::milliseconds idle);
  /// Cancels what is under way.
  void close();

 private:
  boost::asio::awaitable<Result<ObjectPtr>> exchange(ApiRequest request);
  boost::asio::awaitable<Result<ObjectPtr>> write(std::string method, std::string path, std::string type,
                                                  nlohmann::json body);
  std::string managed(std::string path) const;

  std::string field_manager_;
  std::shared_ptr<Transport> transport_;
};

/// Path of a collection or an object: path("devices", "default", "lamp") of devices.kubeedge.io/v1beta1; core
/// kinds with an empty group.
std::string resource_path(const std::string& group, const std::string& version, const std::string& plural,
                          const std::string& ns = "", const std::string& name = "",
                          const std::string& subresource = "");
/// The path with one more query parameter, percent-encoded.
std::string with_query(std::string path, std::string_view key, std::string_view value);

}  // namespace hearth::kube
