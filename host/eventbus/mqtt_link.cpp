// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/mqtt_link.hpp"

#include <mosquitto.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <optional>
#include <unordered_map>
#include <utility>

#include "host/eventbus/broker_address.hpp"
#include "host/eventbus/broker_problems.hpp"

namespace hearth::eventbus {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kConnectLimit{5};
constexpr std::chrono::seconds kKeepAlive{30};
// The broker waits one and a half times the keepalive, so this is seldom enough to cost nothing and still in time.
constexpr std::chrono::seconds kKeepAliveCheck{10};
constexpr int kUnansweredMs = 15'000;  // of what was sent: a cut wire is noticed by then
constexpr int kQos = 1;
constexpr int kReadsPerTurn = 256;          // then others on the thread have theirs
constexpr int kSubscriptionRefused = 0x80;  // MQTT 3.1.1, 3.9.3

/// libmosquitto counts its users in the process.
struct Library {
  Library() { mosquitto_lib_init(); }
  ~Library() { mosquitto_lib_cleanup(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

struct Destroy {
  void operator()(mosquitto* client) const { mosquitto_destroy(client); }
};

bool is_ip_address(const std::string& host) {
  boost::system::error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

const char* or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

/// Mosquitto sends with Nagle's algorithm unless its configuration says otherwise: a message of its waits for our
/// TCP to confirm the one before, which the kernel by itself puts off for 40 ms. It forgets this wish as it goes.
void acknowledge_at_once(int socket) {
  constexpr int kOn = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &kOn, sizeof kOn);
}

}  // namespace

/// What libmosquitto calls back only notes what happened; it is acted on when libmosquitto has returned, so that a
/// handler can publish, close or end the link.
class MqttLink::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, MqttLinkOptions options, MqttLinkEvents events)
      : options_(std::move(options)),
        events_(std::move(events)),
        io_(io),
        resolver_(io),
        socket_(io),
        timer_(io) {}

  void open();
  void publish(const OutgoingMessage& message);
  void close();
  void silence();

 private:
  /// What libmosquitto has told since it was last asked.
  struct Told {
    std::vector<BusMessage> messages;
    std::vector<int> confirmed;
    std::size_t oversized = 0;
    std::optional<int> connack;
    std::optional<bool> subscribed;
  };

  template <class Step>
  auto guarded(Step step) {
    return [weak = weak_from_this(), step](const boost::system::error_code& error, auto&&...) {
      const auto self = weak.lock();
      if (self && !self->ended_) step(*self, error);
    };
  }
  template <class Step>
  void post(Step step) {
    asio::post(io_, [weak = weak_from_this(), step = std::move(step)] {
      if (const auto self = weak.lock(); self && !self->ended_) step(*self);
    });
  }

  Result<void> make_client();
  Result<void> set_tls();
  void set_callbacks();
  void resolve();
  void dial();
  void take_socket();
  void connected();
  void await_readable();
  void await_writable();
  void read();
  void write();
  void after(int code);
  void act();
  void connack(int code);
  void subscribed(bool accepted);
  void keep_alive();
  void cork();
  void flush_soon();
  void fail(std::string why);
  void end(LinkEnd how);

  static Impl& of(void* self) { return *static_cast<Impl*>(self); }
  static void on_connect(mosquitto*, void* self, int code) { of(self).told_.connack = code; }
  static void on_subscribe(mosquitto*, void* self, int, int count, const int* granted);
  static void on_message(mosquitto*, void* self, const mosquitto_message* message) noexcept;
  static void on_publish(mosquitto*, void* self, int mid) noexcept;
  static void on_log(mosquitto*, void* self, int level, const char* text) noexcept;

  Library library_;
  MqttLinkOptions options_;
  MqttLinkEvents events_;
  asio::io_context& io_;
  asio::ip::tcp::resolver resolver_;
  asio::posix::stream_descriptor
      socket_;                // a duplicate of libmosquitto's, which that one closes when it likes
  asio::steady_timer timer_;  // until `up` the limit of the attempt, then the keepalive's
  BrokerAddress address_;
  std::unique_ptr<mosquitto, Destroy> client_;
  Told told_;
  std::string last_error_;                          // of libmosquitto, for the reason given to the user
  std::unordered_map<int, std::uint64_t> unacked_;  // libmosquitto's message number: ours
  bool up_ = false;
  bool closing_ = false;
  bool writing_ = false;
  bool flushing_ = false;
  bool ended_ = false;
};

void MqttLink::Impl::open() {
  auto address = parse_broker_address(options_.broker);
  if (!address) return fail(address.error().text);
  address_ = std::move(*address);
  if (const auto made = make_client(); !made) return fail(made.error().text);
  timer_.expires_after(kConnectLimit);
  timer_.async_wait(guarded([](Impl& link, const boost::system::error_code& error) {
    if (!error) link.end({"no answer in 5 s"});
  }));
  is_ip_address(address_.host) ? dial() : resolve();
}

Result<void> MqttLink::Impl::make_client() {
  client_.reset(mosquitto_new(options_.client_id.c_str(), true, this));
  if (!client_) return invalid("BadBroker", "the client id \"" + options_.client_id + "\" cannot be used");
  auto* const client = client_.get();
  mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);
  mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_max_inflight_messages_set(client, OutboxLimits{}.window);
  if (!options_.user.empty())
    mosquitto_username_pw_set(client, options_.user.c_str(), options_.password.c_str());
  set_callbacks();
  return address_.tls ? set_tls() : Result<void>();
}

Result<void> MqttLink::Impl::set_tls() {
  const auto& tls = options_.tls;
  if (const auto usable = check_tls_files(tls); !usable) return usable.error();
  if (tls.ca.empty()) mosquitto_int_option(client_.get(), MOSQ_OPT_TLS_USE_OS_CERTS, 1);
  const int code =
      tls.ca.empty() && tls.cert.empty()
          ? MOSQ_ERR_SUCCESS
          : mosquitto_tls_set(client_.get(), or_null(tls.ca), tls.ca.empty() ? "/etc/ssl/certs" : nullptr,
                              or_null(tls.cert), or_null(tls.key), nullptr);
  if (code == MOSQ_ERR_SUCCESS) return {};
  return invalid("BadBrokerTls", std::string("its TLS files cannot be used: ") + mosquitto_strerror(code));
}

void MqttLink::Impl::set_callbacks() {
  mosquitto_connect_callback_set(client_.get(), on_connect);
  mosquitto_subscribe_callback_set(client_.get(), on_subscribe);
  mosquitto_message_callback_set(client_.get(), on_message);
  mosquitto_publish_callback_set(client_.get(), on_publish);
  mosquitto_log_callback_set(client_.get(), on_log);
}

/// libmosquitto would resolve the name on this thread and wait for it; now that the answer is known, it hardly does.
void MqttLink::Impl::resolve() {
  resolver_.async_resolve(address_.host, std::to_string(address_.port),
                          guarded([](Impl& link, const boost::system::error_code& error) {
                            if (error) return link.end({"the name " + link.address_.host + " is not known"});
                            link.dial();
                          }));
}

void MqttLink::Impl::dial() {
  const int code = mosquitto_connect_async(client_.get(), address_.host.c_str(), address_.port,
                                           static_cast<int>(kKeepAlive.count()));
  if (code != MOSQ_ERR_SUCCESS && code != MOSQ_ERR_CONN_PENDING)
    return fail(link_problem(code, errno, last_error_));
  take_socket();
}

void MqttLink::Impl::take_socket() {
  const int own = ::dup(mosquitto_socket(client_.get()));
  boost::system::error_code error;
  socket_.assign(own, error);
  if (own < 0 || error) {
    if (own >= 0) ::close(own);
    return fail("no file descriptor is left");
  }
  ::setsockopt(own, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUnansweredMs, sizeof kUnansweredMs);
  acknowledge_at_once(own);
  socket_.async_wait(asio::posix::stream_descriptor::wait_write,
                     guarded([](Impl& link, const boost::system::error_code& failed) {
                       if (!failed) link.connected();
                     }));
}

/// libmosquitto takes a refused TLS connection for one that is not there yet, and goes on with the handshake of one
/// that now is only when it is asked to read.
void MqttLink::Impl::connected() {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(socket_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size) != 0)
    return end({"nobody takes the connection"});
  read();
}

void MqttLink::Impl::await_readable() {
  socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                     guarded([](Impl& link, const boost::system::error_code& error) {
                       if (!error) link.read();
                     }));
}

void MqttLink::Impl::await_writable() {
  if (std::exchange(writing_, true)) return;
  socket_.async_wait(asio::posix::stream_descriptor::wait_write,
                     guarded([](Impl& link, const boost::system::error_code& error) {
                       link.writing_ = false;
                       if (!error) link.write();
                     }));
}

/// libmosquitto reads one packet a call; that nothing is left shows in errno alone.
void MqttLink::Impl::read() {
  int code = MOSQ_ERR_SUCCESS;
  bool drained = false;
  for (int i = 0; i < kReadsPerTurn && code == MOSQ_ERR_SUCCESS && !drained; ++i) {
    errno = 0;
    code = mosquitto_loop_read(client_.get(), 1);
    drained = errno == EAGAIN;
  }
  acknowledge_at_once(socket_.native_handle());
  after(code);
  if (ended_) return;
  drained ? await_readable() : post([](Impl& link) { link.read(); });
}

void MqttLink::Impl::write() {
  after(mosquitto_loop_write(client_.get(), 1));
}

/// Everything that follows from a turn of libmosquitto.
void MqttLink::Impl::after(int code) {
  const int cause = errno;
  const auto self = shared_from_this();  // a handler may drop the link
  act();
  if (ended_) return;
  if (code != MOSQ_ERR_SUCCESS || mosquitto_socket(client_.get()) < 0) {
    const bool by_peer = code == MOSQ_ERR_CONN_LOST && up_;
    return end({closing_ ? "disconnected" : link_problem(code, cause, last_error_), by_peer});
  }
  if (mosquitto_want_write(client_.get())) await_writable();
}

void MqttLink::Impl::act() {
  auto told = std::exchange(told_, {});
  if (told.connack) connack(*told.connack);
  if (told.subscribed && !ended_) subscribed(*told.subscribed);
  for (std::size_t i = 0; i < told.oversized && !ended_; ++i)
    events_.oversized();
  for (const int mid : told.confirmed) {
    const auto id = unacked_.extract(mid);
    if (!id.empty() && !ended_) events_.acked(id.mapped());
  }
  for (auto& message : told.messages)
    if (!ended_) events_.message(std::move(message));
  if (!told.messages.empty() && !ended_) flush_soon();  // their PUBACKs
}

void MqttLink::Impl::connack(int code) {
  if (code != 0) return end({connack_problem(code)});
  if (options_.subscriptions.empty()) return subscribed(true);
  std::vector<char*> filters;
  for (auto& filter : options_.subscriptions)
    filters.push_back(filter.data());
  const int sent = mosquitto_subscribe_multiple(client_.get(), nullptr, static_cast<int>(filters.size()),
                                                filters.data(), kQos, 0, nullptr);
  if (sent != MOSQ_ERR_SUCCESS) end({link_problem(sent, errno, last_error_)});
}

void MqttLink::Impl::subscribed(bool accepted) {
  if (!accepted) return end({"it refuses a subscription"});
  up_ = true;
  mosquitto_log_callback_set(client_.get(), nullptr);  // it would print a line for each packet
  keep_alive();
  cork();
  events_.up();
}

void MqttLink::Impl::keep_alive() {
  timer_.expires_after(kKeepAliveCheck);
  timer_.async_wait(guarded([](Impl& link, const boost::system::error_code& error) {
    if (error) return;
    link.after(mosquitto_loop_misc(link.client_.get()));
    if (link.ended_) return;
    link.flush_soon();
    link.keep_alive();
  }));
}

void MqttLink::Impl::publish(const OutgoingMessage& message) {
  if (ended_) return;
  int mid = 0;
  const int code =
      mosquitto_publish(client_.get(), &mid, message.topic.c_str(), static_cast<int>(message.payload.size()),
                        message.payload.data(), kQos, false);
  if (code != MOSQ_ERR_SUCCESS) return fail(link_problem(code, errno, last_error_));
  unacked_.emplace(mid, message.id);
  flush_soon();
}

/// libmosquitto writes each packet by itself. Held back in the kernel until the turn is over, the packets of a turn
/// leave together: one wake-up of the broker instead of one for each.
void MqttLink::Impl::cork() {
  constexpr int kOn = 1;
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_CORK, &kOn, sizeof kOn);
}

void MqttLink::Impl::flush_soon() {
  if (std::exchange(flushing_, true)) return;
  post([](Impl& link) {
    link.flushing_ = false;
    constexpr int kOff = 0;
    ::setsockopt(link.socket_.native_handle(), IPPROTO_TCP, TCP_CORK, &kOff, sizeof kOff);
    link.cork();
    if (mosquitto_want_write(link.client_.get())) link.await_writable();
  });
}

void MqttLink::Impl::close() {
  if (ended_) return;
  closing_ = true;
  mosquitto_disconnect(client_.get());
  post([](Impl& link) { link.after(mosquitto_loop_write(link.client_.get(), 1)); });
}

/// From a member of the link, where no event may be called.
void MqttLink::Impl::fail(std::string why) {
  post([why = std::move(why)](Impl& link) { link.end({why}); });
}

void MqttLink::Impl::end(LinkEnd how) {
  silence();
  events_.down(how);
}

void MqttLink::Impl::silence() {
  ended_ = true;
  resolver_.cancel();
  timer_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void MqttLink::Impl::on_subscribe(mosquitto*, void* self, int, int count, const int* granted) {
  of(self).told_.subscribed =
      std::all_of(granted, granted + count, [](int code) { return code < kSubscriptionRefused; });
}

void MqttLink::Impl::on_message(mosquitto*, void* self, const mosquitto_message* message) noexcept {
  auto& link = of(self);
  const auto size = static_cast<std::size_t>(message->payloadlen);
  if (size > link.options_.max_payload) {
    ++link.told_.oversized;
    return;
  }
  link.told_.messages.push_back(
      {message->topic, std::string(static_cast<const char*>(message->payload), size), message->retain, true});
}

void MqttLink::Impl::on_publish(mosquitto*, void* self, int mid) noexcept {
  of(self).told_.confirmed.push_back(mid);
}

void MqttLink::Impl::on_log(mosquitto*, void* self, int level, const char* text) noexcept {
  if (level == MOSQ_LOG_ERR) of(self).last_error_ = text;
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
