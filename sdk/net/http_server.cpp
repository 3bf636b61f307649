// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/http_server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/strand.hpp>
#include <list>
#include <unordered_map>

#include "sdk/net/http_client.hpp"
#include "sdk/net/http_connection.hpp"
#include "sdk/net/listener.hpp"

namespace hearth::net {

namespace asio = boost::asio;
using boost::system::error_code;

class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::any_io_executor executor, HttpServerOptions options, HttpHandler handler)
      : options_(std::move(options)), handler_(std::move(handler)), listener_(std::move(executor)) {}

  Result<void> start() {
    const auto weak = weak_from_this();
    return listener_.start(options_.listen, options_.name, [weak](Tcp::socket socket) {
      if (const auto self = weak.lock()) self->serve(std::move(socket));
    });
  }

  std::uint16_t port() const { return listener_.port(); }

  void stop() {
    listener_.stop();
    std::vector<std::shared_ptr<HttpConnection>> open;
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      for (auto& each : connections_) {
        if (auto connection = each.connection.lock()) open.push_back(std::move(connection));
      }
    }
    for (auto& connection : open) {
      const auto executor = connection->executor();
      asio::dispatch(executor, [connection] { connection->close(); });
    }
  }

 private:
  struct Open {
    std::weak_ptr<HttpConnection> connection;
    std::string address;
  };
  using Connections = std::list<Open>;

  void serve(Tcp::socket socket) {
    error_code ignored;
    auto address = socket.remote_endpoint(ignored).address().to_string();
    auto connection = std::make_shared<HttpConnection>(std::move(socket), options_, handler_);
    const auto place = remember(connection, std::move(address));
    if (!place) return connection->close();
    asio::co_spawn(connection->executor(), HttpConnection::run(connection),
                   [self = shared_from_this(), connection, place = *place](std::exception_ptr escaped) {
                     if (escaped) self->report(escaped);
                     self->forget(place);
                   });
  }

  std::optional<Connections::iterator> remember(const std::shared_ptr<HttpConnection>& connection,
                                                std::string address) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return std::nullopt;
    const auto from_there = by_address_.find(address);
    if (connections_.size() >= options_.max_connections) return refuse("from anywhere");
    if (from_there != by_address_.end() && from_there->second >= options_.max_connections_per_address)
      return refuse("from " + address);
    full_ = false;
    ++by_address_[address];
    return connections_.insert(connections_.end(), Open{connection, std::move(address)});
  }

  std::optional<Connections::iterator> refuse(const std::string& where) {
    if (!std::exchange(full_, true))
      spdlog::warn("{}: {} connections are open, more {} are refused", options_.name, connections_.size(),
                   where);
    return std::nullopt;
  }

  void forget(Connections::iterator place) {
    const std::lock_guard lock(mutex_);
    const auto from_there = by_address_.find(place->address);
    if (--from_there->second == 0) by_address_.erase(from_there);
    connections_.erase(place);
  }

  void report(const std::exception_ptr& escaped) {
    try {
      std::rethrow_exception(escaped);
    } catch (const std::exception& failure) {
      spdlog::error("{}: a connection ended by {}", options_.name, failure.what());
    }
  }

  const HttpServerOptions options_;
  const HttpHandler handler_;
  Listener listener_;
  std::mutex mutex_;
  Connections connections_;
  std::unordered_map<std::string, std::size_t> by_address_;
  bool full_ = false;
  bool stopped_ = false;
};

HttpServer::HttpServer(asio::any_io_executor executor, HttpServerOptions options, HttpHandler handler)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options), std::move(handler))) {}
HttpServer::~HttpServer() {
  impl_->stop();
}
Result<void> HttpServer::start() {
  return impl_->start();
}
std::uint16_t HttpServer::port() const {
  return impl_->port();
}
void HttpServer::stop() {
  impl_->stop();
}

}  // namespace hearth::net
