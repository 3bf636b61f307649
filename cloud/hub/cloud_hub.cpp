// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/cloud_hub.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <map>
#include <mutex>
#include <random>

#include "cloud/hub/handshake_log.hpp"
#include "cloud/hub/session.hpp"
#include "sdk/net/listener.hpp"

namespace hearth::cloudhub {

namespace asio = boost::asio;

namespace {

// Beside the nodes' sessions: connections that are still shaking hands, or were just replaced.
constexpr std::size_t kSpareConnections = 5000;
constexpr std::chrono::seconds kWhenFull{30};
constexpr std::chrono::seconds kWhenTakenTwice{60};

/// Spread, so that those refused together do not come back together.
std::chrono::seconds at_least(std::chrono::seconds wait) {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return wait + std::chrono::seconds(std::uniform_int_distribution<long>(0, wait.count())(engine));
}

}  // namespace

class CloudHub::Impl final : public SessionOwner, public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::any_io_executor executor, CloudHubOptions options, net::TlsContext tls, Callbacks callbacks,
       Metrics& metrics)
      : executor_(std::move(executor)),
        options_(std::move(options)),
        tls_(std::move(tls)),
        callbacks_(std::move(callbacks)),
        sessions_(metrics.gauge("hearth_cloudhub_sessions", "Nodes connected now")),
        malformed_(metrics.counter("hearth_cloudhub_malformed_total", "Frames of nodes that are no message")),
        replaced_(metrics.counter("hearth_cloudhub_takeovers_total", "Sessions replaced by a newer one")),
        given_up_(metrics.counter("hearth_cloudhub_unacked_total", "Messages given up without an ack")),
        duplicates_(metrics.counter("hearth_cloudhub_duplicates_total",
                                    "Links refused because two hosts have one node name")),
        refused_(metrics.counter("hearth_cloudhub_refused_total", "Links that did not come about")),
        handshakes_(metrics.gauge("hearth_cloudhub_handshakes", "TLS handshakes under way")),
        waiting_(
            metrics.gauge("hearth_cloudhub_handshakes_waiting", "Connections waiting for their handshake")),
        gate_(options_.max_handshakes, options_.max_waiting),
        listener_(executor_) {}

  Result<void> start() {
    return listener_.start(options_.listen, "cloudhub", [weak = weak_from_this()](net::Tcp::socket socket) {
      if (const auto self = weak.lock()) self->serve(std::move(socket));
    });
  }

  std::uint16_t port() const { return listener_.port(); }

  void send(const std::string& node, wire::HubMessage message) {
    if (const auto session = find(node)) session->post_send(std::move(message));
  }

  void send_acked(const std::string& node, wire::HubMessage message, AckQueue::Done done) {
    auto counted = [self = shared_from_this(), done = std::move(done)](bool acked) {
      if (!acked) self->given_up_.Increment();
      if (done) done(acked);
    };
    if (const auto session = find(node))
      return session->post_send_acked(std::move(message), std::move(counted));
    asio::post(executor_, [counted = std::move(counted)] { counted(false); });
  }

  std::vector<std::string> nodes() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& entry : nodes_)
      names.push_back(entry.first);
    return names;
  }

  void stop() {
    listener_.stop();
    stopped_ = true;
    disconnect_all("the cloud is stopping");
  }

  void disconnect_all(const std::string& reason) {
    std::vector<std::shared_ptr<Session>> open;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [key, weak] : connections_) {
        if (auto session = weak.lock()) open.push_back(std::move(session));
      }
    }
    for (const auto& session : open)
      session->post_close(reason);
  }

  AdmissionGate::Turn turn(const Session& session) override {
    const std::lock_guard lock(mutex_);
    const auto turn = gate_.enter(&session);
    if (turn == AdmissionGate::Turn::never) refused_.Increment();
    show_handshakes();
    return turn;
  }

  void left(const Session& session) override {
    const std::lock_guard lock(mutex_);
    if (!gate_.forget(&session)) pass_on_turn();
    show_handshakes();
  }

  void refused(const Session& session, const std::string& claimed, const std::string& reason) override {
    refused_.Increment();
    std::optional<std::string> line;
    {
      const std::lock_guard lock(mutex_);
      line =
          handshake_log_.failed(session.client().address, claimed, reason, std::chrono::steady_clock::now());
    }
    if (line) spdlog::warn("cloudhub: {}", *line);
  }

  std::optional<Refusal> may_open(const Session& session) override {
    TakeoverGuard::Verdict verdict;
    std::string holder;
    {
      const std::lock_guard lock(mutex_);
      const auto found = nodes_.find(session.node());
      if (found == nodes_.end()) {
        if (nodes_.size() < options_.max_nodes) return std::nullopt;
        return Refusal{503, "this cloud serves as many nodes as it may", at_least(kWhenFull)};
      }
      holder = found->second->client().address;
      verdict = takeovers_.knock(session.node(), session.client(), found->second->client(),
                                 std::chrono::steady_clock::now());
    }
    if (verdict.admitted) return std::nullopt;
    duplicates_.Increment();
    auto why = fmt::format(
        "DuplicateNode: two hosts have the name {}, one at {} and one at {}: give each a name of its own",
        session.node(), holder, session.client().address);
    if (verdict.news) report_duplicate(session.node(), why);
    return Refusal{409, std::move(why), at_least(kWhenTakenTwice)};
  }

  void opened(const std::shared_ptr<Session>& session) override {
    const std::lock_guard in_order(events_mutex_);
    std::shared_ptr<Session> old;
    {
      const std::lock_guard lock(mutex_);
      old = std::exchange(nodes_[session->node()], session);
      sessions_.Set(static_cast<double>(nodes_.size()));
      handshake_log_.opened(session->client().address, session->node(), std::chrono::steady_clock::now());
    }
    if (old) {
      replaced_.Increment();
      spdlog::info("cloudhub: node {} came in again, its older session is closed", session->node());
      old->post_close("another connection took over as this node");
      report_disconnected(session->node());
    } else {
      spdlog::info("cloudhub: node {} is connected", session->node());
    }
    if (!stopped_ && callbacks_.connected)
      callbacks_.connected(session->node(), session->hearth_peer(), session->client().address);
  }

  void ended(const Session& session) override {
    const std::lock_guard in_order(events_mutex_);
    {
      const std::lock_guard lock(mutex_);
      connections_.erase(&session);
      const auto found = nodes_.find(session.node());
      if (found == nodes_.end() || found->second.get() != &session) return;
      nodes_.erase(found);
      takeovers_.released(session.node());
      sessions_.Set(static_cast<double>(nodes_.size()));
    }
    spdlog::info("cloudhub: node {} is disconnected", session.node());
    report_disconnected(session.node());
  }

  void received(const Session& session, std::vector<wire::HubMessage> messages) override {
    if (!stopped_ && callbacks_.messages) callbacks_.messages(session.node(), std::move(messages));
  }

  void malformed() override { malformed_.Increment(); }

  void anonymous(const std::string& node) override {
    if (anonymous_seen_.exchange(true)) return;
    spdlog::info(
        "cloudhub: node {} shows a certificate of KubeEdge 1.15, which names no node: it is taken for any",
        node);
  }

 private:
  void serve(net::Tcp::socket socket) {
    auto session = std::make_shared<Session>(std::move(socket), tls_, options_, shared_from_this());
    {
      const std::lock_guard lock(mutex_);
      if (stopped_ || connections_.size() >= options_.max_nodes + kSpareConnections) return;
      connections_.emplace(session.get(), session);
    }
    asio::co_spawn(session->executor(), Session::run(session),
                   [session, self = shared_from_this()](std::exception_ptr escaped) {
                     if (escaped) self->report(*session, escaped);
                   });
  }

  /// With mutex_ held. A session may have ended just after it was named.
  void pass_on_turn() {
    while (const auto next = gate_.leave()) {
      const auto found = connections_.find(static_cast<const Session*>(*next));
      const auto session = found == connections_.end() ? nullptr : found->second.lock();
      if (session) return session->post_turn();
    }
  }

  void show_handshakes() {
    handshakes_.Set(static_cast<double>(gate_.inside()));
    waiting_.Set(static_cast<double>(gate_.waiting()));
  }

  void report_duplicate(const std::string& node, const std::string& why) {
    if (!stopped_ && callbacks_.duplicate) callbacks_.duplicate(node, why);
  }

  void report(const Session& session, const std::exception_ptr& escaped) {
    try {
      std::rethrow_exception(escaped);
    } catch (const std::exception& failure) {
      spdlog::error("cloudhub: the session of node {} ended by {}", session.node(), failure.what());
    }
    ended(session);
  }

  void report_disconnected(const std::string& node) {
    if (!stopped_ && callbacks_.disconnected) callbacks_.disconnected(node);
  }

  std::shared_ptr<Session> find(const std::string& node) const {
    const std::lock_guard lock(mutex_);
    const auto found = nodes_.find(node);
    return found == nodes_.end() ? nullptr : found->second;
  }

  const asio::any_io_executor executor_;
  const CloudHubOptions options_;
  const net::TlsContext tls_;
  const Callbacks callbacks_;
  prometheus::Gauge& sessions_;
  prometheus::Counter& malformed_;
  prometheus::Counter& replaced_;
  prometheus::Counter& given_up_;
  prometheus::Counter& duplicates_;
  prometheus::Counter& refused_;
  prometheus::Gauge& handshakes_;
  prometheus::Gauge& waiting_;
  AdmissionGate gate_;  ///< by mutex_, as are the next two
  TakeoverGuard takeovers_;
  HandshakeLog handshake_log_;
  net::Listener listener_;
  std::atomic<bool> stopped_{false};
  std::atomic<bool> anonymous_seen_{false};
  /// Held while a connect or disconnect is made known, so that those of one node come in their order.
  /// A callback may call send() and nodes(): they take only mutex_.
  std::mutex events_mutex_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Session>> nodes_;
  std::map<const Session*, std::weak_ptr<Session>> connections_;  ///< those without a node yet, too
};

CloudHub::CloudHub(asio::any_io_executor executor, CloudHubOptions options, net::TlsContext tls,
                   Callbacks callbacks, Metrics& metrics)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options), std::move(tls),
                                   std::move(callbacks), metrics)) {}
CloudHub::~CloudHub() {
  impl_->stop();
}
Result<void> CloudHub::start() {
  return impl_->start();
}
std::uint16_t CloudHub::port() const {
  return impl_->port();
}
void CloudHub::send(const std::string& node, wire::HubMessage message) {
  impl_->send(node, std::move(message));
}
void CloudHub::send_acked(const std::string& node, wire::HubMessage message, std::function<void(bool)> done) {
  impl_->send_acked(node, std::move(message), std::move(done));
}
std::vector<std::string> CloudHub::nodes() const {
  return impl_->nodes();
}
void CloudHub::disconnect_all(const std::string& reason) {
  impl_->disconnect_all(reason);
}
void CloudHub::stop() {
  impl_->stop();
}

}  // namespace hearth::cloudhub
