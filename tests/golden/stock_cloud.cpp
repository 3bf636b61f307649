// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/stock_cloud.hpp"

#include <atomic>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "sdk/net/http_server.hpp"
#include "sdk/net/stream.hpp"
#include "tests/golden/recording.hpp"

namespace hearth::golden {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using WebSocket = websocket::stream<net::TlsStream>;
using Upgrade = beast::http::request<beast::http::string_body>;

wire::HubMessage confirmation(const wire::HubMessage& report) {
  auto message = wire::make_message({"devicecontroller", "twin", "response", "twin"}, "OK", 1);
  message.header.parent_msg_id = report.header.msg_id;
  return message;
}

}  // namespace

class StockCloud::Impl : public std::enable_shared_from_this<Impl> {
 public:
  explicit Impl(asio::io_context& io)
      : io_(io),
        ca_(net::make_ca({"KubeEdge", {}}, std::chrono::hours(1)).value()),
        certificates_(io.get_executor(), certificate_options(),
                      [this](net::HttpRequest request, net::ResponseWriter& writer) {
                        return answer(this, std::move(request), &writer);
                      }) {
    certificates_.start().value();
    tls_ = net::make_server_tls(server_identity(), ca_.certificate_pem, net::ClientCertificate::required)
               .value();
  }

  /// The port stays ours while closed: links are taken and ended at once.
  asio::awaitable<bool> close() {
    closed_ = true;
    boost::system::error_code ignored;
    if (ws_) ws_->next_layer().next_layer().close(ignored);
    co_return true;
  }

  asio::awaitable<bool> open() {
    closed_ = false;
    co_return true;
  }

  asio::awaitable<bool> listen() {
    const net::Tcp::endpoint endpoint(asio::ip::address_v4::loopback(), 0);
    acceptor_ = std::make_shared<net::Tcp::acceptor>(io_, endpoint);
    port_ = acceptor_->local_endpoint().port();
    asio::co_spawn(io_, accept(shared_from_this(), acceptor_), [](std::exception_ptr) {});
    co_return true;
  }

  asio::awaitable<bool> end() {
    boost::system::error_code ignored;
    acceptor_->close(ignored);
    co_return co_await close();
  }

  asio::awaitable<bool> send(std::string text, std::vector<std::size_t> fragments) {
    while (writing_)
      co_await asio::post(io_, asio::use_awaitable);
    const auto ws = ws_;
    if (!ws) co_return false;
    writing_ = true;
    const auto pieces = cut(text, fragments);
    bool good = true;
    for (std::size_t i = 0; good && i < pieces.size(); ++i) {
      const auto buffer = asio::buffer(pieces[i]);
      const auto [failed, size] = co_await ws->async_write_some(i + 1 == pieces.size(), buffer, net::kTuple);
      good = !failed;
    }
    writing_ = false;
    co_return good;
  }

  std::string token() const {
    return net::sha256_hex(net::certificate_pem_to_der(ca_.certificate_pem).value()) + ".head.body.good";
  }
  std::uint16_t cert_port() const { return certificates_.port(); }
  std::vector<std::string> upgrade() const {
    const std::lock_guard lock(mutex_);
    return upgrade_;
  }

  Inbox inbox_;
  std::atomic<std::uint16_t> port_{0};
  std::atomic<bool> linked_{false};
  std::atomic<std::size_t> links_{0};

 private:
  net::Identity server_identity() const {
    net::SignOptions options;
    options.usages = {net::Usage::server};
    options.alt_names = {"127.0.0.1"};
    return net::make_identity(ca_, {"KubeEdge", {"KubeEdge"}}, options).value();
  }

  net::HttpServerOptions certificate_options() const {
    net::HttpServerOptions options;
    options.tls = net::make_server_tls(server_identity(), {}, net::ClientCertificate::ignored).value();
    return options;
  }

  static asio::awaitable<void> answer(Impl* self, net::HttpRequest request, net::ResponseWriter* writer) {
    net::HttpResponse response = self->respond(request);
    co_await writer->send(std::move(response));
  }

  net::HttpResponse respond(const net::HttpRequest& request) const {
    if (request.target == "/ca.crt")
      return {200, {}, net::certificate_pem_to_der(ca_.certificate_pem).value()};
    if (request.headers.get("Authorization") != "Bearer head.body.good") return {401, {}, "Invalid token\n"};
    net::SignOptions options;
    options.usages = {net::Usage::client};
    const auto certificate = net::sign_csr(ca_, request.body, options).value();
    return {200, {}, net::certificate_pem_to_der(certificate).value()};
  }

  static asio::awaitable<void> accept(std::shared_ptr<Impl> self,
                                      std::shared_ptr<net::Tcp::acceptor> acceptor) {
    for (;;) {
      auto [failed, socket] = co_await acceptor->async_accept(net::kTuple);
      if (failed) co_return;
      if (self->closed_) continue;
      auto ws = std::make_shared<WebSocket>(std::move(socket), *self->tls_);
      asio::co_spawn(self->io_, serve(self, std::move(ws)), [](std::exception_ptr) {});
    }
  }

  static asio::awaitable<void> serve(std::shared_ptr<Impl> self, std::shared_ptr<WebSocket> ws) {
    const auto [unsafe] =
        co_await ws->next_layer().async_handshake(asio::ssl::stream_base::server, net::kTuple);
    if (unsafe) co_return;
    beast::flat_buffer buffer;
    Upgrade head;
    const auto [broken, size] = co_await beast::http::async_read(ws->next_layer(), buffer, head, net::kTuple);
    if (broken) co_return;
    const auto [refused] = co_await ws->async_accept(head, net::kTuple);
    if (refused) co_return;
    self->keep(head);
    ws->auto_fragment(false);
    ws->text(true);
    self->ws_ = ws;
    ++self->links_;
    self->linked_ = true;
    co_await read(self, ws);
    if (self->ws_ != ws) co_return;
    self->ws_.reset();
    self->linked_ = false;
  }

  static asio::awaitable<void> read(std::shared_ptr<Impl> self, std::shared_ptr<WebSocket> ws) {
    for (;;) {
      beast::flat_buffer buffer;
      const auto [failed, size] = co_await ws->async_read(buffer, net::kTuple);
      if (failed) co_return;
      auto message = wire::parse_hub_message(beast::buffers_to_string(buffer.data())).value();
      if (is_report(message)) {
        auto confirmed = wire::print(confirmation(message));
        asio::co_spawn(self->io_, self->send(std::move(confirmed), {1}), [](std::exception_ptr, bool) {});
      }
      self->inbox_.add(std::move(message));
    }
  }

  void keep(const Upgrade& head) {
    std::vector<std::string> lines{"GET " + std::string(head.target()) + " HTTP/1.1"};
    for (const auto& field : head)
      lines.push_back(std::string(field.name_string()) + ": " + std::string(field.value()));
    const std::lock_guard lock(mutex_);
    upgrade_ = std::move(lines);
  }

  asio::io_context& io_;
  net::Identity ca_;
  net::HttpServer certificates_;
  net::TlsContext tls_;
  std::shared_ptr<net::Tcp::acceptor> acceptor_;
  std::shared_ptr<WebSocket> ws_;
  bool closed_ = false;
  bool writing_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> upgrade_;
};

StockCloud::StockCloud() : impl_(std::make_shared<Impl>(loop_.io())) {
  loop_.wait(impl_->listen());
}

StockCloud::~StockCloud() {
  loop_.wait(impl_->end());
}

std::string StockCloud::hub_url() const {
  return "wss://127.0.0.1:" + std::to_string(impl_->port_);
}
std::string StockCloud::cert_url() const {
  return "https://127.0.0.1:" + std::to_string(impl_->cert_port());
}
std::string StockCloud::token() const {
  return impl_->token();
}
void StockCloud::send(const wire::HubMessage& message, const std::vector<std::size_t>& fragments) {
  if (!loop_.wait(impl_->send(wire::print(message), fragments)))
    throw std::runtime_error("the edge has no link");
}
bool StockCloud::linked() const {
  return impl_->linked_;
}
std::size_t StockCloud::links() const {
  return impl_->links_;
}
void StockCloud::close() {
  loop_.wait(impl_->close());
}
void StockCloud::open() {
  loop_.wait(impl_->open());
}
std::vector<std::string> StockCloud::upgrade() const {
  return impl_->upgrade();
}
Inbox& StockCloud::inbox() {
  return impl_->inbox_;
}

}  // namespace hearth::golden
