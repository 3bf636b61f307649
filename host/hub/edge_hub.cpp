// SPDX-License-Identifier: Apache-2.0
#include "host/hub/edge_hub.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <random>

#include "host/hub/enrolment.hpp"
#include "host/hub/reconnect_policy.hpp"
#include "host/hub/session.hpp"
#include "sdk/net/tls.hpp"

namespace hearth::edgehub {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr const char* kCertPort = "10002";
constexpr std::chrono::milliseconds kStopLimit{1500};

struct Counters {
  explicit Counters(Metrics& metrics)
      : connected(metrics.gauge("hearth_edgehub_connected", "1 while the link to the cloud is up")),
        reconnects(metrics.counter("hearth_edgehub_reconnects_total", "Links made after the first one")),
        malformed(metrics.counter("hearth_edgehub_malformed_total", "Frames from the cloud passed over")),
        sent(metrics.counter("hearth_edgehub_sent_total", "Messages queued on the link")),
        received(metrics.counter("hearth_edgehub_received_total", "Messages from the cloud")) {}

  prometheus::Gauge& connected;
  prometheus::Counter& reconnects;
  prometheus::Counter& malformed;
  prometheus::Counter& sent;
  prometheus::Counter& received;
};

/// How one attempt, or the link it made, ended.
struct Outcome {
  Error why;
  ReconnectPolicy::Duration was_up{0};
};

struct Endpoints {
  net::Url cloud;
  net::Url certificates;
};

Result<net::Url> parse_endpoint(const std::string& text, std::string_view scheme, std::string_view setting) {
  auto url = net::parse_url(text);
  if (url && url->scheme == scheme) return url;
  return invalid("BadUrl", std::string(setting) + " \"" + text + "\" is not of the form " +
                               std::string(scheme) + "://host:port");
}

Result<Endpoints> endpoints(const EdgeHubOptions& options) {
  auto cloud = parse_endpoint(options.hub_url, "wss", "hub address");
  if (!cloud) return cloud.error();
  if (options.cert_url.empty()) {
    net::Url certificates{.scheme = "https", .host = cloud->host, .port = kCertPort};
    return Endpoints{std::move(*cloud), std::move(certificates)};
  }
  auto certificates = parse_endpoint(options.cert_url, "https", "certificate address");
  if (!certificates) return certificates.error();
  return Endpoints{std::move(*cloud), std::move(*certificates)};
}

bool needs_a_person(const Error& error) {
  return error.cls == ErrorClass::invalid || error.cls == ErrorClass::denied;
}

}  // namespace

class EdgeHub::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, EdgeHubOptions options, Metrics& metrics)
      : io_(io),
        options_(std::move(options)),
        counters_(metrics),
        policy_(options_.min_reconnect, options_.max_reconnect),
        retry_timer_(io),
        ended_timer_(io) {}

  void start();
  bool send(const wire::HubMessage& message);
  asio::awaitable<void> stop();
  void abandon();
  const LinkState& link() const { return link_; }

  std::function<void(wire::HubMessage)> message_handler_ = [](const wire::HubMessage&) {};
  std::function<void(LinkState)> link_handler_ = [](const LinkState&) {};

 private:
  static asio::awaitable<void> keep_linked(std::shared_ptr<Impl> self);
  asio::awaitable<Outcome> attempt();
  asio::awaitable<Outcome> serve(SessionOptions session_options);
  void link_up();
  void link_down(const Error& why);
  void set_link(LinkState state);
  ReconnectPolicy::Duration pause(const Outcome& outcome);
  void received(std::string_view frame);
  void passed_over(const std::string& why);
  asio::awaitable<void> wait_for_end();

  asio::io_context& io_;
  EdgeHubOptions options_;
  Counters counters_;
  ReconnectPolicy policy_;
  asio::steady_timer retry_timer_;
  asio::steady_timer ended_timer_;  // cancelled when keep_linked() has ended
  asio::cancellation_signal cancel_;
  std::minstd_rand random_{std::random_device{}()};
  std::shared_ptr<Session> session_;  // while the link is up
  LinkState link_;
  bool linked_before_ = false;
  bool malformed_logged_ = false;
  bool running_ = false;
  bool stopping_ = false;
};

void EdgeHub::Impl::start() {
  running_ = true;
  auto ended = [self = shared_from_this()](std::exception_ptr escaped) {
    self->running_ = false;
    self->ended_timer_.cancel();
    // A cancelled coroutine ends by an exception at its next wait.
    if (escaped && !self->stopping_) spdlog::error("edgehub: the link's loop ended by an exception");
  };
  asio::co_spawn(io_, keep_linked(shared_from_this()),
                 asio::bind_cancellation_slot(cancel_.slot(), std::move(ended)));
}

asio::awaitable<void> EdgeHub::Impl::keep_linked(std::shared_ptr<Impl> self) {
  while (!self->stopping_) {
    const Outcome outcome = co_await self->attempt();
    self->link_down(outcome.why);
    if (self->stopping_) co_return;
    self->retry_timer_.expires_after(self->pause(outcome));
    co_await self->retry_timer_.async_wait(kNoThrow);
  }
}

asio::awaitable<Outcome> EdgeHub::Impl::attempt() {
  auto addresses = endpoints(options_);
  if (!addresses) co_return Outcome{addresses.error()};
  EnrolmentOptions enrolment{addresses->certificates, options_.token, options_.node_name};
  auto folder = options_.data_dir / "certs";
  auto credentials = co_await obtain_credentials(io_.get_executor(), std::move(folder), std::move(enrolment),
                                                 std::chrono::system_clock::now());
  if (!credentials) co_return Outcome{credentials.error()};
  const net::ClientTls with_identity{credentials->ca_pem, credentials->identity};
  auto tls = net::make_client_tls(with_identity);
  if (!tls) co_return Outcome{tls.error()};
  SessionOptions session_options{.cloud = addresses->cloud,
                                 .node_name = options_.node_name,
                                 .project_id = options_.project_id,
                                 .tls = *tls,
                                 .keepalive = options_.keepalive};
  co_return co_await serve(std::move(session_options));
}

asio::awaitable<Outcome> EdgeHub::Impl::serve(SessionOptions session_options) {
  auto session = std::make_shared<Session>(io_, std::move(session_options),
                                           [this](std::string_view frame) { received(frame); });
  auto opened = co_await session->open();
  if (!opened) co_return Outcome{opened.error()};
  const auto since = steady_clock::now();
  session_ = session;
  malformed_logged_ = false;
  link_up();
  Error why = co_await session->run();
  session_.reset();
  const auto was_up = std::chrono::duration_cast<ReconnectPolicy::Duration>(steady_clock::now() - since);
  co_return Outcome{std::move(why), was_up};
}

void EdgeHub::Impl::link_up() {
  if (linked_before_) counters_.reconnects.Increment();
  linked_before_ = true;
  const bool hearth_peer = session_->hearth_peer();
  spdlog::info("edgehub: linked to {} as {} ({})", options_.hub_url, options_.node_name,
               hearth_peer ? "a Hearth cloud" : "a KubeEdge cloud");
  counters_.connected.Set(1);
  set_link({.up = true, .hearth_peer = hearth_peer});
}

void EdgeHub::Impl::link_down(const Error& why) {
  session_.reset();
  counters_.connected.Set(0);
  const std::string problem = stopping_ ? "stopped" : why.text;
  if (!link_.up && link_.problem == problem) return;
  if (!stopping_) spdlog::warn("edgehub: no link: {}", problem);
  set_link({.up = false, .problem = problem});
}

void EdgeHub::Impl::set_link(LinkState state) {
  link_ = std::move(state);
  link_handler_(link_);
}

ReconnectPolicy::Duration EdgeHub::Impl::pause(const Outcome& outcome) {
  const double random = std::uniform_real_distribution<double>(0, 1)(random_);
  if (needs_a_person(outcome.why)) return policy_.after_refusal(random);
  return policy_.after_failure(outcome.was_up, random);
}

void EdgeHub::Impl::received(std::string_view frame) {
  auto message = wire::parse_hub_message(frame);
  if (!message) {
    passed_over(message.error().text);
    return;
  }
  counters_.received.Increment();
  try {
    message_handler_(std::move(*message));
  } catch (const std::exception& error) {  // what a message makes the handler throw must not end the link
    passed_over(error.what());
  }
}

void EdgeHub::Impl::passed_over(const std::string& why) {
  counters_.malformed.Increment();
  if (std::exchange(malformed_logged_, true)) return;
  spdlog::warn("edgehub: a message from the cloud is passed over: {}; further ones are only counted", why);
}

bool EdgeHub::Impl::send(const wire::HubMessage& message) {
  if (!link_.up || !session_ || !session_->send(wire::print(message))) return false;
  counters_.sent.Increment();
  return true;
}

asio::awaitable<void> EdgeHub::Impl::stop() {
  const auto self = shared_from_this();
  stopping_ = true;
  retry_timer_.cancel();
  if (session_) {
    session_->close();
    co_await wait_for_end();
  }
  if (!running_) co_return;
  cancel_.emit(asio::cancellation_type::terminal);
  co_await wait_for_end();
}

asio::awaitable<void> EdgeHub::Impl::wait_for_end() {
  const auto deadline = steady_clock::now() + kStopLimit;
  while (running_ && steady_clock::now() < deadline) {
    ended_timer_.expires_at(deadline);
    co_await ended_timer_.async_wait(kNoThrow);
  }
}

void EdgeHub::Impl::abandon() {
  stopping_ = true;
  message_handler_ = [](const wire::HubMessage&) {};
  link_handler_ = [](const LinkState&) {};
  retry_timer_.cancel();
  if (running_) cancel_.emit(asio::cancellation_type::terminal);
}

EdgeHub::EdgeHub(asio::io_context& io, EdgeHubOptions options, Metrics& metrics)
    : impl_(std::make_shared<Impl>(io, std::move(options), metrics)) {}
EdgeHub::~EdgeHub() {
  impl_->abandon();
}

void EdgeHub::on_message(std::function<void(wire::HubMessage)> handler) {
  impl_->message_handler_ = std::move(handler);
}
void EdgeHub::on_link(std::function<void(LinkState)> handler) {
  impl_->link_handler_ = std::move(handler);
}
void EdgeHub::start() {
  impl_->start();
}
bool EdgeHub::send(wire::HubMessage message) {
  return impl_->send(message);
}
const LinkState& EdgeHub::link() const {
  return impl_->link();
}
asio::awaitable<void> EdgeHub::stop() {
  const auto impl = impl_;
  co_await impl->stop();
}

}  // namespace hearth::edgehub
