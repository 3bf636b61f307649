// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/stock_edge.hpp"

#include <atomic>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <set>

#include "sdk/net/http_client.hpp"
#include "sdk/net/stream.hpp"
#include "tests/golden/recording.hpp"

namespace hearth::golden {
namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using WebSocket = websocket::stream<net::TlsStream>;

asio::awaitable<std::string> fetch(asio::any_io_executor executor, std::string address, net::TlsContext tls,
                                   net::HttpRequest request) {
  const auto url = net::parse_url("https://" + address).value();
  net::HttpClient client(executor, url, std::move(tls));
  auto answer = co_await client.request(std::move(request));
  if (!answer) throw std::runtime_error(answer.error().text);
  if (answer->status != 200) throw std::runtime_error(answer->body);
  co_return std::move(answer->body);
}

net::HttpRequest signing_request(const std::string& token, const std::string& node, std::string csr) {
  net::HttpRequest request;  // GET with a body: that is how edgecore has it
  request.target = "/edge.crt";
  request.headers.add("Authorization", "Bearer " + token.substr(token.find('.') + 1));
  request.headers.add("NodeName", node);
  request.body = std::move(csr);
  return request;
}

/// "Name: value" lines of the recorded request that the handshake does not write itself.
std::vector<std::pair<std::string, std::string>> own_headers(const std::vector<std::string>& head) {
  static const std::set<std::string> kOfTheHandshake{"Host", "Connection", "Upgrade", "Sec-WebSocket-Key",
                                                     "Sec-WebSocket-Version"};
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& line : head) {
    const auto colon = line.find(": ");
    if (colon == line.npos || kOfTheHandshake.contains(line.substr(0, colon))) continue;
    fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return fields;
}

std::string target_of(const std::vector<std::string>& head) {
  const auto begin = head.at(0).find(' ') + 1;
  return head[0].substr(begin, head[0].find(' ', begin) - begin);
}

}  // namespace

class StockEdge::Impl : public std::enable_shared_from_this<Impl> {
 public:
  explicit Impl(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  asio::awaitable<bool> join(std::string address, std::string token, std::string node) {
    auto unverified = net::make_client_tls({}).value();
    net::HttpRequest ca_request;
    ca_request.target = "/ca.crt";
    const auto der = co_await fetch(executor_, address, unverified, std::move(ca_request));
    if (net::sha256_hex(der) != token.substr(0, token.find('.'))) throw std::runtime_error("another CA");
    const auto ca = net::certificate_der_to_pem(der).value();
    const auto key = net::make_key_pem().value();
    auto csr = net::make_csr_der(key, {"kubeedge.io", {"kubeEdge"}}).value();
    net::ClientTls verified{ca, std::nullopt};
    auto tls = net::make_client_tls(verified).value();
    auto request = signing_request(token, node, std::move(csr));
    const auto certificate = co_await fetch(executor_, address, tls, std::move(request));
    net::ClientTls with_identity{ca, net::Identity{net::certificate_der_to_pem(certificate).value(), key}};
    tls_ = net::make_client_tls(with_identity).value();
    co_return true;
  }

  asio::awaitable<bool> connect(std::string address, std::vector<std::string> head) {
    const auto where = net::parse_host_port(address).value();
    ws_ = std::make_shared<WebSocket>(net::Tcp::socket(executor_), *tls_);
    const net::Tcp::endpoint endpoint(asio::ip::make_address(where.host),
                                      static_cast<std::uint16_t>(std::stoi(where.port)));
    co_await ws_->next_layer().next_layer().async_connect(endpoint, asio::use_awaitable);
    co_await ws_->next_layer().async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
    ws_->set_option(
        websocket::stream_base::decorator([fields = own_headers(head)](websocket::request_type& request) {
          for (const auto& [name, value] : fields)
            request.set(name, value);
        }));
    ws_->text(true);
    ws_->auto_fragment(false);
    const auto target = target_of(head);
    const auto [refused] = co_await ws_->async_handshake(address, target, net::kTuple);
    if (refused) co_return false;
    connected_ = true;
    asio::co_spawn(executor_, read(shared_from_this(), ws_), [](std::exception_ptr) {});
    co_return true;
  }

  asio::awaitable<bool> send(std::vector<std::string> pieces) {
    const auto ws = ws_;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const auto buffer = asio::buffer(pieces[i]);
      const auto [failed, size] = co_await ws->async_write_some(i + 1 == pieces.size(), buffer, net::kTuple);
      if (failed) co_return false;
    }
    co_return true;
  }

  asio::awaitable<bool> drop() {
    if (ws_) {
      boost::system::error_code ignored;
      ws_->next_layer().next_layer().close(ignored);
    }
    co_return true;
  }

  Inbox inbox_;
  std::atomic<bool> connected_{false};

 private:
  static asio::awaitable<void> read(std::shared_ptr<Impl> self, std::shared_ptr<WebSocket> ws) {
    for (;;) {
      boost::beast::flat_buffer buffer;
      const auto [failed, size] = co_await ws->async_read(buffer, net::kTuple);
      if (failed) break;
      const auto text = boost::beast::buffers_to_string(buffer.data());
      self->inbox_.add(wire::parse_hub_message(text).value());
    }
    if (self->ws_ == ws) self->connected_ = false;
  }

  asio::any_io_executor executor_;
  net::TlsContext tls_;
  std::shared_ptr<WebSocket> ws_;
};

StockEdge::StockEdge(const std::string& cert_address, const std::string& token, const std::string& node)
    : impl_(std::make_shared<Impl>(loop_.io().get_executor())) {
  loop_.wait(impl_->join(cert_address, token, node));
}

StockEdge::~StockEdge() {
  drop();
}

bool StockEdge::connect(const std::string& hub_address, const std::vector<std::string>& recorded_head) {
  return loop_.wait(impl_->connect(hub_address, recorded_head));
}

void StockEdge::drop() {
  loop_.wait(impl_->drop());
}

bool StockEdge::connected() const {
  return impl_->connected_;
}

void StockEdge::send(const wire::HubMessage& message, const std::vector<std::size_t>& fragments) {
  if (!loop_.wait(impl_->send(cut(wire::print(message), fragments)))) {
    throw std::runtime_error("the cloud has ended the link");
  }
}

Inbox& StockEdge::inbox() {
  return impl_->inbox_;
}

}  // namespace hearth::golden
