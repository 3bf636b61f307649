// SPDX-License-Identifier: Apache-2.0
#include "host/hub/edge_hub.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <random>

#include "host/hub/certificate_keeper.hpp"
#include "host/hub/endpoints.hpp"
#include "host/hub/reconnect_policy.hpp"
#include "host/hub/session.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/net/tls.hpp"

namespace hearth::edgehub {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kStopLimit{1500};
constexpr std::chrono::seconds kWithoutLink = std::chrono::hours(1);  // a link that comes up ends this wait

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
  bool served = false;
  std::chrono::seconds retry_after{0};
};

Ending::Cause cause_of(const Error& error) {
  if (error.code == "NotYetValid") return Ending::Cause::clock;
  const bool person = error.cls == ErrorClass::invalid || error.cls == ErrorClass::denied;
  return person ? Ending::Cause::refusal : Ending::Cause::outage;
}

CertificateOptions certificate_options(const EdgeHubOptions& options) {
  return {.folder = options.data_dir / "certs",
          .node_name = options.node_name,
          .token = options.token,
          .token_file = options.token_file};
}

}  // namespace

class EdgeHub::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, EdgeHubOptions options, Metrics& metrics)
      : io_(io),
        options_(std::move(options)),
        counters_(metrics),
        policy_(options_.min_reconnect, options_.max_reconnect),
        certificate_(io.get_executor(), certificate_options(options_), metrics),
        retry_timer_(io),
        renew_timer_(io),
        switched_timer_(io),
        ended_timer_(io) {}

  void start();
  bool send(const wire::HubMessage& message);
  asio::awaitable<void> stop();
  void abandon();
  const LinkState& link() const { return link_; }

  std::function<void(wire::HubMessage)> message_handler_ = [](const wire::HubMessage&) {};
  std::function<void(LinkState)> link_handler_ = [](const LinkState&) {};
  std::function<void()> room_handler_ = [] {};

 private:
  static asio::awaitable<void> keep_linked(std::shared_ptr<Impl> self);
  static asio::awaitable<void> keep_renewed(std::shared_ptr<Impl> self);
  void run_loop(asio::awaitable<void> loop, asio::cancellation_signal& cancel);
  void end_loop(asio::cancellation_signal& cancel);
  asio::awaitable<Outcome> attempt();
  Result<std::shared_ptr<Session>> make_session(const net::Url& cloud, const Credentials& credentials);
  asio::awaitable<Outcome> serve(std::shared_ptr<Session> session);
  asio::awaitable<void> renew_now();
  asio::awaitable<Result<void>> switch_over(net::Url cloud, Credentials credentials);
  void link_up();
  void link_down(const Error& why);
  void set_link(LinkState state);
  ReconnectPolicy::Duration pause(const Outcome& outcome);
  double random() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  void received(std::string_view frame);
  void passed_over(const std::string& why);
  asio::awaitable<void> wait_for_end();

  asio::io_context& io_;
  EdgeHubOptions options_;
  Counters counters_;
  ReconnectPolicy policy_;
  CertificateKeeper certificate_;
  asio::steady_timer retry_timer_;
  asio::steady_timer renew_timer_;
  asio::steady_timer switched_timer_;  // cancelled when switching_ ends
  asio::steady_timer ended_timer_;     // cancelled when a loop has ended
  asio::cancellation_signal cancel_link_;
  asio::cancellation_signal cancel_renewal_;
  const std::string instance_ = new_uuid();
  std::minstd_rand random_{std::random_device{}()};
  std::shared_ptr<Session> session_;    // while the link is up
  std::shared_ptr<Session> successor_;  // open already, when session_ is to end for it
  LinkState link_;
  bool switching_ = false;  // a successor is being opened
  bool linked_before_ = false;
  bool served_ = false;  // the cloud sent something on the present link
  bool malformed_logged_ = false;
  int running_ = 0;  // loops
  bool stopping_ = false;
};

void EdgeHub::Impl::start() {
  run_loop(keep_linked(shared_from_this()), cancel_link_);
  run_loop(keep_renewed(shared_from_this()), cancel_renewal_);
}

void EdgeHub::Impl::run_loop(asio::awaitable<void> loop, asio::cancellation_signal& cancel) {
  ++running_;
  auto ended = [self = shared_from_this()](std::exception_ptr escaped) {
    --self->running_;
    self->ended_timer_.cancel();
    // A cancelled coroutine ends by an exception at its next wait.
    if (escaped && !self->stopping_) spdlog::error("edgehub: a loop of the link ended by an exception");
  };
  asio::co_spawn(io_, std::move(loop), asio::bind_cancellation_slot(cancel.slot(), std::move(ended)));
}

/// The loop is ended in a later turn by what lies in the signal: that must live until then.
void EdgeHub::Impl::end_loop(asio::cancellation_signal& cancel) {
  cancel.emit(asio::cancellation_type::terminal);
  asio::post(io_, [self = shared_from_this()] {});
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
  auto addresses = parse_endpoints(options_.hub_url, options_.cert_url);
  if (!addresses) co_return Outcome{addresses.error()};
  auto credentials = co_await certificate_.obtain(std::move(addresses->certificates));
  if (!credentials) co_return Outcome{credentials.error(), false, certificate_.retry_after()};
  auto session = make_session(addresses->cloud, *credentials);
  if (!session) co_return Outcome{session.error()};
  auto opened = co_await (*session)->open();
  if (!opened) co_return Outcome{opened.error(), false, (*session)->retry_after()};
  co_return co_await serve(*session);
}

Result<std::shared_ptr<Session>> EdgeHub::Impl::make_session(const net::Url& cloud,
                                                             const Credentials& credentials) {
  auto tls = net::make_client_tls({credentials.ca_pem, credentials.identity});
  if (!tls) return tls.error();
  SessionOptions session_options{.cloud = cloud,
                                 .node_name = options_.node_name,
                                 .project_id = options_.project_id,
                                 .instance = instance_,
                                 .tls = *tls,
                                 .keepalive = options_.keepalive,
                                 .ping_interval = options_.ping_interval,
                                 .silence_limit = options_.silence_limit,
                                 .max_queued_bytes = options_.max_queued_bytes};
  SessionHandlers handlers{[this](std::string_view frame) { received(frame); }, [this] { room_handler_(); }};
  return std::make_shared<Session>(io_, std::move(session_options), std::move(handlers));
}

asio::awaitable<Outcome> EdgeHub::Impl::serve(std::shared_ptr<Session> session) {
  const auto since = steady_clock::now();
  session_ = session;
  malformed_logged_ = served_ = false;
  link_up();
  Error why = co_await session->run();
  // The cloud may end the old session before we know that the new one stands.
  while (switching_ && !stopping_) {
    switched_timer_.expires_at(steady_clock::time_point::max());
    co_await switched_timer_.async_wait(kNoThrow);
  }
  while (successor_) {
    session = std::exchange(successor_, nullptr);
    why = co_await session->run();
  }
  session_.reset();
  // A stock cloud may have nothing to say to a node without devices: then its pongs have kept the link.
  const bool served = served_ || steady_clock::now() - since > options_.silence_limit;
  co_return Outcome{std::move(why), served, session->retry_after()};
}

asio::awaitable<void> EdgeHub::Impl::keep_renewed(std::shared_ptr<Impl> self) {
  while (!self->stopping_) {
    const auto now = std::chrono::system_clock::now();
    self->certificate_.show_expiry();
    // While there is no link the cloud is hardly there to sign, and an expired certificate is renewed before dialling.
    const bool due = self->certificate_.due(now);
    if (due && self->session_) {
      co_await self->renew_now();
      continue;
    }
    const auto wait = self->certificate_.wait(now).value_or(kWithoutLink);
    self->renew_timer_.expires_after(due ? kWithoutLink : wait);
    co_await self->renew_timer_.async_wait(kNoThrow);
  }
}

asio::awaitable<void> EdgeHub::Impl::renew_now() {
  auto addresses = parse_endpoints(options_.hub_url, options_.cert_url).value();  // it has been dialled
  auto fresh = co_await certificate_.renew(std::move(addresses.certificates));
  if (!fresh) {
    spdlog::warn("edgehub: {}; tried again later, the certificate is good until {}", fresh.error().text,
                 to_rfc3339(certificate_.expires()));
    co_return;
  }
  auto switched = co_await switch_over(std::move(addresses.cloud), std::move(*fresh));
  // The link that stands does not end with its certificate; the next one has the new.
  if (!switched) spdlog::info("edgehub: the link keeps its older certificate: {}", switched.error().text);
}

/// The session of the new certificate stands before the old one ends: the link is never down in between.
asio::awaitable<Result<void>> EdgeHub::Impl::switch_over(net::Url cloud, Credentials credentials) {
  auto made = make_session(cloud, credentials);
  if (!made) co_return made.error();
  const auto fresh = *made;
  switching_ = true;
  auto opened = co_await fresh->open();
  switching_ = false;
  switched_timer_.cancel();
  if (!opened) co_return opened.error();
  if (!session_ || stopping_) {
    fresh->close();
    co_return unavailable("LinkDown", "the link ended meanwhile");
  }
  const auto old = std::exchange(session_, fresh);
  successor_ = fresh;
  old->close();
  set_link(link_);
  co_return Result<void>();
}

void EdgeHub::Impl::link_up() {
  if (linked_before_) counters_.reconnects.Increment();
  linked_before_ = true;
  const bool hearth_peer = session_->hearth_peer();
  spdlog::info("edgehub: linked to {} as {} ({})", options_.hub_url, options_.node_name,
               hearth_peer ? "a Hearth cloud" : "a KubeEdge cloud");
  counters_.connected.Set(1);
  renew_timer_.cancel();
  set_link({.up = true, .hearth_peer = hearth_peer});
}

void EdgeHub::Impl::link_down(const Error& why) {
  session_.reset();
  successor_.reset();
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
  const Ending ending{.now = steady_clock::now(),
                      .served = outcome.served,
                      .cause = cause_of(outcome.why),
                      .retry_after = outcome.retry_after};
  return policy_.wait(ending, random());
}

void EdgeHub::Impl::received(std::string_view frame) {
  auto messages = wire::parse_hub_frame(frame);
  if (!messages) return passed_over(messages.error().text);
  served_ = true;
  for (auto& message : *messages) {
    counters_.received.Increment();
    try {
      message_handler_(std::move(message));
    } catch (const std::exception& error) {  // what a message makes the handler throw must not end the link
      passed_over(error.what());
    }
  }
}

void EdgeHub::Impl::passed_over(const std::string& why) {
  counters_.malformed.Increment();
  if (std::exchange(malformed_logged_, true)) return;
  spdlog::warn("edgehub: a message from the cloud is passed over: {}; further ones are only counted", why);
}

bool EdgeHub::Impl::send(const wire::HubMessage& message) {
  if (!link_.up || !session_ || !session_->send(message)) return false;
  counters_.sent.Increment();
  return true;
}

asio::awaitable<void> EdgeHub::Impl::stop() {
  const auto self = shared_from_this();
  stopping_ = true;
  retry_timer_.cancel();
  switched_timer_.cancel();
  end_loop(cancel_renewal_);
  if (session_) {
    session_->close();
    co_await wait_for_end();
  }
  if (running_ == 0) co_return;
  end_loop(cancel_link_);
  co_await wait_for_end();
}

asio::awaitable<void> EdgeHub::Impl::wait_for_end() {
  const auto deadline = steady_clock::now() + kStopLimit;
  while (running_ > 0 && steady_clock::now() < deadline) {
    ended_timer_.expires_at(deadline);
    co_await ended_timer_.async_wait(kNoThrow);
  }
}

void EdgeHub::Impl::abandon() {
  stopping_ = true;
  message_handler_ = [](const wire::HubMessage&) {};
  link_handler_ = [](const LinkState&) {};
  room_handler_ = [] {};
  retry_timer_.cancel();
  renew_timer_.cancel();
  switched_timer_.cancel();
  end_loop(cancel_renewal_);
  end_loop(cancel_link_);
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
void EdgeHub::on_room(std::function<void()> handler) {
  impl_->room_handler_ = std::move(handler);
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
