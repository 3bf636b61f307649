// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/api_link.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "sdk/net/openssl_handles.hpp"

namespace hearth::bench {

namespace {

namespace http = boost::beast::http;

constexpr std::size_t kReadSize = 64 * 1024;  // of one read from a socket: several TLS records

[[noreturn]] void fail(std::string_view what) {
  throw std::runtime_error(net::openssl_error("Tls", what).text);
}

int connect_to(const net::Url& server) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(server.host.c_str(), server.port.c_str(), &hints, &found) != 0)
    throw std::runtime_error("no address of " + server.host);
  const int made = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int connected = ::connect(made, found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  if (connected != 0) throw std::runtime_error("cannot connect to " + server.host + ":" + server.port);
  const int on = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

SSL_CTX* make_context(const kube::Access& access) {
  auto* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY | SSL_MODE_ENABLE_PARTIAL_WRITE);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, kReadSize);
  if (!access.identity) return context;
  const net::CertificatePtr certificate(
      PEM_read_bio_X509(net::memory_bio(access.identity->certificate_pem).get(), nullptr, nullptr, nullptr));
  const net::KeyPtr key(
      PEM_read_bio_PrivateKey(net::memory_bio(access.identity->key_pem).get(), nullptr, nullptr, nullptr));
  if (SSL_CTX_use_certificate(context, certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    fail("the client certificate cannot be used");
  return context;
}

kube::Access load(const std::string& kubeconfig) {
  auto access = kube::load_kubeconfig(kubeconfig);
  if (!access) throw std::runtime_error(access.error().text);
  return std::move(*access);
}

}  // namespace

ApiLink::ApiLink(SSL_CTX* context, const net::Url& server)
    : socket_(connect_to(server)), tls_(SSL_new(context)) {
  SSL_set_fd(tls_, socket_);
  if (SSL_connect(tls_) != 1) fail("the TLS handshake failed");
  ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL) | O_NONBLOCK);
}

ApiLink::~ApiLink() {
  SSL_free(tls_);
  ::close(socket_);
}

void ApiLink::send(std::string_view request) {
  while (!request.empty()) {
    const int sent = SSL_write(tls_, request.data(), static_cast<int>(request.size()));
    if (sent > 0) {
      request.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (SSL_get_error(tls_, sent) != SSL_ERROR_WANT_WRITE) fail("a request could not be sent");
    pollfd wait{socket_, POLLOUT, 0};
    ::poll(&wait, 1, -1);
  }
}

void ApiLink::read() {
  static std::array<char, kReadSize> buffer;
  for (;;) {
    const int size = SSL_read(tls_, buffer.data(), static_cast<int>(buffer.size()));
    if (size <= 0 && SSL_get_error(tls_, size) == SSL_ERROR_WANT_READ) return;
    if (size <= 0) fail("the server ended a connection");
    take({buffer.data(), static_cast<std::size_t>(size)});
    if (SSL_has_pending(tls_) == 0) return;  // what else there is wakes the loop again
  }
}

void ApiLink::take(std::string_view bytes) {
  if (on_bytes) return stream(bytes);
  input_.append(bytes);
  while (!input_.empty() && parse_some()) {
  }
}

void ApiLink::stream(std::string_view bytes) {
  if (streaming_) return on_bytes(bytes);
  input_.append(bytes);
  const auto end = input_.find("\r\n\r\n");
  if (end == input_.npos) return;
  if (!input_.starts_with("HTTP/1.1 200"))
    throw std::runtime_error("a watch was refused: " + input_.substr(0, 200));
  streaming_ = true;
  on_bytes(std::string_view(input_).substr(end + 4));
  input_.clear();
}

/// False when more bytes are needed.
bool ApiLink::parse_some() {
  if (!parser_) {
    parser_.emplace();
    parser_->eager(true);
    parser_->body_limit(boost::none);
  }
  boost::system::error_code failed;
  const auto used = parser_->put(boost::asio::buffer(input_), failed);
  input_.erase(0, used);
  if (failed == http::error::need_more) return false;
  if (failed) throw std::runtime_error("no HTTP answer: " + failed.message());
  if (!parser_->is_done()) return used > 0;
  const auto answer = parser_->release();
  parser_.reset();
  if (on_answer) on_answer(static_cast<int>(answer.result_int()), answer.body());
  return true;
}

ApiLoop::ApiLoop(const std::string& kubeconfig)
    : access_(load(kubeconfig)), context_(make_context(access_)), poll_(::epoll_create1(EPOLL_CLOEXEC)) {}

ApiLoop::~ApiLoop() {
  links_.clear();
  ::close(poll_);
  SSL_CTX_free(context_);
}

ApiLink& ApiLoop::open() {
  auto& link = *links_.emplace_back(std::make_unique<ApiLink>(context_, access_.server));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &link;
  ::epoll_ctl(poll_, EPOLL_CTL_ADD, link.descriptor(), &event);
  return link;
}

void ApiLoop::turn(Clock::time_point until) {
  const auto left = std::max(until - Clock::now(), Clock::duration(0));
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
  const timespec wait{ns / 1'000'000'000, ns % 1'000'000'000};
  std::array<epoll_event, 256> ready;
  const int count = ::epoll_pwait2(poll_, ready.data(), static_cast<int>(ready.size()), &wait, nullptr);
  for (int i = 0; i < count; ++i)
    static_cast<ApiLink*>(ready[static_cast<std::size_t>(i)].data.ptr)->read();
}

std::string ApiLoop::request(std::string_view method, std::string_view target, std::string_view body,
                             std::string_view type) const {
  auto text =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: hearth-bench\r\nAccept: application/json\r\n",
                  method, target, access_.server.host);
  if (!access_.bearer_token.empty())
    text += fmt::format("Authorization: Bearer {}\r\n", access_.bearer_token);
  if (!type.empty()) text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", type, body.size());
  return text.append("\r\n").append(body);
}

}  // namespace hearth::bench
