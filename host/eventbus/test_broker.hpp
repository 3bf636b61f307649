// SPDX-License-Identifier: Apache-2.0
// For tests: a Mosquitto as somebody else would run it, with users, passwords and TLS, and a link to a broker that can
// be cut.
// Thread: the test's io_context.   Errors: throws if the broker does not start.
#pragma once

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "host/eventbus/child_process.hpp"
#include "tests/support/loop.hpp"

namespace hearth::eventbus::test {

using boost::asio::ip::tcp;

inline std::uint16_t free_port(boost::asio::io_context& io) {
  return tcp::acceptor(io, {boost::asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

class TestBroker {
 public:
  /// `settings` go into the config behind the listener's port.
  TestBroker(boost::asio::io_context& io, std::filesystem::path folder, const std::string& settings)
      : io_(io), config_(folder / "broker.conf"), port_(free_port(io)) {
    std::ofstream(config_) << "listener " << port_
                           << " 127.0.0.1\nuser root\npersistence false\nlog_dest none\n"
                           << settings;
    start();
  }
  ~TestBroker() { kill(); }

  void start() {
    auto child = ChildProcess::start(io_, find_program("mosquitto").value(), {"-c", config_.string()});
    if (!child) throw std::runtime_error(child.error().text);
    child_ = std::move(*child);
    if (!hearth::test::run_until(io_, [this] { return listens(); }))
      throw std::runtime_error("the broker does not listen");
  }
  void kill() {
    if (!child_) return;
    child_->send_signal(SIGKILL);
    child_.reset();
    hearth::test::run_until(io_, [this] { return !listens(); });
  }
  std::uint16_t port() const { return port_; }
  int pid() const { return child_->pid(); }

 private:
  bool listens() {
    tcp::socket socket(io_);
    boost::system::error_code error;
    socket.connect({boost::asio::ip::address_v4::loopback(), port_}, error);
    return !error;
  }

  boost::asio::io_context& io_;
  std::filesystem::path config_;
  std::uint16_t port_;
  std::shared_ptr<ChildProcess> child_;
};

/// A way to a broker that can be cut: then it breaks what is open, and takes connections only to close them.
class CuttableLink {
 public:
  CuttableLink(boost::asio::io_context& io, std::uint16_t broker)
      : io_(io), broker_(broker), acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}) {
    accept();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void cut() {
    open_ = false;
    break_connections();
  }
  void mend() { open_ = true; }
  /// As a second client with the same id does: the broker takes the next connection at once.
  void break_connections() {
    for (auto& pair : pairs_)
      pair->close();
    pairs_.clear();
  }
  int refused() const { return refused_; }

 private:
  struct Pair {
    Pair(tcp::socket from, boost::asio::io_context& io) : near(std::move(from)), far(io) {}
    void close() {
      boost::system::error_code ignored;
      near.close(ignored);
      far.close(ignored);
    }
    tcp::socket near, far;
    std::array<char, 16384> up{}, down{};
  };

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      open_ ? join(std::move(socket)) : static_cast<void>(++refused_);
      accept();
    });
  }
  void join(tcp::socket socket) {
    auto pair = std::make_shared<Pair>(std::move(socket), io_);
    boost::system::error_code error;
    pair->far.connect({boost::asio::ip::address_v4::loopback(), broker_}, error);
    if (error) return;
    pair->near.set_option(tcp::no_delay(true));
    pair->far.set_option(tcp::no_delay(true));
    pairs_.push_back(pair);
    copy(pair, pair->near, pair->far, pair->up);
    copy(pair, pair->far, pair->near, pair->down);
  }
  void copy(std::shared_ptr<Pair> pair, tcp::socket& from, tcp::socket& to, std::array<char, 16384>& buffer) {
    from.async_read_some(boost::asio::buffer(buffer),
                         [=, this, &from, &to, &buffer](auto error, std::size_t size) {
                           if (error) return pair->close();
                           boost::asio::async_write(to, boost::asio::buffer(buffer, size),
                                                    [=, this, &from, &to, &buffer](auto failed, std::size_t) {
                                                      failed ? pair->close() : copy(pair, from, to, buffer);
                                                    });
                         });
  }

  boost::asio::io_context& io_;
  std::uint16_t broker_;
  tcp::acceptor acceptor_;
  std::list<std::shared_ptr<Pair>> pairs_;
  bool open_ = true;
  int refused_ = 0;
};

}  // namespace hearth::eventbus::test
