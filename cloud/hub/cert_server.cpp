// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/cert_server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <optional>

#include "cloud/hub/node_identity.hpp"
#include "sdk/base/ids.hpp"

namespace hearth::cloudhub {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxCsr = 1024 * 1024;
constexpr std::string_view kNode = "/node/";

net::HttpResponse answer(int status, std::string text) {
  return {status, net::Headers{{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text) + "\n"};
}

net::HttpResponse der_answer(std::string der) {
  return {200, net::Headers{{"Content-Type", "application/octet-stream"}}, std::move(der)};
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

}  // namespace

class CertServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::any_io_executor executor, CertServerOptions options, net::Identity ca, net::TlsContext tls,
       Metrics& metrics, Clock clock)
      : executor_(std::move(executor)),
        options_(std::move(options)),
        ca_(std::move(ca)),
        tls_(std::move(tls)),
        clock_(std::move(clock)),
        signed_(metrics.counter("hearth_certs_signed_total", "Node certificates signed")),
        refused_(metrics.counter("hearth_certs_refused_total", "Requests for a node certificate refused")) {}

  Result<void> start() {
    net::HttpServerOptions http;
    http.listen = options_.listen;
    http.tls = tls_;
    http.max_body = kMaxCsr;
    http.idle_timeout = std::chrono::seconds(30);
    http.max_connections = 512;
    http.name = "certificates";
    server_ = std::make_unique<net::HttpServer>(
        executor_, std::move(http),
        [self = shared_from_this()](net::HttpRequest request, net::ResponseWriter& writer) {
          return respond(self, std::move(request), writer);
        });
    return server_->start();
  }

  std::uint16_t port() const { return server_ ? server_->port() : 0; }

  void stop() {
    if (server_) server_->stop();
  }

  /// Undoes the circle through the handler; connections that still serve keep their own copy.
  void release() { server_.reset(); }

 private:
  static asio::awaitable<void> respond(std::shared_ptr<Impl> self, net::HttpRequest request,
                                       net::ResponseWriter& writer) {
    auto response = self->route(request);
    const auto sent = co_await writer.send(std::move(response));
    if (!sent) spdlog::debug("certificates: {}", sent.error().text);
  }

  net::HttpResponse route(const net::HttpRequest& request) {
    const bool get = request.method == "GET";
    const auto path = path_of(request.target);
    if (path == "/ca.crt")
      return get || request.method == "HEAD" ? ca_certificate() : answer(405, "GET only");
    if (path.starts_with(kNode)) return node(std::string(path.substr(kNode.size())), get);
    if (path == "/nodeupgrade" || path.starts_with("/task/"))
      return answer(404, "this cloud gives nodes no upgrade and no other task");
    if (path != "/edge.crt") return answer(404, "there are /ca.crt, /edge.crt and /node/<name>");
    if (!get && request.method != "POST") return answer(405, "GET or POST only");
    const std::string node(request.headers.get("NodeName"));
    auto response = sign(request, node);
    if (response.status == 200) {
      signed_.Increment();
      spdlog::info("certificates: node {} has a new certificate", node);
    } else {
      refused_.Increment();
      spdlog::warn("certificates: node \"{}\" was refused with {}: {}", node.substr(0, 100), response.status,
                   std::string_view(response.body).substr(0, response.body.size() - 1));
    }
    return response;
  }

  net::HttpResponse node(const std::string& name, bool get) const {
    if (!get) return answer(405, "GET only");
    const bool there = is_dns_subdomain(name) && options_.node_exists(name);
    return there ? answer(200, "node " + name + " exists") : answer(404, "there is no such node");
  }

  net::HttpResponse ca_certificate() const {
    auto der = net::certificate_pem_to_der(ca_.certificate_pem);
    if (!der) return answer(500, der.error().text);
    return der_answer(*std::move(der));
  }

  net::HttpResponse sign(const net::HttpRequest& request, const std::string& node) const {
    if (auto refused = authenticate(request, node)) return *std::move(refused);
    if (!is_dns_subdomain(node)) return answer(400, "the header NodeName must be a node's name");
    const auto subject = net::csr_subject(request.body);
    if (!subject) return answer(400, subject.error().text);
    const bool by_token = request.headers.has("Authorization");
    const bool renewable = by_token || may_be_renewed(request.peer->subject, *subject, node);
    if (!renewable || !may_be_issued(*subject, node)) {
      return answer(403, fmt::format("the subject must be CN=system:node:{}, O=system:nodes", node));
    }
    net::SignOptions how;
    how.usages = {net::Usage::client};
    how.lifetime = options_.certificate_lifetime;
    const auto pem = net::sign_csr(ca_, request.body, how);
    if (!pem) return answer(pem.error().code == "BadCsr" ? 400 : 500, pem.error().text);
    auto der = net::certificate_pem_to_der(*pem);
    if (!der) return answer(500, der.error().text);
    return der_answer(*std::move(der));
  }

  /// Nothing if a join token or, for a rotation, the node's current certificate was shown.
  std::optional<net::HttpResponse> authenticate(const net::HttpRequest& request,
                                                const std::string& node) const {
    static constexpr std::string_view kBearer = "Bearer ";
    if (request.headers.has("Authorization")) {
      const auto authorization = request.headers.get("Authorization");
      if (!authorization.starts_with(kBearer)) return answer(401, "Authorization: Bearer was expected");
      const auto checked = check_join_token(ca_, authorization.substr(kBearer.size()), clock_());
      if (!checked) return answer(400, checked.error().text);  // as KubeEdge 1.15 has it
      return std::nullopt;
    }
    if (!request.peer) return answer(401, "a join token or the node's current certificate was expected");
    if (auto late = check_grace(*request.peer)) return late;
    if (node_identity(request.peer->subject, node) == NodeIdentity::foreign) {
      return answer(403, fmt::format("the certificate of {} does not speak for this node",
                                     request.peer->subject.common_name));
    }
    return std::nullopt;
  }

  /// The handshake proved that the node holds the key; whether it is too late to say so is told here.
  std::optional<net::HttpResponse> check_grace(const net::CertificateInfo& shown) const {
    const auto end = shown.not_after + options_.renewal_grace;
    if (clock_() < end) return std::nullopt;
    return answer(
        401, fmt::format("the certificate of {} expired at {}, and could be renewed until {}: join anew with "
                         "a token",
                         shown.subject.common_name, to_rfc3339(shown.not_after), to_rfc3339(end)));
  }

  const asio::any_io_executor executor_;
  const CertServerOptions options_;
  const net::Identity ca_;
  const net::TlsContext tls_;
  const Clock clock_;
  prometheus::Counter& signed_;
  prometheus::Counter& refused_;
  std::unique_ptr<net::HttpServer> server_;
};

CertServer::CertServer(asio::any_io_executor executor, CertServerOptions options, net::Identity ca,
                       net::TlsContext tls, Metrics& metrics, Clock clock)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options), std::move(ca), std::move(tls),
                                   metrics, std::move(clock))) {}
CertServer::~CertServer() {
  impl_->stop();
  impl_->release();
}
Result<void> CertServer::start() {
  return impl_->start();
}
std::uint16_t CertServer::port() const {
  return impl_->port();
}
void CertServer::stop() {
  impl_->stop();
}

}  // namespace hearth::cloudhub
