// SPDX-License-Identifier: Apache-2.0
// A Kubernetes API client over HTTPS: get, list, create, patch, delete, watch. The same for the embedded API
// and a cluster. Thread: one strand per client; make one for each activity.   Errors: a Status of the server
// becomes an Error whose code is its reason and whose text is its message; link failures are class
// unavailable.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sdk/base/error.hpp"
#include "sdk/net/http_client.hpp"

namespace hearth::kube {

/// Where a server is and how to show who one is.
struct Access {
  net::Url server;
  std::string ca_pem;
  std::optional<net::Identity> identity;
  std::string bearer_token;
  std::string ns = "default";
};
/// The current context of a kubeconfig file; certificates inline (…-data) or by path.
Result<Access> load_kubeconfig(const std::filesystem::path& file);

enum class PatchType { merge, json, strategic, apply };

class KubeClient {
 public:
  KubeClient(boost::asio::any_io_executor executor, Access access, std::string user_agent);
  ~KubeClient();

  boost::asio::awaitable<Result<nlohmann::json>> get(std::string path);
  /// All pages; an empty list is an empty array. `resource_version` of the list is put out.
  struct List {
    std::vector<nlohmann::json> items;
    std::string resource_version;
  };
  boost::asio::awaitable<Result<List>> list(std::string path);
  boost::asio::awaitable<Result<nlohmann::json>> create(std::string path, nlohmann::json object);
  boost::asio::awaitable<Result<nlohmann::json>> replace(std::string path, nlohmann::json object);
  boost::asio::awaitable<Result<nlohmann::json>> patch(std::string path, PatchType type, nlohmann::json body);
  boost::asio::awaitable<Result<nlohmann::json>> remove(std::string path);
  /// Until the server ends it or on_event returns false. Event = {"type","object"}.
  boost::asio::awaitable<Result<void>> watch(std::string path, std::string resource_version,
                                             std::function<bool(nlohmann::json)> on_event);
  /// Anything else of the server, such as /trace.
  boost::asio::awaitable<Result<net::HttpResponse>> raw(net::HttpRequest request);
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

/// Path of a collection or an object: path("devices", "default", "lamp") of devices.kubeedge.io/v1beta1; core
/// kinds with an empty group.
std::string resource_path(const std::string& group, const std::string& version, const std::string& plural,
                          const std::string& ns = "", const std::string& name = "",
                          const std::string& subresource = "");

}  // namespace hearth::kube
