// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/kube_client.hpp"

#include <fmt/format.h>

#include <random>

#include "cloud/kube/https_transport.hpp"
#include "cloud/kube/json_access.hpp"
#include "cloud/kube/status.hpp"

namespace hearth::kube {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

std::string_view content_type(PatchType type) {
  switch (type) {
    case PatchType::merge:
      return "application/merge-patch+json";
    case PatchType::json:
      return "application/json-patch+json";
    case PatchType::strategic:
      return "application/strategic-merge-patch+json";
    case PatchType::apply:
      return "application/apply-patch+yaml";
  }
  return "application/json";
}

/// So that many watches begun together do not end together.
int watch_seconds() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_int_distribution<int>(300, 600)(engine);
}

bool is_unreserved(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += is_unreserved(byte) ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return encoded;
}

}  // namespace

KubeClient::KubeClient(asio::any_io_executor executor, Access access, std::string user_agent)
    : field_manager_(user_agent.substr(0, user_agent.find('/'))),
      transport_(access.local ? access.local(executor, user_agent)
                              : make_https_transport(executor, std::move(access), user_agent)) {}

KubeClient::~KubeClient() {
  close();
}

void KubeClient::close() {
  transport_->close();
}

std::string KubeClient::managed(std::string path) const {
  if (path.find("fieldManager=") != std::string::npos) return path;
  return with_query(std::move(path), "fieldManager", field_manager_);
}

asio::awaitable<Result<net::HttpResponse>> KubeClient::raw(net::HttpRequest request) {
  const auto transport = transport_;
  auto response = co_await transport->raw(std::move(request));
  co_return response;
}

asio::awaitable<Result<ObjectPtr>> KubeClient::exchange(ApiRequest request) {
  const auto transport = transport_;
  auto reply = co_await transport->exchange(std::move(request));
  if (!reply) co_return reply.error();
  static const ObjectPtr kNothing = Object::of(json());
  auto document = reply->document ? std::move(reply->document) : kNothing;
  if (reply->status < 200 || reply->status > 299) co_return document_error(reply->status, document->tree());
  co_return document;
}

asio::awaitable<Result<ObjectPtr>> KubeClient::get_object(std::string path) {
  ApiRequest request;
  request.target = std::move(path);
  auto answer = co_await exchange(std::move(request));
  co_return answer;
}

asio::awaitable<Result<json>> KubeClient::get(std::string path) {
  const auto answer = co_await get_object(std::move(path));
  if (!answer) co_return answer.error();
  co_return (*answer)->tree();
}

asio::awaitable<Result<ObjectList>> KubeClient::list_objects(std::string path) {
  const auto transport = transport_;
  auto list = co_await transport->list(std::move(path));
  co_return list;
}

asio::awaitable<Result<KubeClient::List>> KubeClient::list(std::string path) {
  const auto objects = co_await list_objects(std::move(path));
  if (!objects) co_return objects.error();
  List list{{}, objects->resource_version};
  for (const auto& item : objects->items)
    list.items.push_back(item->tree());
  co_return list;
}

asio::awaitable<Result<ObjectPtr>> KubeClient::write(std::string method, std::string path, std::string type,
                                                     json body) {
  ApiRequest request;
  request.method = std::move(method);
  request.target = std::move(path);
  request.content_type = std::move(type);
  request.body = std::move(body);
  auto answer = co_await exchange(std::move(request));
  co_return answer;
}

asio::awaitable<Result<json>> KubeClient::create(std::string path, json object) {
  const auto answer = co_await write("POST", managed(std::move(path)), "application/json", std::move(object));
  if (!answer) co_return answer.error();
  co_return (*answer)->tree();
}

asio::awaitable<Result<json>> KubeClient::replace(std::string path, json object) {
  const auto answer = co_await write("PUT", managed(std::move(path)), "application/json", std::move(object));
  if (!answer) co_return answer.error();
  co_return (*answer)->tree();
}

asio::awaitable<Result<ObjectPtr>> KubeClient::patch_object(std::string path, PatchType type, json body) {
  std::string media(content_type(type));
  auto answer = co_await write("PATCH", managed(std::move(path)), std::move(media), std::move(body));
  co_return answer;
}

asio::awaitable<Result<json>> KubeClient::patch(std::string path, PatchType type, json body) {
  const auto answer = co_await patch_object(std::move(path), type, std::move(body));
  if (!answer) co_return answer.error();
  co_return (*answer)->tree();
}

asio::awaitable<Result<json>> KubeClient::remove(std::string path) {
  json options = json::object();
  options["propagationPolicy"] = "Background";
  const auto answer = co_await write("DELETE", std::move(path), "application/json", std::move(options));
  if (!answer) co_return answer.error();
  co_return (*answer)->tree();
}

asio::awaitable<Result<void>> KubeClient::lines(net::HttpRequest request,
                                                std::function<bool(std::string_view)> on_line,
                                                std::chrono::milliseconds idle) {
  const auto transport = transport_;
  auto ended = co_await transport->lines(std::move(request), std::move(on_line), idle);
  co_return ended;
}

asio::awaitable<Result<void>> KubeClient::watch(std::string path, std::string resource_version,
                                                std::function<bool(WatchEvent)> on_event) {
  auto target = with_query(std::move(path), "watch", "true");
  target = with_query(std::move(target), "allowWatchBookmarks", "true");
  target = with_query(std::move(target), "timeoutSeconds", std::to_string(watch_seconds()));
  if (!resource_version.empty()) target = with_query(std::move(target), "resourceVersion", resource_version);
  const auto transport = transport_;
  auto ended = co_await transport->watch(std::move(target), std::move(on_event));
  co_return ended;
}

std::string resource_path(const std::string& group, const std::string& version, const std::string& plural,
                          const std::string& ns, const std::string& name, const std::string& subresource) {
  std::string path = group.empty() ? "/api" : "/apis/" + percent_encoded(group);
  path += "/" + percent_encoded(version);
  if (!ns.empty()) path += "/namespaces/" + percent_encoded(ns);
  path += "/" + percent_encoded(plural);
  if (!name.empty()) path += "/" + percent_encoded(name);
  if (!subresource.empty()) path += "/" + percent_encoded(subresource);
  return path;
}

std::string with_query(std::string path, std::string_view key, std::string_view value) {
  path += path.find('?') == std::string::npos ? '?' : '&';
  path += fmt::format("{}={}", key, percent_encoded(value));
  return path;
}

}  // namespace hearth::kube
