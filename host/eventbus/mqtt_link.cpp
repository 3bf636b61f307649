// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/mqtt_link.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "host/eventbus/broker_address.hpp"
#include "host/eventbus/broker_problems.hpp"
#include "host/eventbus/broker_stream.hpp"
#include "host/eventbus/mqtt_packet.hpp"
#include "host/eventbus/packet_reader.hpp"

namespace hearth::eventbus {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::seconds kConnectLimit{5};
// The broker waits one and a half times the keep-alive for a sign of us.
constexpr std::chrono::seconds kKeepAlive{30};
constexpr std::chrono::seconds kPing{15};
// From so many on, acknowledgements do not wait for what is published in the same turn.
constexpr std::size_t kEarlyAcks = 8;
// What a burst has made larger is given back after it.
constexpr std::size_t kKeptBuffer = 64 * 1024;

Result<void> check_texts(const MqttLinkOptions& options) {
  for (const auto* text : {&options.client_id, &options.user, &options.password}) {
    if (text->size() > kMaxMqttText)
      return invalid("BadBroker", "client id, user and password can have at most 65535 bytes");
  }
  return {};
}

}  // namespace

/// An operation under way keeps it alive; once it has ended, whatever comes back finds that so.
class MqttLink::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, MqttLinkOptions options, MqttLinkEvents events)
      : options_(std::move(options)),
        events_(std::move(events)),
        io_(io),
        timer_(io),
        reader_(options_.max_payload) {}

  void open();
  void publish(const OutgoingMessage& message);
  void close();
  void silence();

 private:
  /// A completion handler that calls `step(link, arguments…)`, if the link has not ended by then.
  template <class Step>
  auto guarded(Step step) {
    return [self = shared_from_this(), step = std::move(step)](auto&&... arguments) {
      if (!self->ended_) step(*self, std::forward<decltype(arguments)>(arguments)...);
    };
  }

  void connected(BrokerDial::Stream stream);
  void read();
  void take(const error_code& error, std::size_t bytes);
  std::optional<Error> parse(std::vector<Packet>& packets);
  void acknowledge(const std::vector<Packet>& packets);
  void handle(const Connack& packet);
  void handle(const Suback& packet);
  void handle(const Puback& packet);
  void handle(const Pong&) {}
  void handle(const Delivery& packet);
  void up();
  void keep_alive();
  void write_soon();
  void write();
  void written(const error_code& error);
  std::uint16_t next_id();
  void lost(const error_code& error);
  void fail(std::string why);
  void end(LinkEnd how);

  MqttLinkOptions options_;
  MqttLinkEvents events_;
  asio::io_context& io_;
  asio::steady_timer timer_;  ///< until `up` the limit of the attempt, then the next ping
  std::shared_ptr<BrokerDial> dial_;
  BrokerDial::Stream stream_;
  PacketReader reader_;
  std::string out_;                                           ///< goes out in the next turn, in one write
  std::string writing_;                                       ///< is under way
  std::unordered_map<std::uint16_t, std::uint64_t> unacked_;  ///< packet id: the message's
  std::uint16_t last_id_ = 0;
  bool write_pending_ = false;
  bool up_ = false;
  bool heard_ = false;  ///< something came since the last ping
  bool closing_ = false;
  bool ended_ = false;
};

void MqttLink::Impl::open() {
  auto address = parse_broker_address(options_.broker);
  if (!address) return fail(address.error().text);
  if (const auto checked = check_texts(options_); !checked) return fail(checked.error().text);
  timer_.expires_after(kConnectLimit);
  timer_.async_wait(guarded([](Impl& link, const error_code& error) {
    if (!error) link.end({"no answer in 5 s"});
  }));
  dial_ = std::make_shared<BrokerDial>(
      io_, std::move(*address),
      guarded([](Impl& link, BrokerDial::Stream stream) { link.connected(std::move(stream)); }),
      guarded([](Impl& link, const std::string& why) { link.end({why}); }));
  if (const auto started = dial_->start(options_.tls); !started) fail(started.error().text);
}

void MqttLink::Impl::connected(BrokerDial::Stream stream) {
  dial_.reset();
  stream_ = std::move(stream);
  append_connect(out_, {options_.client_id, options_.user, options_.password,
                        static_cast<std::uint16_t>(kKeepAlive.count())});
  write_soon();
  read();
}

void MqttLink::Impl::read() {
  const auto room = reader_.room();
  stream_->async_read_some(
      asio::buffer(room.data(), room.size()),
      guarded([](Impl& link, const error_code& error, std::size_t bytes) { link.take(error, bytes); }));
}

void MqttLink::Impl::take(const error_code& error, std::size_t bytes) {
  if (error) return lost(error);
  heard_ = true;
  acknowledge_at_once(stream_->socket());
  reader_.filled(bytes);
  std::vector<Packet> packets;
  const auto broken = parse(packets);
  acknowledge(packets);
  for (const auto& packet : packets) {
    std::visit([this](const auto& each) { handle(each); }, packet);
    if (ended_) return;
  }
  broken ? end({broken->text}) : read();
}

/// All that is whole in the buffer; an error if what comes then is no MQTT.
std::optional<Error> MqttLink::Impl::parse(std::vector<Packet>& packets) {
  for (;;) {
    auto packet = reader_.next();
    if (!packet) return packet.error();
    if (!*packet) return std::nullopt;
    packets.push_back(**packet);
  }
}

/// Before they are looked at: a Mosquitto as it comes sends 20 messages at most, and drops what queues up behind them.
void MqttLink::Impl::acknowledge(const std::vector<Packet>& packets) {
  std::size_t acks = 0;
  for (const auto& packet : packets) {
    const auto* delivery = std::get_if<Delivery>(&packet);
    if (delivery == nullptr || delivery->id == 0) continue;
    append_puback(out_, delivery->id);
    ++acks;
  }
  if (acks >= kEarlyAcks && !std::exchange(write_pending_, true)) return write();
  if (acks > 0) write_soon();
}

void MqttLink::Impl::handle(const Connack& packet) {
  if (up_) return;
  if (packet.code != 0) return end({connack_problem(packet.code)});
  if (options_.subscriptions.empty()) return up();
  append_subscribe(out_, next_id(), options_.subscriptions);
  write_soon();
}

void MqttLink::Impl::handle(const Suback& packet) {
  if (up_) return;
  packet.accepted ? up() : end({"it refuses a subscription"});
}

void MqttLink::Impl::handle(const Puback& packet) {
  const auto message = unacked_.extract(packet.id);
  if (!message.empty()) events_.acked(message.mapped());
}

void MqttLink::Impl::handle(const Delivery& packet) {
  if (packet.oversized) return events_.oversized();
  events_.message({std::string(packet.topic), std::string(packet.payload), packet.retained, true});
}

void MqttLink::Impl::up() {
  up_ = true;
  keep_alive();
  events_.up();
}

void MqttLink::Impl::keep_alive() {
  heard_ = false;
  append_ping(out_);
  write_soon();
  timer_.expires_after(kPing);
  timer_.async_wait(guarded([](Impl& link, const error_code& error) {
    if (error) return;
    link.heard_ ? link.keep_alive() : link.end({"it does not answer any more"});
  }));
}

void MqttLink::Impl::publish(const OutgoingMessage& message) {
  if (ended_) return;
  const auto id = next_id();
  unacked_.emplace(id, message.id);
  append_publish(out_, id, message.topic, message.payload);
  write_soon();
}

/// At the end of the turn, so that all the packets of a turn leave together: one call, and one wake-up of the broker.
void MqttLink::Impl::write_soon() {
  if (std::exchange(write_pending_, true)) return;
  asio::post(io_, guarded([](Impl& link) { link.write(); }));
}

void MqttLink::Impl::write() {
  writing_.swap(out_);
  asio::async_write(*stream_, asio::buffer(writing_),
                    guarded([](Impl& link, const error_code& error, std::size_t) { link.written(error); }));
}

void MqttLink::Impl::written(const error_code& error) {
  if (error) return lost(error);
  writing_.clear();
  if (writing_.capacity() > kKeptBuffer) writing_.shrink_to_fit();
  write_pending_ = false;
  if (!out_.empty()) return write_soon();
  if (closing_) end({"disconnected"});
}

/// Not 0, and of none that is unconfirmed: the outbox lets only a few hundred be so.
std::uint16_t MqttLink::Impl::next_id() {
  do {
    ++last_id_;
  } while (last_id_ == 0 || unacked_.contains(last_id_));
  return last_id_;
}

void MqttLink::Impl::close() {
  if (ended_) return;
  closing_ = true;
  append_disconnect(out_);
  write_soon();
}

void MqttLink::Impl::lost(const error_code& error) {
  if (closing_) return end({"disconnected"});
  end({link_problem(error), up_ && is_closed_by_peer(error)});
}

/// From a member of the link, where no event may be called.
void MqttLink::Impl::fail(std::string why) {
  asio::post(io_, guarded([why = std::move(why)](Impl& link) { link.end({why}); }));
}

void MqttLink::Impl::end(LinkEnd how) {
  silence();
  events_.down(how);
}

void MqttLink::Impl::silence() {
  ended_ = true;
  timer_.cancel();
  if (const auto dial = std::exchange(dial_, nullptr)) dial->cancel();
  if (stream_) stream_->close();
}

MqttLink::MqttLink(asio::io_context& io, MqttLinkOptions options, MqttLinkEvents events)
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
