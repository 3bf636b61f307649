// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/run.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <ostream>

#include "cloud/ctl/commands.hpp"
#include "cloud/ctl/token.hpp"

namespace hearth::ctl {
namespace {

namespace asio = boost::asio;

/// What is still running this long after Ctrl-C is left behind.
constexpr std::chrono::seconds kGrace{1};
constexpr std::chrono::milliseconds kTail{200};

/// To the coroutine of each command.
struct Dispatch {
  SessionPtr session;

  asio::awaitable<int> operator()(ApplyOptions options) const {
    return run_apply(session, std::move(options));
  }
  asio::awaitable<int> operator()(GetOptions options) const { return run_get(session, std::move(options)); }
  asio::awaitable<int> operator()(DeleteOptions options) const {
    return run_delete(session, std::move(options));
  }
  asio::awaitable<int> operator()(SetOptions options) const { return run_set(session, std::move(options)); }
  asio::awaitable<int> operator()(TraceOptions options) const {
    return run_trace(session, std::move(options));
  }
  asio::awaitable<int> operator()(DataOptions options) const { return run_data(session, std::move(options)); }
  asio::awaitable<int> operator()(TokenOptions) const { co_return kExitUsage; }
};

/// Runs one command on a context of its own, until it is done or Ctrl-C.
class Runner {
 public:
  int run(kube::Access access, std::string ns, Options options, Environment& environment) {
    const auto session = std::make_shared<Session>(context_.get_executor(), std::move(access), std::move(ns),
                                                   environment.in, environment.out, environment.err);
    signals_.async_wait([this, session](boost::system::error_code error, int) {
      session->interrupted = !error;
      if (!error) interrupt();
    });
    asio::co_spawn(
        context_, std::visit(Dispatch{session}, std::move(options.command)),
        asio::bind_cancellation_slot(cancel_.slot(), [this, &environment](std::exception_ptr e, int status) {
          finished(e, status, environment.err);
        }));
    context_.run();
    // Side activities of the command have been told to end; what does not is dropped with the context.
    context_.restart();
    context_.run_for(kTail);
    return interrupted_ ? kExitInterrupted : status_;
  }

 private:
  void interrupt() {
    interrupted_ = true;
    grace_.expires_after(kGrace);
    grace_.async_wait([this](boost::system::error_code error) {
      if (!error) context_.stop();
    });
    cancel_.emit(asio::cancellation_type::terminal);
  }

  void finished(std::exception_ptr escaped, int status, std::ostream& err) {
    status_ = status;
    signals_.cancel();
    grace_.cancel();
    context_.stop();
    if (!escaped || interrupted_) return;
    status_ = kExitFailed;
    try {
      std::rethrow_exception(escaped);
    } catch (const std::exception& e) {
      err << "error: " << e.what() << "\n";
    }
  }

  asio::cancellation_signal cancel_;  // outlives what the context still holds
  asio::io_context context_{1};
  asio::signal_set signals_{context_, SIGINT, SIGTERM};
  asio::steady_timer grace_{context_};
  bool interrupted_ = false;
  int status_ = kExitFailed;
};

int print_token(const TokenOptions& options, Environment& environment) {
  const auto token = make_token(options, environment.token_maker, std::chrono::system_clock::now());
  if (!token) {
    environment.err << "error: " << token.error().text << "\n";
    return kExitFailed;
  }
  environment.out << *token << "\n";
  return kExitOk;
}

Result<kube::Access> find_access(const Options& options, const Environment& environment) {
  const auto file = find_kubeconfig({options.kubeconfig, environment.kubeconfig, environment.home});
  if (!file) return file.error();
  return kube::load_kubeconfig(*file);
}

}  // namespace

int run(int argc, const char* const* argv, Environment environment) {
  auto parsed = parse_command_line(argc, argv, environment.out, environment.err);
  if (const auto* status = std::get_if<int>(&parsed)) return *status;
  auto options = std::get<Options>(std::move(parsed));
  if (const auto* token = std::get_if<TokenOptions>(&options.command))
    return print_token(*token, environment);
  auto access = find_access(options, environment);
  if (!access) {
    environment.err << "error: " << access.error().text << "\n";
    return kExitFailed;
  }
  // What parts would log goes to the user as "error: …" already.
  spdlog::set_level(spdlog::level::off);
  const auto ns = options.ns.empty() ? access->ns : options.ns;
  Runner runner;
  return runner.run(std::move(*access), ns, std::move(options), environment);
}

}  // namespace hearth::ctl
