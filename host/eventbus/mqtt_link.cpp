// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/mqtt_link.hpp"

#include <mqtt/async_client.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "host/eventbus/broker_address.hpp"

namespace hearth::eventbus {
namespace {

constexpr std::chrono::seconds kConnectTimeout{5};
constexpr std::chrono::seconds kKeepAlive{10};
constexpr int kQos = 1;
constexpr int kPahoQueue = 2 * OutboxLimits{}.window;  // the window is ours to keep; Paho's own bound is 100
constexpr int kSubscriptionRefused = 0x80;             // MQTT 3.1.1, 3.9.3

/// Hands Paho's outcomes on; Paho itself wants an object with virtual functions.
class Listener : public mqtt::iaction_listener {
 public:
  using Outcome = std::function<void(const mqtt::token& token)>;
  Listener(Outcome success, Outcome failure) : success_(std::move(success)), failure_(std::move(failure)) {}

 private:
  void on_success(const mqtt::token& token) override { success_(token); }
  void on_failure(const mqtt::token& token) override { failure_(token); }

  Outcome success_;
  Outcome failure_;
};

/// Positive codes are those of CONNACK (MQTT 3.1.1, 3.2.2.3), the others Paho's own.
std::string connect_failure(int code) {
  switch (code) {
    case 1:
      return "it does not speak MQTT 3.1.1";
    case 2:
      return "it refuses the client id";
    case 3:
      return "it is not ready";
    case 4:
      return "wrong user name or password";
    case 5:
      return "not authorised";
    default:
      return "no connection";
  }
}

std::uint64_t id_of(const mqtt::token& token) {
  return reinterpret_cast<std::uintptr_t>(token.get_user_context());
}

void* context_of(std::uint64_t id) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(id));
}

/// Called on a Paho thread, through C code: no exception may leave it.
bool any_refused(const mqtt::token& token) noexcept {
  try {
    const auto response = token.get_subscribe_response();
    const auto& codes = response.get_reason_codes();
    return std::any_of(codes.begin(), codes.end(),
                       [](auto code) { return static_cast<int>(code) >= kSubscriptionRefused; });
  } catch (const std::exception&) {  // no answer was kept with the token
    return true;
  }
}

}  // namespace

/// Paho's threads hold only weak pointers to it, and turn them into strong ones on the io_context thread
/// alone: otherwise the last owner could end on a Paho thread, inside Paho's own lock.
class MqttLink::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& io, MqttLinkOptions options, MqttLinkEvents events)
      : io_(io), options_(std::move(options)), events_(std::move(events)) {}

  void open();
  void publish(const OutgoingMessage& message);
  void close();
  void silence() { ended_ = true; }

 private:
  /// From any thread: runs `step` on the io_context thread, unless the link has ended by then.
  template <class Step>
  void post(Step step) {
    boost::asio::post(io_, [weak = weak_from_this(), step = std::move(step)]() mutable {
      if (const auto self = weak.lock(); self && !self->ended_) step(*self);
    });
  }

  void create_client(const BrokerAddress& address);
  mqtt::connect_options connect_options(bool tls) const;
  void subscribe();
  void received(const mqtt::const_message_ptr& message);
  void end(std::string why);
  template <class Call>
  void guarded(Call call);

  boost::asio::io_context& io_;
  MqttLinkOptions options_;
  MqttLinkEvents events_;
  bool ended_ = false;
  std::atomic<std::size_t> inbound_bytes_ = 0;

  Listener connect_{[this](const mqtt::token&) { post([](Impl& link) { link.subscribe(); }); },
                    [this](const mqtt::token& token) {
                      post([code = token.get_return_code()](Impl& link) { link.end(connect_failure(code)); });
                    }};
  Listener subscribe_{
      [this](const mqtt::token& token) {
        post([refused = any_refused(token)](Impl& link) {
          refused ? link.end("it refuses a subscription") : link.events_.up();
        });
      },
      [this](const mqtt::token&) { post([](Impl& link) { link.end("it refuses a subscription"); }); }};
  Listener publish_{
      [this](const mqtt::token& token) { post([id = id_of(token)](Impl& link) { link.events_.acked(id); }); },
      // Without PUBACK the message stays unconfirmed until the link ends, which follows.
      [](const mqtt::token&) {}};
  Listener disconnect_{[this](const mqtt::token&) { post([](Impl& link) { link.end("disconnected"); }); },
                       [this](const mqtt::token&) { post([](Impl& link) { link.end("disconnected"); }); }};
  // Last, so that no callback runs any more when the members above go.
  std::unique_ptr<mqtt::async_client> client_;
};

template <class Call>
void MqttLink::Impl::guarded(Call call) {
  try {
    call();
  } catch (const std::exception& error) {  // Paho throws its own codes, and bad_alloc
    post([why = std::string(error.what())](Impl& link) { link.end(why); });
  }
}

void MqttLink::Impl::open() {
  const auto address = parse_broker_address(options_.broker);
  if (!address) {
    post([why = address.error().text](Impl& link) { link.end(why); });
    return;
  }
  guarded([&] {
    create_client(*address);
    client_->connect(connect_options(address->tls), nullptr, connect_);
  });
}

void MqttLink::Impl::create_client(const BrokerAddress& address) {
  const mqtt::create_options create(MQTTVERSION_3_1_1, kPahoQueue);
  client_ = std::make_unique<mqtt::async_client>(address.paho_uri, options_.client_id, create, nullptr);
  client_->set_message_callback([this](const mqtt::const_message_ptr& message) { received(message); });
  client_->set_connection_lost_handler(
      [this](const std::string&) { post([](Impl& link) { link.end("the connection broke"); }); });
}

mqtt::connect_options MqttLink::Impl::connect_options(bool tls) const {
  mqtt::connect_options connect;
  connect.set_mqtt_version(MQTTVERSION_3_1_1);
  connect.set_clean_session(true);
  connect.set_keep_alive_interval(kKeepAlive);
  connect.set_connect_timeout(kConnectTimeout);
  if (!options_.user.empty()) {
    connect.set_user_name(options_.user);
    connect.set_password(options_.password);
  }
  if (tls) {
    mqtt::ssl_options ssl;
    ssl.set_enable_server_cert_auth(true);
    ssl.set_verify(true);
    ssl.set_ssl_version(MQTT_SSL_VERSION_TLS_1_2);
    connect.set_ssl(std::move(ssl));
  }
  return connect;
}

void MqttLink::Impl::subscribe() {
  if (options_.subscriptions.empty()) {
    events_.up();
    return;
  }
  guarded([this] {
    const mqtt::iasync_client::qos_collection qos(options_.subscriptions.size(), kQos);
    client_->subscribe(mqtt::string_collection::create(options_.subscriptions), qos, nullptr, subscribe_);
  });
}

void MqttLink::Impl::publish(const OutgoingMessage& message) {
  guarded([&] {
    client_->publish(mqtt::make_message(message.topic, message.payload, kQos, false), context_of(message.id),
                     publish_);
  });
}

void MqttLink::Impl::received(const mqtt::const_message_ptr& message) {
  const std::size_t bytes = message->get_topic().size() + message->get_payload().size();
  const bool oversized = message->get_payload().size() > options_.max_payload;
  if (oversized || inbound_bytes_ + bytes > options_.max_inbound_bytes) {
    post([oversized](Impl& link) { link.events_.dropped(oversized); });
    return;
  }
  inbound_bytes_ += bytes;
  BusMessage copy{message->get_topic(), message->get_payload(), message->is_retained(), true};
  post([bytes, copy = std::move(copy)](Impl& link) mutable {
    link.inbound_bytes_ -= bytes;
    link.events_.message(std::move(copy));
  });
}

void MqttLink::Impl::close() {
  guarded([this] { client_->disconnect(0, nullptr, disconnect_); });
}

void MqttLink::Impl::end(std::string why) {
  ended_ = true;
  events_.down(std::move(why));
}

MqttLink::MqttLink(boost::asio::io_context& io, MqttLinkOptions options, MqttLinkEvents events)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(events))) {}

MqttLink::~MqttLink() {
  impl_->silence();
}

void MqttLink::open() {
  impl_->open();
}
void MqttLink::publish(const OutgoingMessage& message) {
  impl_->publish(message);
}
void MqttLink::close() {
  impl_->close();
}

}  // namespace hearth::eventbus
