// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/managed_broker.hpp"

#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fstream>

#include "host/eventbus/child_process.hpp"
#include "host/eventbus/output_log.hpp"
#include "sdk/base/backoff.hpp"

namespace hearth::eventbus {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr seconds kReadyLimit{5};
constexpr milliseconds kReadyPause{20};
constexpr seconds kTermLimit{2};
constexpr seconds kStableRun{10};
constexpr std::size_t kLogLimit = 256 * 1024;

tcp::endpoint loopback(std::uint16_t port) {
  return {asio::ip::address_v4::loopback(), port};
}

/// The port given if it is free, or any free one for 0.
Result<std::uint16_t> claim_port(asio::io_context& io, std::uint16_t wanted) {
  boost::system::error_code error;
  tcp::acceptor acceptor(io);
  acceptor.open(tcp::v4(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(loopback(wanted), error);
  if (!error) acceptor.listen(1, error);
  if (error) {
    return unavailable("PortInUse",
                       "port " + std::to_string(wanted) +
                           " on 127.0.0.1 cannot be used by the managed broker: " + error.message() +
                           "; stop the other program or name its broker with --broker mqtt://127.0.0.1:" +
                           std::to_string(wanted));
  }
  return acceptor.local_endpoint().port();
}

std::string config_text(std::uint16_t port) {
  std::string text =
      "# Written by hearth-host at each start; changes here are lost.\n"
      "listener " +
      std::to_string(port) +
      " 127.0.0.1\n"
      "allow_anonymous true\n"
      "persistence false\n"
      "max_queued_messages 10000\n"
      "message_size_limit 4194304\n"
      "log_dest stderr\n"
      "log_type error\n"
      "log_type warning\n"
      "log_type notice\n"
      "log_timestamp_format %Y-%m-%dT%H:%M:%S\n"
      "connection_messages false\n"
      "max_inflight_messages 1000\n"
      "set_tcp_nodelay true\n";
  // Started as root, mosquitto would change to another user: the kernel then forgets that it is to die with
  // us (PR_SET_PDEATHSIG), and a reload could no longer read this file in the host's private folder.
  if (::geteuid() == 0) text += "user root\n";
  return text;
}

Result<void> write_config(const fs::path& folder, std::uint16_t port) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error)
    return unavailable("CannotWrite", "cannot make the folder " + folder.string() + ": " + error.message());
  const fs::path file = folder / "mosquitto.conf";
  std::ofstream out(file, std::ios::trunc);
  out << config_text(port);
  out.close();
  if (!out) return unavailable("CannotWrite", "cannot write " + file.string());
  return {};
}

}  // namespace

class ManagedBroker::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, ManagedBrokerOptions options)
      : io_(io), options_(std::move(options)), port_(options_.port), changed_(io), retry_timer_(io) {}

  asio::awaitable<Result<void>> start();
  asio::awaitable<void> stop();
  void abandon();
  std::uint16_t port() const { return port_; }
  int pid() const { return child_ ? child_->pid() : 0; }

 private:
  Result<void> prepare();
  Result<void> launch();
  asio::awaitable<Result<void>> ready();
  asio::awaitable<bool> listens();
  asio::awaitable<bool> ended_within(seconds limit);
  asio::awaitable<void> copy_output(std::shared_ptr<ChildProcess> child);
  static asio::awaitable<void> supervise(std::shared_ptr<Impl> self);
  asio::awaitable<void> start_again();

  asio::io_context& io_;
  ManagedBrokerOptions options_;
  std::uint16_t port_;
  fs::path folder_ = options_.data_dir / "mosquitto";
  fs::path program_;
  std::unique_ptr<OutputLog> log_;
  std::shared_ptr<ChildProcess> child_;  // empty while it is not running
  std::string end_;                      // how it ended last
  Backoff backoff_{milliseconds(250), milliseconds(5000)};
  asio::steady_timer changed_;  // cancelled when the child has ended
  asio::steady_timer retry_timer_;
  bool started_ = false;  // it has listened once: from then on it is started again
  bool stopping_ = false;
};

Result<void> ManagedBroker::Impl::prepare() {
  auto program = find_program(options_.program);
  if (!program) {
    return std::move(program).error().within(
        "managed broker: install the mosquitto package, or name a broker with --broker mqtt://host:port");
  }
  program_ = *program;
  auto port = claim_port(io_, options_.port);
  if (!port) return port.error();
  port_ = *port;
  auto written = write_config(folder_, port_);
  if (!written) return written.error();
  log_ = std::make_unique<OutputLog>(folder_ / "mosquitto.log", kLogLimit);
  return {};
}

Result<void> ManagedBroker::Impl::launch() {
  auto child = ChildProcess::start(io_, program_, {"-c", (folder_ / "mosquitto.conf").string()});
  if (!child) return std::move(child).error().within("managed broker");
  child_ = std::move(*child);
  asio::co_spawn(io_, supervise(shared_from_this()), [](std::exception_ptr escaped) {
    if (escaped) spdlog::error("eventbus: the managed broker's supervision ended by an exception");
  });
  return {};
}

asio::awaitable<Result<void>> ManagedBroker::Impl::start() {
  const auto self = shared_from_this();
  auto prepared = prepare();
  if (!prepared) co_return prepared.error();
  auto launched = launch();
  if (!launched) co_return launched.error();
  auto up = co_await ready();
  if (!up) {
    co_await stop();
    co_return up.error();
  }
  started_ = true;
  spdlog::info("eventbus: own broker {} listens on 127.0.0.1:{}", program_.string(), port_);
  co_return Result<void>();
}

asio::awaitable<Result<void>> ManagedBroker::Impl::ready() {
  const int first = pid();
  const auto deadline = steady_clock::now() + kReadyLimit;
  while (steady_clock::now() < deadline) {
    if (pid() != first) {
      co_return unavailable("BrokerEnded",
                            "managed broker: " + program_.string() + " ended at once (" + end_ + ")");
    }
    const bool listening = co_await listens();
    if (listening) co_return Result<void>();
    retry_timer_.expires_after(kReadyPause);
    co_await retry_timer_.async_wait(kNoThrow);
  }
  co_return Error{ErrorClass::timeout, "BrokerSilent",
                  "managed broker: it does not listen on 127.0.0.1:" + std::to_string(port_) + " after 5 s"};
}

asio::awaitable<bool> ManagedBroker::Impl::listens() {
  tcp::socket socket(io_);
  const auto [error] = co_await socket.async_connect(loopback(port_), kNoThrow);
  co_return !error;
}

/// Until the program closes its output, which is when it ends.
asio::awaitable<void> ManagedBroker::Impl::copy_output(std::shared_ptr<ChildProcess> child) {
  std::array<char, 4096> buffer;
  for (;;) {
    const auto [error, size] = co_await child->output().async_read_some(asio::buffer(buffer), kNoThrow);
    if (error) co_return;
    log_->write({buffer.data(), size});
  }
}

/// One run of the program: waits for its end and sees to the next one.
asio::awaitable<void> ManagedBroker::Impl::supervise(std::shared_ptr<Impl> self) {
  const auto child = self->child_;
  const auto began = steady_clock::now();
  co_await self->copy_output(child);
  const std::string how = co_await child->ended();
  const std::string& last = self->log_->last_line();
  const bool by_itself = how.starts_with("exit status");  // then it mostly has said why
  self->end_ = last.empty() || !by_itself ? how : how + "; its last words: " + last;
  self->child_.reset();
  self->changed_.cancel();
  if (self->stopping_ || !self->started_) co_return;
  spdlog::warn("eventbus: own broker ended: {}; starting it again", self->end_);
  if (steady_clock::now() - began > kStableRun) self->backoff_.reset();
  co_await self->start_again();
}

asio::awaitable<void> ManagedBroker::Impl::start_again() {
  while (!stopping_) {
    retry_timer_.expires_after(backoff_.next());
    co_await retry_timer_.async_wait(kNoThrow);
    if (stopping_) co_return;
    auto launched = launch();
    if (launched) co_return;
    spdlog::warn("eventbus: {}", launched.error().text);
  }
}

asio::awaitable<void> ManagedBroker::Impl::stop() {
  const auto self = shared_from_this();
  stopping_ = true;
  retry_timer_.cancel();
  if (!child_) co_return;
  child_->send_signal(SIGTERM);
  bool ended = co_await ended_within(kTermLimit);
  if (ended) co_return;
  child_->send_signal(SIGKILL);
  ended = co_await ended_within(kTermLimit);
}

asio::awaitable<bool> ManagedBroker::Impl::ended_within(seconds limit) {
  const auto deadline = steady_clock::now() + limit;
  while (child_ && steady_clock::now() < deadline) {
    changed_.expires_at(deadline);
    co_await changed_.async_wait(kNoThrow);
  }
  co_return child_ == nullptr;
}

void ManagedBroker::Impl::abandon() {
  stopping_ = true;
  retry_timer_.cancel();
  if (child_) child_->send_signal(SIGKILL);
  child_.reset();
}

ManagedBroker::ManagedBroker(asio::io_context& io, ManagedBrokerOptions options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {}
ManagedBroker::~ManagedBroker() {
  impl_->abandon();
}

asio::awaitable<Result<void>> ManagedBroker::start() {
  const auto impl = impl_;
  co_return co_await impl->start();
}
asio::awaitable<void> ManagedBroker::stop() {
  const auto impl = impl_;
  co_await impl->stop();
}
std::uint16_t ManagedBroker::port() const {
  return impl_->port();
}
int ManagedBroker::pid() const {
  return impl_->pid();
}

}  // namespace hearth::eventbus
