// SPDX-License-Identifier: Apache-2.0
// A fleet that comes back at once: many nodes with real TLS WebSocket links to one CloudHub, which goes away and comes back.
// Prints when they arrived and how long each handshake took, from the dial that got through to the answered upgrade.
// Both ends run in this process and share its cores, so a cloud with the machine to itself does better.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <random>
#include <thread>

#include "cloud/hub/cloud_hub.hpp"
#include "host/hub/reconnect_policy.hpp"
#include "host/hub/session.hpp"
#include "tests/bench/samples.hpp"

namespace {

namespace asio = boost::asio;
using namespace hearth;
using bench::SteadyClock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr milliseconds kBucket{100};

struct Options {
  int nodes = 2000;
  int handshakes = 64;
  int cloud_threads = 1;
  milliseconds outage{500};
  seconds limit{120};
};

struct Pki {
  net::Identity ca = net::make_ca({"Bench", {}}, std::chrono::hours(24)).value();

  net::TlsContext server() const {
    const net::SignOptions how{{net::Usage::server}, {"127.0.0.1"}};
    const auto identity = net::make_identity(ca, {"cloud", {}}, how).value();
    return net::make_server_tls(identity, ca.certificate_pem, net::ClientCertificate::required).value();
  }
  net::TlsContext node(const std::string& name) const {
    const net::SignOptions how{{net::Usage::client}};
    const auto identity = net::make_identity(ca, {"system:node:" + name, {"system:nodes"}}, how).value();
    return net::make_client_tls({ca.certificate_pem, identity}).value();
  }
};

/// The nodes' side, on one thread.
class Fleet {
 public:
  Fleet(const Options& options, const Pki& pki, std::uint16_t port) {
    for (int i = 0; i < options.nodes; ++i) {
      const auto name = fmt::format("edge-{}", i);
      edgehub::SessionOptions session;
      session.cloud = {"wss", "127.0.0.1", std::to_string(port), "/"};
      session.node_name = name;
      session.project_id = std::string(wire::kDefaultProjectId);
      session.instance = name;
      session.tls = pki.node(name);
      sessions_.push_back(std::move(session));
    }
  }
  ~Fleet() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  void start() {
    for (const auto& session : sessions_)
      asio::co_spawn(io_, keep_linked(this, session), [](std::exception_ptr) {});
    thread_ = std::thread([this] { io_.run(); });
  }
  int linked() const { return linked_; }
  int tries() const { return tries_; }

  /// What was seen since `begin`; only while nobody dials.
  void report(SteadyClock::time_point begin) const {
    bench::Samples handshakes;
    bench::Samples arrivals;
    std::map<long, int> histogram;
    for (const auto& link : links_) {
      if (link.stood < begin) continue;
      handshakes.add(link.stood - link.dialled);
      arrivals.add(link.stood - begin);
      ++histogram[(link.stood - begin) / kBucket];
    }
    fmt::print("handshake: {}\narrival:   {}\n", handshakes.text(), arrivals.text());
    for (const auto& [bucket, count] : histogram)
      fmt::print("{:6} ms {:5} {}\n", bucket * kBucket.count(), count, std::string(count / 10 + 1, '#'));
  }

 private:
  struct Link {
    SteadyClock::time_point dialled;
    SteadyClock::time_point stood;
  };

  double random() { return std::uniform_real_distribution<double>(0, 1)(engine_); }

  static asio::awaitable<void> keep_linked(Fleet* self, edgehub::SessionOptions options) {
    edgehub::ReconnectPolicy policy(seconds(1), seconds(60));
    asio::steady_timer pause(self->io_);
    for (;;) {
      auto copy = options;
      const auto session = std::make_shared<edgehub::Session>(
          self->io_, std::move(copy), edgehub::SessionHandlers{[](std::string_view) {}});
      const auto dialled = SteadyClock::now();
      ++self->tries_;
      const auto opened = co_await session->open();
      const auto stood = SteadyClock::now();
      if (opened) {
        self->links_.push_back({dialled, stood});
        ++self->linked_;
        co_await session->run();
        --self->linked_;
      }
      const edgehub::Ending ending{
          .now = SteadyClock::now(), .served = opened.has_value(), .retry_after = session->retry_after()};
      pause.expires_after(policy.wait(ending, self->random()));
      co_await pause.async_wait(kNoThrow);
    }
  }

  asio::io_context io_{1};
  std::vector<edgehub::SessionOptions> sessions_;
  std::vector<Link> links_;
  std::atomic<int> linked_{0};
  std::atomic<int> tries_{0};
  std::minstd_rand engine_{7};
  std::thread thread_;
};

class Cloud {
 public:
  Cloud(const Options& options, const Pki& pki, std::uint16_t port) : pool_(options.cloud_threads) {
    cloudhub::CloudHubOptions hub;
    hub.listen = fmt::format("127.0.0.1:{}", port);
    hub.max_handshakes = static_cast<std::size_t>(options.handshakes);
    hub_ = std::make_unique<cloudhub::CloudHub>(pool_.get_executor(), hub, pki.server(),
                                                cloudhub::Callbacks{}, metrics_);
    hub_->start().value();
  }
  ~Cloud() {
    hub_->stop();
    pool_.join();
  }
  std::uint16_t port() const { return hub_->port(); }

 private:
  Metrics metrics_;
  asio::thread_pool pool_;
  std::unique_ptr<cloudhub::CloudHub> hub_;
};

bool wait_for_all(const Fleet& fleet, const Options& options) {
  const auto end = SteadyClock::now() + options.limit;
  while (fleet.linked() < options.nodes && SteadyClock::now() < end)
    std::this_thread::sleep_for(milliseconds(5));
  return fleet.linked() == options.nodes;
}

/// Each link needs a descriptor at either end.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const Options& options) {
  const Pki pki;
  auto cloud = std::make_unique<Cloud>(options, pki, 0);
  const auto port = cloud->port();
  Fleet fleet(options, pki, port);
  const auto first = SteadyClock::now();
  fleet.start();
  if (!wait_for_all(fleet, options)) return fmt::print("only {} came\n", fleet.linked()), 1;
  fmt::print("{} nodes, all dialling at once, {} handshakes at a time\n", options.nodes, options.handshakes);
  fleet.report(first);

  cloud.reset();
  std::this_thread::sleep_for(options.outage);
  const int before = fleet.tries();
  const auto back = SteadyClock::now();
  cloud = std::make_unique<Cloud>(options, pki, port);
  if (!wait_for_all(fleet, options)) return fmt::print("only {} came back\n", fleet.linked()), 1;
  fmt::print("\nthe cloud was away for {} ms; {} dials until all were back\n", options.outage.count(),
             fleet.tries() - before);
  fleet.report(back);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  long outage_ms = options.outage.count();
  CLI::App app{"How a fleet of nodes comes back to a CloudHub"};
  app.add_option("--nodes", options.nodes, "How many links")->check(CLI::Range(1, 20'000));
  app.add_option("--handshakes", options.handshakes, "TLS handshakes at a time")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--cloud-threads", options.cloud_threads, "Threads of the hub")->check(CLI::Range(1, 64));
  app.add_option("--outage-ms", outage_ms, "How long the cloud is away")->check(CLI::Range(0, 60'000));
  CLI11_PARSE(app, argc, argv);
  options.outage = milliseconds(outage_ms);
  raise_descriptor_limit();
  return run(options);
}
