// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/event_bus.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "host/eventbus/bus_signs.hpp"
#include "host/eventbus/mqtt_link.hpp"
#include "host/eventbus/outbox.hpp"
#include "host/eventbus/takeover_watch.hpp"
#include "host/eventbus/topic_filter.hpp"
#include "sdk/base/backoff.hpp"
#include "sdk/base/ids.hpp"

namespace hearth::eventbus {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kStopLimit{1};

// A link that ended sooner counts as a failed attempt: a broker that accepts and closes would otherwise be
// dialled, and told of in the log, at the shortest pause for ever.
constexpr std::chrono::seconds kStableLink{10};

// So soon a broker that has ended is not back, which tells it from one that only closed our connection.
constexpr std::chrono::milliseconds kAtOnce{50};

/// Two clients with one id kick each other off the broker for ever, so no two hosts may share one.
std::string client_id(const EventBusOptions& options) {
  constexpr std::size_t kSuffix = 8;
  if (!options.client_id.empty()) return options.client_id;
  return options.client_id_prefix + "-" + new_uuid().substr(0, kSuffix);
}

}  // namespace

class EventBus::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, EventBusOptions options, Metrics& metrics)
      : io_(io),
        options_(std::move(options)),
        filters_(options_.subscriptions),
        client_id_(client_id(options_)),
        counters_(metrics),
        backoff_(options_.min_reconnect, options_.max_reconnect),
        retry_timer_(io),
        progress_(io) {}

  void use_broker(std::string address) { options_.broker = std::move(address); }
  void start() { connect(); }
  void publish(std::string topic, std::string payload);
  bool connected() const { return up_; }
  asio::awaitable<void> stop();

  Handler handler_ = [](const BusMessage&) {};
  LinkHandler link_handler_ = [](const BrokerState&) {};

 private:
  void connect();
  MqttLinkOptions link_options() const;
  MqttLinkEvents link_events();
  void link_up();
  void link_down(const LinkEnd& end);
  void give_back_lost();
  void log_away(const std::string& why);
  std::chrono::milliseconds step_aside();
  void tell(BrokerState state);
  void connect_after(std::chrono::milliseconds pause);
  void received(BusMessage message);
  void handle(BusMessage message);
  void acked(std::uint64_t id);
  void deliver_here(std::string topic, std::string payload);
  void pump();
  asio::awaitable<void> wait_for(bool (Impl::*condition)() const);
  bool drained() const { return !up_ || outbox_.idle(); }
  bool down() const { return !up_; }

  asio::io_context& io_;
  EventBusOptions options_;
  TopicFilters filters_;
  std::string client_id_;
  BusCounters counters_;
  Backoff backoff_;
  asio::steady_timer retry_timer_;
  asio::steady_timer progress_;  // cancelled whenever stop() should look again
  Outbox outbox_;
  std::unique_ptr<MqttLink> link_;
  bool up_ = false;
  std::chrono::steady_clock::time_point up_since_;
  TakeoverWatch takeovers_;
  std::string told_;  // to the link handler: the reason
  bool stopping_ = false;
  std::string reported_problem_;
};

void EventBus::Impl::connect() {
  link_ = std::make_unique<MqttLink>(io_, link_options(), link_events());
  link_->open();
}

MqttLinkOptions EventBus::Impl::link_options() const {
  return {.broker = options_.broker,
          .client_id = client_id_,
          .user = options_.user,
          .password = options_.password,
          .tls = options_.tls,
          .subscriptions = options_.subscriptions,
          .max_payload = options_.max_payload};
}

/// The link is a member, and its events end with it, so `this` outlives them.
MqttLinkEvents EventBus::Impl::link_events() {
  return {.up = [this] { link_up(); },
          .down = [this](const LinkEnd& end) { link_down(end); },
          .message = [this](BusMessage message) { received(std::move(message)); },
          .acked = [this](std::uint64_t id) { acked(id); },
          .oversized = [this] { counters_.oversized.Increment(); }};
}

void EventBus::Impl::link_up() {
  spdlog::info("eventbus: connected to {} as {}", options_.broker, client_id_);
  up_ = true;
  up_since_ = std::chrono::steady_clock::now();
  counters_.connected.Set(1);
  takeovers_.connected(up_since_);
  tell(reachable());
}

void EventBus::Impl::link_down(const LinkEnd& end) {
  const auto now = std::chrono::steady_clock::now();
  const bool was_up = std::exchange(up_, false);
  const bool stable = was_up && now - up_since_ > kStableLink;
  if (stable) {
    backoff_.reset();
    reported_problem_.clear();
  }
  if (!was_up) takeovers_.attempt_failed();
  const bool duplicate = end.by_peer && takeovers_.closed_by_broker(now);
  progress_.cancel();
  counters_.connected.Set(0);
  give_back_lost();
  log_away(end.why);
  tell(duplicate ? taken_over(client_id_) : away());
  if (stopping_) return;
  if (duplicate) return connect_after(step_aside());
  connect_after(stable && end.by_peer ? kAtOnce : backoff_.next());
}

void EventBus::Impl::give_back_lost() {
  auto lost = outbox_.take_lost(std::chrono::steady_clock::now());
  counters_.queued_bytes.Set(0);
  counters_.dropped.Increment(static_cast<double>(lost.others));
  for (auto& message : lost.deliver)
    deliver_here(std::move(message.topic), std::move(message.payload));
}

void EventBus::Impl::log_away(const std::string& why) {
  if (stopping_ || why == reported_problem_) return;
  spdlog::warn(
      "eventbus: broker {} is away ({}); messages go from part to part inside the host until it is back",
      options_.broker, why);
  reported_problem_ = why;
}

/// An id of our own making is left to the other client; a fixed one cannot be, so the other is left alone for a while.
std::chrono::milliseconds EventBus::Impl::step_aside() {
  counters_.takeovers.Increment();
  spdlog::warn("eventbus: {}", taken_over(client_id_).message);
  if (!options_.client_id.empty()) return options_.takeover_pause;
  client_id_ = client_id(options_);
  return backoff_.next();
}

void EventBus::Impl::tell(BrokerState state) {
  if (told_ == state.reason) return;
  told_ = state.reason;
  link_handler_(state);
}

void EventBus::Impl::connect_after(std::chrono::milliseconds pause) {
  retry_timer_.expires_after(pause);
  retry_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (self && !error && !self->stopping_) self->connect();
  });
}

void EventBus::Impl::received(BusMessage message) {
  if (!message.retained) outbox_.returned(message.topic, message.payload);
  handle(std::move(message));
}

/// What a message makes the handler throw must not end the host.
void EventBus::Impl::handle(BusMessage message) {
  const std::string topic = message.topic;
  try {
    handler_(std::move(message));
  } catch (const std::exception& error) {
    counters_.dropped.Increment();
    spdlog::error("eventbus: message on {} not handled: {}", topic, error.what());
  }
}

void EventBus::Impl::acked(std::uint64_t id) {
  outbox_.acked(id, std::chrono::steady_clock::now());
  pump();
  progress_.cancel();
}

void EventBus::Impl::publish(std::string topic, std::string payload) {
  if (payload.size() > options_.max_payload) {
    counters_.oversized.Increment();
    return;
  }
  if (!is_topic(topic)) {  // a broker breaks the connection over it
    counters_.dropped.Increment();
    return;
  }
  const bool comes_back = filters_.any_matches(topic);
  if (up_) {
    const auto dropped = outbox_.push(std::move(topic), std::move(payload), comes_back);
    counters_.dropped.Increment(static_cast<double>(dropped));
    pump();
  } else if (comes_back) {
    deliver_here(std::move(topic), std::move(payload));
  } else {
    counters_.dropped.Increment();
  }
}

void EventBus::Impl::pump() {
  while (up_) {
    const auto message = outbox_.next();
    if (!message) break;
    counters_.via_broker.Increment();
    link_->publish(*message);
  }
  counters_.queued_bytes.Set(static_cast<double>(outbox_.waiting_bytes()));
}

/// By post, as from the broker: a handler that publishes must not be called from within itself.
void EventBus::Impl::deliver_here(std::string topic, std::string payload) {
  counters_.via_local.Increment();
  BusMessage message{std::move(topic), std::move(payload), false, false};
  asio::post(io_, [weak = weak_from_this(), message = std::move(message)]() mutable {
    if (const auto self = weak.lock()) self->handle(std::move(message));
  });
}

asio::awaitable<void> EventBus::Impl::stop() {
  const auto self = shared_from_this();
  stopping_ = true;
  retry_timer_.cancel();
  co_await wait_for(&Impl::drained);
  if (up_) {
    link_->close();
    co_await wait_for(&Impl::down);
  }
  link_.reset();
  if (up_) link_down({"stopped"});
}

asio::awaitable<void> EventBus::Impl::wait_for(bool (Impl::*condition)() const) {
  const auto deadline = std::chrono::steady_clock::now() + kStopLimit;
  while (!(this->*condition)() && std::chrono::steady_clock::now() < deadline) {
    progress_.expires_at(deadline);
    co_await progress_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

EventBus::EventBus(asio::io_context& io, EventBusOptions options, Metrics& metrics)
    : impl_(std::make_shared<Impl>(io, std::move(options), metrics)) {}
EventBus::~EventBus() = default;

void EventBus::on_message(Handler handler) {
  impl_->handler_ = std::move(handler);
}
void EventBus::on_link(LinkHandler handler) {
  impl_->link_handler_ = std::move(handler);
}
void EventBus::use_broker(std::string address) {
  impl_->use_broker(std::move(address));
}
void EventBus::start() {
  impl_->start();
}
void EventBus::publish(std::string topic, std::string payload) {
  impl_->publish(std::move(topic), std::move(payload));
}
bool EventBus::connected() const {
  return impl_->connected();
}
asio::awaitable<void> EventBus::stop() {
  const auto impl = impl_;
  co_await impl->stop();
}

}  // namespace hearth::eventbus
