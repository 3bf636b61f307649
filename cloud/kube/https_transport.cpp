// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/https_transport.hpp"

#include <fstream>

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

/// Lists of built-in kinds leave kind and apiVersion out of their items.
void complete_item(json& item, const std::string& list_kind, const std::string& api_version) {
  if (!item.is_object() || item.contains("kind") || !list_kind.ends_with("List")) return;
  item["kind"] = list_kind.substr(0, list_kind.size() - 4);
  item["apiVersion"] = api_version;
}

Result<void> take_page(json page, ObjectList& list) {
  const auto items = page.is_object() ? page.find("items") : page.end();
  if (!page.is_object() || items == page.end()) return unavailable("BadAnswer", "expected a list with items");
  // A null list is how some servers spell an empty one.
  if (!items->is_array() && !items->is_null())
    return unavailable("BadAnswer", "expected items to be an array");
  const auto kind = string_at(page, "kind");
  const auto api_version = string_at(page, "apiVersion");
  for (auto& item : *items) {
    complete_item(item, kind, api_version);
    list.items.push_back(Object::of(item));
  }
  list.resource_version = version_of(page);
  return {};
}

/// Reads the events of one watch off its lines.
struct EventReader {
  Transport::OnEvent on_event;
  std::optional<Error> error;

  bool line(std::string_view text) {
    auto parsed = parse_json(text);
    if (!parsed) {
      error = std::move(parsed).error().within("watch");
      return false;
    }
    WatchEvent event{string_at(*parsed, "type"), nullptr};
    if (event.type == "ERROR") {
      error = status_error(object_at(*parsed, "object"));
      return false;
    }
    const auto found = parsed->is_object() ? parsed->find("object") : parsed->end();
    const bool whole = parsed->is_object() && found != parsed->end();
    event.object = Object::of(whole ? *found : json());
    return on_event(std::move(event));
  }
};

/// What `lines()` keeps while the pieces of its answer come in.
struct LineReader {
  Transport::OnLine on_line;
  LineSplitter splitter{};
  std::optional<Error> failed;
  bool wanted = true;

  bool feed(std::string_view bytes) {
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
  }
};

class HttpsTransport final : public Transport {
 public:
  HttpsTransport(asio::any_io_executor executor, Access access, const std::string& user_agent)
      : access_(std::move(access)), user_agent_(user_agent), token_(access_.bearer_token) {
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
    http_.emplace(std::move(executor), access_.server, std::move(tls));
  }

  asio::awaitable<Result<ApiReply>> exchange(ApiRequest request) override {
    net::HttpRequest http;
    http.method = std::move(request.method);
    http.target = std::move(request.target);
    if (!request.content_type.empty()) http.headers.add("Content-Type", std::move(request.content_type));
    if (!request.body.is_null())
      http.body = request.body.dump(-1, ' ', false, json::error_handler_t::replace);
    const auto response = co_await raw(std::move(http));
    if (!response) co_return response.error();
    const bool good = response->status >= 200 && response->status <= 299;
    if (!good) co_return status_error(response->status, response->body);
    auto document = parse_json(response->body);
    if (!document) co_return document.error();
    co_return ApiReply{response->status, Object::of(*document)};
  }

  asio::awaitable<Result<ObjectList>> list(std::string path) override {
    ObjectList list;
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

  asio::awaitable<Result<void>> watch(std::string target, OnEvent on_event) override {
    net::HttpRequest request;
    request.target = std::move(target);
    EventReader reader{std::move(on_event), std::nullopt};
    OnLine on_line = [&reader](std::string_view line) { return reader.line(line); };
    auto ended = co_await lines(std::move(request), std::move(on_line), kWatchIdle);
    if (reader.error) co_return *reader.error;
    co_return ended;
  }

  asio::awaitable<Result<net::HttpResponse>> raw(net::HttpRequest request) override {
    if (broken_) co_return *broken_;
    net::HttpRequest ready = signed_request(std::move(request));
    auto response = co_await http_->request(std::move(ready));
    co_return response;
  }

  asio::awaitable<Result<void>> lines(net::HttpRequest request, OnLine on_line,
                                      std::chrono::milliseconds idle) override {
    if (broken_) co_return *broken_;
    net::HttpRequest ready = signed_request(std::move(request));
    LineReader reader;
    reader.on_line = std::move(on_line);
    std::function<bool(std::string_view)> on_data = [&reader](std::string_view bytes) {
      return reader.feed(bytes);
    };
    auto head = co_await http_->stream(std::move(ready), std::move(on_data), idle);
    if (reader.failed) co_return *reader.failed;
    if (!reader.wanted) co_return Result<void>();
    if (!head) co_return head.error();
    if (head->status != 200) co_return status_error(head->status, head->body);
    if (reader.splitter.partial())
      co_return unavailable("Truncated", "the server ended its answer within a line");
    co_return Result<void>();
  }

  void close() override { http_->close(); }

 private:
  asio::awaitable<Result<json>> get(std::string path) {
    net::HttpRequest request;
    request.target = std::move(path);
    const auto response = co_await raw(std::move(request));
    if (!response) co_return response.error();
    if (response->status != 200) co_return status_error(response->status, response->body);
    co_return parse_json(response->body);
  }

  net::HttpRequest signed_request(net::HttpRequest request) {
    request.target = prefix_ + request.target;
    request.headers.add("User-Agent", user_agent_);
    if (!request.headers.has("Accept")) request.headers.add("Accept", "application/json");
    refresh_token();
    if (!token_.empty()) request.headers.add("Authorization", "Bearer " + token_);
    return request;
  }

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

}  // namespace

std::shared_ptr<Transport> make_https_transport(asio::any_io_executor executor, Access access,
                                                const std::string& user_agent) {
  return std::make_shared<HttpsTransport>(std::move(executor), std::move(access), user_agent);
}

}  // namespace hearth::kube
