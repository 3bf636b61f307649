// SPDX-License-Identifier: Apache-2.0
#include "cloud/local_transport.hpp"

#include "cloud/kube/line_splitter.hpp"
#include "cloud/kube/status.hpp"

namespace hearth::cloud {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

/// Takes an answer as bytes, whole or piece by piece.
class Capture final : public net::ResponseWriter {
 public:
  /// Without `on_piece` a stream is gathered into the body.
  explicit Capture(std::function<bool(std::string_view)> on_piece) : on_piece_(std::move(on_piece)) {}

  net::HttpResponse response;

  asio::awaitable<Result<void>> send(net::HttpResponse whole) override {
    response = std::move(whole);
    co_return Result<void>();
  }
  asio::awaitable<Result<void>> start(int status, net::Headers headers) override {
    response.status = status;
    response.headers = std::move(headers);
    co_return Result<void>();
  }
  asio::awaitable<Result<void>> write(std::string chunk) override {
    if (!on_piece_) response.body += chunk;
    if (on_piece_ && !on_piece_(chunk)) co_return unavailable("Closed", "nobody wants more of it");
    co_return Result<void>();
  }
  asio::awaitable<Result<void>> finish() override { co_return Result<void>(); }
  /// The caller is this process: it ends a stream by refusing a piece.
  asio::awaitable<void> closed() override {
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
  }

 private:
  std::function<bool(std::string_view)> on_piece_;
};

class LocalTransport final : public kube::Transport {
 public:
  explicit LocalTransport(std::shared_ptr<api::LocalApi> api) : api_(std::move(api)) {}

  asio::awaitable<Result<kube::ApiReply>> exchange(kube::ApiRequest request) override {
    api::LocalApi::Request call{std::move(request.method), std::move(request.target),
                                std::move(request.content_type), nullptr};
    if (!request.body.is_null()) call.body = std::make_shared<json>(std::move(request.body));
    auto reply = co_await api_->call(std::move(call));
    if (!reply.document) co_return unavailable("BadAnswer", "expected an answer in JSON");
    co_return kube::ApiReply{reply.status, std::move(reply.document)};
  }

  asio::awaitable<Result<kube::ObjectList>> list(std::string path) override {
    auto list = co_await api_->list(std::move(path));
    if (list.refusal) co_return kube::document_error(list.refusal->status, list.refusal->document->tree());
    co_return kube::ObjectList{std::move(list.items), std::move(list.resource_version)};
  }

  asio::awaitable<Result<void>> watch(std::string target, OnEvent on_event) override {
    api::LocalApi::OnEvent tell = [on_event = std::move(on_event)](const char* type, api::ObjectPtr object) {
      return on_event({type, std::move(object)});
    };
    const auto refusal = co_await api_->watch(std::move(target), std::move(tell));
    if (refusal) co_return kube::document_error(refusal->status, refusal->document->tree());
    co_return Result<void>();
  }

  asio::awaitable<Result<net::HttpResponse>> raw(net::HttpRequest request) override {
    Capture capture(nullptr);
    co_await api_->serve(std::move(request), capture);
    co_return std::move(capture.response);
  }

  asio::awaitable<Result<void>> lines(net::HttpRequest request, OnLine on_line,
                                      std::chrono::milliseconds) override {
    kube::LineSplitter splitter;
    Capture capture([&](std::string_view piece) {
      const auto complete = splitter.feed(piece);
      return complete && std::all_of(complete->begin(), complete->end(), on_line);
    });
    co_await api_->serve(std::move(request), capture);
    if (capture.response.status == 200) co_return Result<void>();
    co_return kube::status_error(capture.response.status, capture.response.body);
  }

  void close() override { api_->close(); }

 private:
  std::shared_ptr<api::LocalApi> api_;
};

}  // namespace

kube::TransportFactory local_transport(const api::ApiServer& api, std::string organization) {
  return [&api, organization = std::move(organization)](asio::any_io_executor executor, const std::string&) {
    return std::make_shared<LocalTransport>(api.local(std::move(executor), organization));
  };
}

}  // namespace hearth::cloud
