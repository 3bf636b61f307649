// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/event_bus.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

#include "host/eventbus/mqtt_link.hpp"
#include "host/eventbus/outbox.hpp"
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

/// Two clients with one id kick each other off the broker for ever, so no two hosts may share one.
std::string unique_client_id(const std::string& prefix) {
  constexpr std::size_t kSuffix = 8;
  return prefix + "-" + new_uuid().substr(0, kSuffix);
}

struct Counters {
  explicit Counters(Metrics& metrics)
      : connected(metrics.gauge("hearth_eventbus_connected", "1 while the MQTT broker serves this host")),
        queued_bytes(metrics.gauge("hearth_eventbus_queued_bytes", "Published, waiting for the broker")),
        via_broker(published(metrics, "broker")),
        via_local(published(metrics, "local")),
        dropped(metrics.counter("hearth_eventbus_dropped_total", "Messages that nobody got")),
        oversized(metrics.counter("hearth_eventbus_oversized_total", "Messages above the payload bound")) {}

  static prometheus::Counter& published(Metrics& metrics, const std::string& via) {
    return metrics.counter("hearth_eventbus_published_total", "Messages published", {{"via", via}});
  }

  prometheus::Gauge& connected;
  prometheus::Gauge& queued_bytes;
  prometheus::Counter& via_broker;
  prometheus::Counter& via_local;
  prometheus::Counter& dropped;
  prometheus::Counter& oversized;
};

}  // namespace

class EventBus::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, EventBusOptions options, Metrics& metrics)
      : io_(io),
        options_(std::move(options)),
        client_id_(unique_client_id(options_.client_id_prefix)),
        counters_(metrics),
        backoff_(options_.min_reconnect, options_.max_reconnect),
        retry_timer_(io),
        progress_(io) {}

  void start() { connect(); }
  void publish(std::string topic, std::string payload);
  bool connected() const { return up_; }
  asio::awaitable<void> stop();

  Handler handler_ = [](const BusMessage&) {};
  LinkHandler link_handler_ = [](bool) {};

 private:
  void connect();
  MqttLinkOptions link_options() const;
  MqttLinkEvents link_events();
  void link_up();
  void link_down(const std::string& why);
  void tell(bool connected);
  void connect_later();
  void received(BusMessage message);
  void handle(BusMessage message);
  void acked(std::uint64_t id);
  void deliver_here(std::string topic, std::string payload);
  void pump();
  bool subscribed(const std::string& topic) const;
  asio::awaitable<void> wait_for(bool (Impl::*condition)() const);
  bool drained() const { return !up_ || outbox_.idle(); }
  bool down() const { return !up_; }

  asio::io_context& io_;
  EventBusOptions options_;
  std::string client_id_;
  Counters counters_;
  Backoff backoff_;
  asio::steady_timer retry_timer_;
  asio::steady_timer progress_;  // cancelled whenever stop() should look again
  Outbox outbox_;
  std::unique_ptr<MqttLink> link_;
  bool up_ = false;
  std::chrono::steady_clock::time_point up_since_;
  std::optional<bool> told_;  // to the link handler
  bool stopping_ = false;
  std::string reported_problem_;
};

void EventBus::Impl::connect() {
  // The old link goes only after the new one is there: Paho stops and starts its threads, and waits for that,
  // when the last client of a process goes.
  auto fresh = std::make_unique<MqttLink>(io_, link_options(), link_events());
  fresh->open();
  link_ = std::move(fresh);
}

MqttLinkOptions EventBus::Impl::link_options() const {
  return {.broker = options_.broker,
          .client_id = client_id_,
          .user = options_.user,
          .password = options_.password,
          .subscriptions = options_.subscriptions,
          .max_payload = options_.max_payload};
}

/// The link is a member, and its events end with it, so `this` outlives them.
MqttLinkEvents EventBus::Impl::link_events() {
  return {.up = [this] { link_up(); },
          .down = [this](const std::string& why) { link_down(why); },
          .message = [this](BusMessage message) { received(std::move(message)); },
          .acked = [this](std::uint64_t id) { acked(id); },
          .dropped =
              [this](bool oversized) { (oversized ? counters_.oversized : counters_.dropped).Increment(); }};
}

void EventBus::Impl::link_up() {
  spdlog::info("eventbus: connected to {} as {}", options_.broker, client_id_);
  up_ = true;
  up_since_ = std::chrono::steady_clock::now();
  counters_.connected.Set(1);
  tell(true);
}

void EventBus::Impl::link_down(const std::string& why) {
  const auto now = std::chrono::steady_clock::now();
  if (std::exchange(up_, false) && now - up_since_ > kStableLink) {
    backoff_.reset();
    reported_problem_.clear();
  }
  progress_.cancel();
  counters_.connected.Set(0);
  auto lost = outbox_.take_lost(now);
  counters_.queued_bytes.Set(0);
  counters_.dropped.Increment(static_cast<double>(lost.others));
  for (auto& message : lost.deliver)
    deliver_here(std::move(message.topic), std::move(message.payload));
  if (!stopping_ && why != reported_problem_) {
    spdlog::warn(
        "eventbus: broker {} is away ({}); messages go from part to part inside the host until it is back",
        options_.broker, why);
    reported_problem_ = why;
  }
  tell(false);
  if (!stopping_) connect_later();
}

void EventBus::Impl::tell(bool connected) {
  if (told_ == connected) return;
  told_ = connected;
  link_handler_(connected);
}

void EventBus::Impl::connect_later() {
  retry_timer_.expires_after(backoff_.next());
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
  const bool comes_back = subscribed(topic);
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

bool EventBus::Impl::subscribed(const std::string& topic) const {
  return std::any_of(options_.subscriptions.begin(), options_.subscriptions.end(),
                     [&](const std::string& filter) { return topic_matches(filter, topic); });
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
  if (up_) link_down("stopped");
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
