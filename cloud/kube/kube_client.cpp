// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/kube_client.hpp"

#include <fmt/format.h>

#include <fstream>
#include <random>

#include "cloud/kube/json_access.hpp"
#include "cloud/kube/line_splitter.hpp"
#include "cloud/kube/status.hpp"

namespace hearth::kube {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

constexpr int kPageSize = 500;
/// Bookmarks come about once a minute; a link silent for longer is taken as dead.
constexpr std::chrono::milliseconds kWatchIdle{150'000};
constexpr std::chrono::seconds kTokenAge{60};

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

std::string dumped(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Lists of built-in kinds leave kind and apiVersion out of their items.
void complete_item(json& item, const std::string& list_kind, const std::string& api_version) {
  if (!item.is_object() || item.contains("kind") || !list_kind.ends_with("List")) return;
  item["kind"] = list_kind.substr(0, list_kind.size() - 4);
  item["apiVersion"] = api_version;
}

Result<void> take_page(json page, KubeClient::List& list) {
  const auto items = page.is_object() ? page.find("items") : page.end();
  if (!page.is_object() || items == page.end()) return unavailable("BadAnswer", "expected a list with items");
  // A null list is how some servers spell an empty one.
  if (!items->is_array() && !items->is_null())
    return unavailable("BadAnswer", "expected items to be an array");
  const auto kind = string_at(page, "kind");
  const auto api_version = string_at(page, "apiVersion");
  for (auto& item : *items) {
    complete_item(item, kind, api_version);
    list.items.push_back(std::move(item));
  }
  list.resource_version = version_of(page);
  return {};
}

/// Reads the events of one watch off its lines.
struct EventReader {
  std::function<bool(json)> on_event;
  std::optional<Error> error;

  bool line(std::string_view text) {
    auto event = parse_json(text);
    if (!event) {
      error = std::move(event).error().within("watch");
      return false;
    }
    if (string_at(*event, "type") == "ERROR") {
      error = status_error(object_at(*event, "object"));
      return false;
    }
    return on_event(std::move(*event));
  }
};

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

class KubeClient::Impl {
 public:
  Impl(asio::any_io_executor executor, Access access, std::string user_agent)
      : access_(std::move(access)), user_agent_(std::move(user_agent)), token_(access_.bearer_token) {
    net::TlsContext tls;
    if (access_.server.tls()) {
      auto made = net::make_client_tls({access_.ca_pem, access_.identity});
      if (made) {
        tls = std::move(*made);
      } else {
        broken_ = std::move(made).error().within("credentials of the API server");
      }
    }
    prefix_ = access_.server.path;
    while (prefix_.ends_with('/'))
      prefix_.pop_back();
    http_.emplace(executor, access_.server, std::move(tls));
  }

  Result<void> usable() const {
    if (broken_) return *broken_;
    return {};
  }

  net::HttpClient& http() { return *http_; }

  net::HttpRequest signed_request(net::HttpRequest request) {
    request.target = prefix_ + request.target;
    request.headers.add("User-Agent", user_agent_);
    if (!request.headers.has("Accept")) request.headers.add("Accept", "application/json");
    refresh_token();
    if (!token_.empty()) request.headers.add("Authorization", "Bearer " + token_);
    return request;
  }

  std::string managed(std::string path) const {
    if (path.find("fieldManager=") != std::string::npos) return path;
    return with_query(std::move(path), "fieldManager", user_agent_.substr(0, user_agent_.find('/')));
  }

 private:
  void refresh_token() {
    if (access_.token_file.empty()) return;
    const auto now = std::chrono::steady_clock::now();
    if (token_read_ && now - *token_read_ < kTokenAge) return;
    token_read_ = now;
    std::ifstream in(access_.token_file);
    std::string fresh;
    if (in >> fresh) token_ = std::move(fresh);
  }

  Access access_;
  std::string user_agent_;
  std::string prefix_;
  std::string token_;
  std::optional<std::chrono::steady_clock::time_point> token_read_;
  std::optional<Error> broken_;
  std::optional<net::HttpClient> http_;
};

KubeClient::KubeClient(asio::any_io_executor executor, Access access, std::string user_agent)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(access), std::move(user_agent))) {}

KubeClient::~KubeClient() {
  close();
}

void KubeClient::close() {
  impl_->http().close();
}

asio::awaitable<Result<net::HttpResponse>> KubeClient::raw(net::HttpRequest request) {
  const auto impl = impl_;
  if (auto usable = impl->usable(); !usable) co_return usable.error();
  net::HttpRequest ready = impl->signed_request(std::move(request));
  auto response = co_await impl->http().request(std::move(ready));
  co_return response;
}

asio::awaitable<Result<json>> KubeClient::exchange(net::HttpRequest request) {
  auto response = co_await raw(std::move(request));
  if (!response) co_return response.error();
  if (response->status < 200 || response->status > 299) {
    co_return status_error(response->status, response->body);
  }
  co_return parse_json(response->body);
}

asio::awaitable<Result<json>> KubeClient::get(std::string path) {
  net::HttpRequest request;
  request.target = std::move(path);
  auto answer = co_await exchange(std::move(request));
  co_return answer;
}

asio::awaitable<Result<KubeClient::List>> KubeClient::list(std::string path) {
  List list;
  bool paged = path.find("limit=") == std::string::npos;
  std::string next;
  do {
    std::string page_path = path;
    if (paged) page_path = with_query(std::move(page_path), "limit", std::to_string(kPageSize));
    if (!next.empty()) page_path = with_query(std::move(page_path), "continue", next);
    auto page = co_await get(std::move(page_path));
    if (!page && page.error().code == "Expired" && !next.empty()) {
      // The snapshot behind the pages is gone: one whole answer instead, as stock clients do.
      list = {};
      paged = false;
      next.clear();
      page = co_await get(path);
    }
    if (!page) co_return page.error();
    next = string_at(object_at(*page, "metadata"), "continue");
    if (auto taken = take_page(std::move(*page), list); !taken) co_return taken.error();
  } while (!next.empty());
  co_return list;
}

asio::awaitable<Result<json>> KubeClient::write(std::string method, std::string path, std::string type,
                                                json body) {
  net::HttpRequest request;
  request.method = std::move(method);
  request.target = std::move(path);
  request.headers.add("Content-Type", std::move(type));
  request.body = dumped(body);
  auto answer = co_await exchange(std::move(request));
  co_return answer;
}

asio::awaitable<Result<json>> KubeClient::create(std::string path, json object) {
  auto answer =
      co_await write("POST", impl_->managed(std::move(path)), "application/json", std::move(object));
  co_return answer;
}

asio::awaitable<Result<json>> KubeClient::replace(std::string path, json object) {
  auto answer = co_await write("PUT", impl_->managed(std::move(path)), "application/json", std::move(object));
  co_return answer;
}

asio::awaitable<Result<json>> KubeClient::patch(std::string path, PatchType type, json body) {
  std::string media(content_type(type));
  auto answer = co_await write("PATCH", impl_->managed(std::move(path)), std::move(media), std::move(body));
  co_return answer;
}

asio::awaitable<Result<json>> KubeClient::remove(std::string path) {
  json options = json::object();
  options["propagationPolicy"] = "Background";
  auto answer = co_await write("DELETE", std::move(path), "application/json", std::move(options));
  co_return answer;
}

asio::awaitable<Result<void>> KubeClient::lines(net::HttpRequest request,
                                                std::function<bool(std::string_view)> on_line,
                                                std::chrono::milliseconds idle) {
  const auto impl = impl_;
  if (auto usable = impl->usable(); !usable) co_return usable.error();
  net::HttpRequest ready = impl->signed_request(std::move(request));
  LineSplitter splitter;
  std::optional<Error> failed;
  bool wanted = true;
  std::function<bool(std::string_view)> on_data = [&](std::string_view bytes) {
    auto complete = splitter.feed(bytes);
    if (!complete) {
      failed = std::move(complete).error();
      return false;
    }
    for (const auto& line : *complete) {
      if (!wanted) break;
      wanted = on_line(line);
    }
    return wanted;
  };
  auto head = co_await impl->http().stream(std::move(ready), std::move(on_data), idle);
  if (failed) co_return *failed;
  if (!wanted) co_return Result<void>();
  if (!head) co_return head.error();
  if (head->status != 200) co_return status_error(head->status, head->body);
  if (splitter.partial()) co_return unavailable("Truncated", "the server ended its answer within a line");
  co_return Result<void>();
}

asio::awaitable<Result<void>> KubeClient::watch(std::string path, std::string resource_version,
                                                std::function<bool(json)> on_event) {
  net::HttpRequest request;
  request.target = with_query(std::move(path), "watch", "true");
  request.target = with_query(std::move(request.target), "allowWatchBookmarks", "true");
  request.target = with_query(std::move(request.target), "timeoutSeconds", std::to_string(watch_seconds()));
  if (!resource_version.empty()) {
    request.target = with_query(std::move(request.target), "resourceVersion", resource_version);
  }
  EventReader reader{std::move(on_event), std::nullopt};
  std::function<bool(std::string_view)> on_line = [&reader](std::string_view line) {
    return reader.line(line);
  };
  auto ended = co_await lines(std::move(request), std::move(on_line), kWatchIdle);
  if (reader.error) co_return *reader.error;
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
