// SPDX-License-Identifier: Apache-2.0
// From the accepted socket to the link that stands: a turn, TLS, upgrade.
#include <fmt/format.h>

#include <array>
#include <boost/asio/post.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "cloud/hub/node_identity.hpp"
#include "cloud/hub/session.hpp"
#include "sdk/net/openssl_handles.hpp"

namespace hearth::cloudhub {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using net::kTuple;

namespace {

constexpr std::size_t kMaxHeader = 16 * 1024;
constexpr std::size_t kMaxInstance = 64;

std::string key_digest(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_pubkey_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string_view advice(long verdict) {
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "; a Hearth host renews it at the certificate port within the grace time, others join anew with "
             "a token";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "; one of the two clocks is wrong";
    default:
      return "; let it join anew with a token of this cloud";
  }
}

}  // namespace

asio::awaitable<bool> Session::open() {
  const bool turn = co_await wait_for_turn();
  if (!turn) co_return false;
  const bool shaken = co_await shake_hands();
  owner_->left(*this);
  if (!shaken) co_return false;
  limit_setup();
  Parser parser;
  parser.header_limit(kMaxHeader);
  const auto [failed, size] = co_await http::async_read(ws_.next_layer(), buffer_, parser, kTuple);
  if (failed) co_return false;
  const auto& request = parser.get();
  const net::CertificatePtr certificate(SSL_get1_peer_certificate(ws_.next_layer().native_handle()));
  std::optional<net::Subject> subject;
  if (certificate) {
    subject = net::describe_certificate(certificate.get()).subject;
    client_.key = key_digest(certificate.get());
  }
  const UpgradeFacts facts{websocket::is_upgrade(request), request["node_id"], request["ConnectionUse"],
                           std::move(subject)};
  if (auto refusal = check_upgrade(facts)) {
    co_await refuse(std::move(*refusal), std::string(facts.node_id.substr(0, 100)));
    co_return false;
  }
  node_ = std::string(facts.node_id);
  hearth_peer_ = request[wire::kHearthProtocolHeader] == "1";
  client_.instance = std::string(request[wire::kHearthInstanceHeader].substr(0, kMaxInstance));
  old_edge_ = node_identity(*facts.peer, node_) == NodeIdentity::anonymous;
  if (old_edge_) owner_->anonymous(node_);
  const bool accepted = co_await accept(request);
  co_return accepted;
}

void Session::limit_setup() {
  setup_deadline_.start(options_.handshake_limit, [weak = weak_from_this()] {
    if (const auto session = weak.lock()) session->close();
  });
}

/// A connection that says nothing takes no place: it waits here for its first byte, not in the gate.
asio::awaitable<bool> Session::wait_for_turn() {
  auto& socket = ws_.next_layer().next_layer();
  limit_setup();
  const auto [failed] = co_await socket.async_wait(net::Tcp::socket::wait_read, kTuple);
  setup_deadline_.stop();
  if (failed || closed_) co_return false;
  switch (owner_->turn(*this)) {
    case AdmissionGate::Turn::now:
      co_return true;
    case AdmissionGate::Turn::never:
      co_return false;
    case AdmissionGate::Turn::wait:
      break;
  }
  turn_.expires_after(options_.handshake_limit);
  while (!my_turn_ && !closed_ && turn_.expiry() > std::chrono::steady_clock::now())
    co_await turn_.async_wait(kTuple);
  if (my_turn_ && !closed_) co_return true;
  owner_->left(*this);
  co_return false;
}

void Session::post_turn() {
  asio::post(executor(), [self = shared_from_this()] {
    self->my_turn_ = true;
    self->turn_.cancel();
  });
}

asio::awaitable<bool> Session::shake_hands() {
  limit_setup();
  auto& tls = ws_.next_layer();
  error_code ignored;
  tls.next_layer().set_option(net::Tcp::no_delay(true), ignored);
  tls.set_verify_callback(
      [this](bool good, asio::ssl::verify_context& context) {
        X509* shown = X509_STORE_CTX_get0_cert(context.native_handle());
        if (!good && shown != nullptr) claimed_ = net::describe_certificate(shown).subject.common_name;
        return good;
      },
      ignored);
  const auto [failed] = co_await tls.async_handshake(asio::ssl::stream_base::server, kTuple);
  setup_deadline_.stop();
  if (failed && !closed_) explain_failed_handshake(failed);
  co_return !failed;
}

void Session::explain_failed_handshake(const error_code& failed) {
  const long verdict = SSL_get_verify_result(ws_.next_layer().native_handle());
  if (verdict == X509_V_OK) return owner_->refused(*this, {}, "TLS: " + failed.message());
  static constexpr std::string_view kPrefix = "system:node:";
  const auto named = claimed_.starts_with(kPrefix) ? claimed_.substr(kPrefix.size(), 100) : std::string();
  owner_->refused(*this, named,
                  fmt::format("its certificate is not taken: {}{}", X509_verify_cert_error_string(verdict),
                              advice(verdict)));
}

asio::awaitable<bool> Session::accept(const Parser::value_type& request) {
  if (auto refusal = owner_->may_open(*this)) {
    co_await refuse(std::move(*refusal), node_);
    co_return false;
  }
  ws_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
    response.erase(http::field::server);
    response.set(beast::string_view(wire::kHearthProtocolHeader), "1");
  }));
  const auto [failed] = co_await ws_.async_accept(request, kTuple);
  if (failed || closed_) co_return false;
  if (hearth_peer_) {
    acks_.set_window(options_.ack_window);
    frames_.allow_batches();
  }
  co_return true;
}

asio::awaitable<void> Session::refuse(Refusal refusal, std::string claimed) {
  owner_->refused(*this, claimed, refusal.reason);
  auto response = std::make_shared<http::response<http::string_body>>();
  response->version(11);
  response->result(refusal.status);
  response->set(http::field::content_type, "text/plain; charset=utf-8");
  if (refusal.retry_after.count() > 0)
    response->set(http::field::retry_after, std::to_string(refusal.retry_after.count()));
  response->keep_alive(false);
  response->body() = std::move(refusal.reason) + "\n";
  response->prepare_payload();
  co_await http::async_write(ws_.next_layer(), *response, kTuple);
  co_await ws_.next_layer().async_shutdown(kTuple);
}

}  // namespace hearth::cloudhub
