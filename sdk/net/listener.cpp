// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/listener.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "sdk/net/http_client.hpp"

namespace hearth::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// Out of descriptors, accept fails at once while the connection stays in the queue: without a pause it spins.
constexpr std::chrono::milliseconds kPauseAfterFailure{200};

}  // namespace

class Listener::Impl : public std::enable_shared_from_this<Impl> {
 public:
  explicit Impl(asio::any_io_executor executor)
      : executor_(std::move(executor)),
        strand_(asio::make_strand(executor_)),
        acceptor_(strand_),
        pause_(strand_) {}

  Result<void> start(const std::string& address, std::string name, Accepted accepted) {
    name_ = std::move(name);
    accepted_ = std::move(accepted);
    auto bound = bind(address);
    if (!bound) return std::move(bound).error().within(name_);
    asio::dispatch(strand_, [self = shared_from_this()] { self->accept(); });
    return {};
  }

  std::uint16_t port() const { return port_; }

  void stop() {
    asio::dispatch(strand_, [self = shared_from_this()] {
      error_code ignored;
      self->acceptor_.close(ignored);
      self->pause_.cancel();
    });
  }

 private:
  Result<void> bind(const std::string& address) {
    const auto split = parse_host_port(address);
    if (!split) return split.error();
    error_code failed;
    const auto found =
        tcp::resolver(strand_).resolve(split->host, split->port, tcp::resolver::passive, failed);
    if (!failed) open(found.begin()->endpoint(), failed);
    if (failed) {
      return unavailable("ListenFailed", fmt::format("cannot listen on {}: {}", address, failed.message()));
    }
    return {};
  }

  void open(const tcp::endpoint& endpoint, error_code& failed) {
    acceptor_.open(endpoint.protocol(), failed);
    if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) acceptor_.bind(endpoint, failed);
    if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    if (!failed) port_ = acceptor_.local_endpoint(failed).port();
  }

  void accept() {
    if (!acceptor_.is_open()) return;
    const asio::any_io_executor strand = asio::make_strand(executor_);
    acceptor_.async_accept(strand, [self = shared_from_this()](error_code failed, tcp::socket socket) {
      self->on_accept(failed, std::move(socket));
    });
  }

  void on_accept(error_code failed, tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (failed) return pause(failed);
    failing_ = false;
    accepted_(std::move(socket));
    accept();
  }

  void pause(error_code failed) {
    if (!std::exchange(failing_, true))
      spdlog::warn("{}: cannot take connections, trying again: {}", name_, failed.message());
    pause_.expires_after(kPauseAfterFailure);
    pause_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (!cancelled) self->accept();
    });
  }

  const asio::any_io_executor executor_;
  const asio::any_io_executor strand_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::string name_;
  Accepted accepted_;
  std::atomic<std::uint16_t> port_{0};
  bool failing_ = false;
};

Listener::Listener(asio::any_io_executor executor) : impl_(std::make_shared<Impl>(std::move(executor))) {}
Listener::~Listener() {
  stop();
}
Result<void> Listener::start(const std::string& address, std::string name, Accepted accepted) {
  return impl_->start(address, std::move(name), std::move(accepted));
}
std::uint16_t Listener::port() const {
  return impl_->port();
}
void Listener::stop() {
  impl_->stop();
}

}  // namespace hearth::net
