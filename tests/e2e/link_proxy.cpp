// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/link_proxy.hpp"

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <optional>
#include <set>
#include <thread>

namespace hearth::e2e {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

struct Pair {
  explicit Pair(asio::io_context& io) : edge(io), cloud(io) {}
  void close() {
    boost::system::error_code ignored;
    edge.close(ignored);
    cloud.close(ignored);
  }
  tcp::socket edge;
  tcp::socket cloud;
};

}  // namespace

class LinkProxy::Impl {
 public:
  explicit Impl(const std::string& target)
      : target_(asio::ip::make_address(target.substr(0, target.rfind(':'))),
                static_cast<std::uint16_t>(std::stoi(target.substr(target.rfind(':') + 1)))) {
    asio::co_spawn(io_, accept(this), [](std::exception_ptr) {});
  }
  ~Impl() {
    on_loop([this] {
      acceptor_.close();
      close_all();
    });
    work_.reset();
    io_.stop();
    thread_.join();
  }

  void cut() {
    on_loop([this] {
      refusing_ = true;
      close_all();
    });
  }
  void restore() {
    on_loop([this] {
      refusing_ = false;
      if (swallowing_.exchange(false)) close_all();
    });
  }
  void flap() {
    on_loop([this] { close_all(); });
  }

  std::atomic<bool> swallowing_{false};
  std::atomic<std::chrono::milliseconds> delay_{std::chrono::milliseconds(0)};
  std::atomic<std::uint64_t> up_{0};
  std::atomic<std::uint64_t> down_{0};
  std::atomic<std::size_t> connections_{0};
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  template <class Action>
  void on_loop(Action action) {
    std::packaged_task<void()> task(std::move(action));
    auto done = task.get_future();
    asio::post(io_, [&task] { task(); });
    done.get();
  }

  void close_all() {
    for (const auto& pair : pairs_)
      pair->close();
    pairs_.clear();
  }

  static asio::awaitable<void> accept(Impl* self) {
    for (;;) {
      auto pair = std::make_shared<Pair>(self->io_);
      const auto [failed] = co_await self->acceptor_.async_accept(pair->edge, kNoThrow);
      if (failed) co_return;
      if (self->refusing_) continue;
      ++self->connections_;
      self->pairs_.insert(pair);
      asio::co_spawn(self->io_, serve(self, pair), [](std::exception_ptr) {});
    }
  }

  static asio::awaitable<void> serve(Impl* self, std::shared_ptr<Pair> pair) {
    const auto [refused] = co_await pair->cloud.async_connect(self->target_, kNoThrow);
    if (refused) co_return end(self, pair);
    asio::co_spawn(self->io_, relay(self, pair, true), [](std::exception_ptr) {});
    co_await relay(self, pair, false);
  }

  static asio::awaitable<void> relay(Impl* self, std::shared_ptr<Pair> pair, bool up) {
    auto& from = up ? pair->edge : pair->cloud;
    auto& to = up ? pair->cloud : pair->edge;
    asio::steady_timer pause(self->io_);
    std::string data(64 * 1024, '\0');
    for (;;) {
      const auto into = asio::buffer(data);
      const auto [failed, size] = co_await from.async_read_some(into, kNoThrow);
      if (failed) co_return end(self, pair);
      if (self->swallowing_) continue;
      (up ? self->up_ : self->down_) += size;
      if (self->delay_.load().count() > 0) {
        pause.expires_after(self->delay_.load());
        co_await pause.async_wait(kNoThrow);
      }
      const auto out = asio::buffer(data, size);
      const auto [lost, written] = co_await asio::async_write(to, out, kNoThrow);
      if (lost) co_return end(self, pair);
    }
  }

  static void end(Impl* self, const std::shared_ptr<Pair>& pair) {
    pair->close();
    self->pairs_.erase(pair);
  }

  tcp::endpoint target_;
  asio::io_context io_{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_{io_.get_executor()};
  tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  bool refusing_ = false;  // the port stays ours: what connects is ended at once
  std::set<std::shared_ptr<Pair>> pairs_;
  std::thread thread_{[this] { io_.run(); }};
};

LinkProxy::LinkProxy(const std::string& target) : impl_(std::make_unique<Impl>(target)) {}
LinkProxy::~LinkProxy() = default;
std::string LinkProxy::address() const {
  return "127.0.0.1:" + std::to_string(impl_->port());
}
void LinkProxy::cut() {
  impl_->cut();
}
void LinkProxy::restore() {
  impl_->restore();
}
void LinkProxy::flap() {
  impl_->flap();
}
void LinkProxy::black_hole() {
  impl_->swallowing_ = true;
}
void LinkProxy::delay(std::chrono::milliseconds by) {
  impl_->delay_ = by;
}
std::uint64_t LinkProxy::bytes_up() const {
  return impl_->up_;
}
std::uint64_t LinkProxy::bytes_down() const {
  return impl_->down_;
}
std::size_t LinkProxy::connections() const {
  return impl_->connections_;
}

}  // namespace hearth::e2e
