// SPDX-License-Identifier: Apache-2.0
// Local twin updates, each published and its result awaited, a window of them at a time; and in the same run what the
// broker alone carries of the very same exchange.
//
// One update is more than one message: a request goes in and out of the broker, a result comes back through it, and the
// host publishes the change document beside it. So the broker alone is measured with all three: an echo client (a
// thread and a connection of its own, nothing else to do) takes each request and publishes two messages, as long as the
// host's result and document are, with QoS, topics' lengths and window the same. Requests are the same payloads. What
// is counted is answered requests, as with the host. Plain messages, from a client to itself, are printed beside that.
#include <fmt/format.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <thread>
#include <vector>

#include "sdk/wire/twin_document.hpp"
#include "tests/bench/samples.hpp"
#include "tests/bench/target.hpp"

namespace {

using namespace hearth::bench;
namespace asio = boost::asio;
namespace wire = hearth::wire;

struct Options {
  Target target;
  std::string prefix = "bench-";
  int devices = 100;
  int window = 64;
  int seconds = 10;
};

enum class Phase { twin, exchange, plain };

/// As long as "twin", so that topics are.
constexpr std::string_view kEcho = "echo";
constexpr const char* kPlainTopic = "hearth-bench/plain";

std::string echo_topic(const Target& target, std::string_view device, std::string_view suffix) {
  auto topic = target.topic(device, suffix);
  return topic.replace(topic.rfind("/twin/") + 1, kEcho.size(), kEcho);
}

/// Answers like a host that has nothing to do: the request's own text, filled up to the lengths of the host's.
class EchoClient {
 public:
  explicit EchoClient(const Target& target)
      : target_(target),
        mqtt_(io_, named(target.mqtt), {echo_topic(target, "+", "update")},
              [this](std::string_view topic, std::string_view payload) { answer(topic, payload); }),
        thread_([this] { io_.run(); }) {}
  ~EchoClient() {
    io_.stop();
    thread_.join();
  }
  EchoClient(const EchoClient&) = delete;
  EchoClient& operator=(const EchoClient&) = delete;

 private:
  static MqttOptions named(MqttOptions options) {
    options.client_id += "-echo";
    return options;
  }

  void answer(std::string_view topic, std::string_view payload) {
    learn_lengths(payload);
    send(topic, "/result", payload, result_adds_);
    send(topic, "/document", payload, document_adds_);
  }
  void send(std::string_view topic, std::string_view suffix, std::string_view payload, std::size_t adds) {
    topic_.assign(topic).append(suffix);
    text_.assign(payload);
    text_.append(adds, ' ');
    mqtt_.publish(topic_, text_);
  }
  /// By how much the host's answers to the first request are longer than that.
  void learn_lengths(std::string_view payload) {
    if (result_adds_ != 0) return;
    const auto update = wire::parse_twin_update(payload).value();
    auto twin = update.twin;
    for (auto& [key, entry] : twin) {
      entry.optional = true;
      entry.type = "string";
    }
    result_adds_ = wire::twin_result_text(update.event_id, update.timestamp, twin).size() - payload.size();
    const auto& [key, entry] = *twin.begin();
    document_adds_ =
        wire::twin_document_text(update.event_id, update.timestamp, {{key, {entry, entry}}}).size() -
        payload.size();
  }

  const Target& target_;
  asio::io_context io_;
  std::size_t result_adds_ = 0;
  std::size_t document_adds_ = 0;
  std::string topic_;
  std::string text_;
  MqttClient mqtt_;
  std::thread thread_;
};

/// `window` requests under way: each answer sends the next of its slot.
class Rounds {
 public:
  Rounds(asio::io_context& io, const Options& options)
      : options_(options),
        prefix_(run_name() + "-"),
        sent_(static_cast<std::size_t>(options.window)),
        mqtt_(io, options.target.mqtt,
              {options.target.topic("+", "update/result"), echo_topic(options.target, "+", "update/result"),
               kPlainTopic},
              [this](std::string_view topic, std::string_view payload) { answered(topic, payload); }) {}

  void begin(Phase phase) {
    phase_ = phase;
    running_ = true;
    for (std::size_t slot = 0; slot < sent_.size(); ++slot)
      send(slot);
  }
  void end() { running_ = false; }

  const Samples& samples(Phase phase) const { return samples_[static_cast<std::size_t>(phase)]; }
  std::uint64_t refused() const { return refused_; }

 private:
  std::string topic_of(const std::string& device) const {
    switch (phase_) {
      case Phase::twin:
        return options_.target.topic(device, "update");
      case Phase::exchange:
        return echo_topic(options_.target, device, "update");
      case Phase::plain:
        return kPlainTopic;
    }
    return {};
  }
  Phase phase_of(std::string_view topic) const {
    if (topic == kPlainTopic) return Phase::plain;
    return topic.ends_with("/echo/update/result") ? Phase::exchange : Phase::twin;
  }

  /// The event id "RUN-SLOT-NUMBER" comes back in each kind of answer.
  void send(std::size_t slot) {
    const auto number = ++number_;
    const auto id = fmt::format("{}{}-{}", prefix_, slot, number);
    const auto device =
        options_.prefix + std::to_string(number % static_cast<std::uint64_t>(options_.devices));
    const auto payload = options_.target.update(std::to_string(number), id);
    sent_[slot] = SteadyClock::now();
    mqtt_.publish(topic_of(device), payload);
  }

  void answered(std::string_view topic, std::string_view payload) {
    if (!running_ || phase_of(topic) != phase_) return;
    const auto start = payload.find("\"event_id\":\"" + prefix_);
    if (start == payload.npos) return;
    const auto* digits = payload.data() + start + 12 + prefix_.size();
    std::size_t slot = 0;
    std::from_chars(digits, payload.data() + payload.size(), slot);
    if (slot >= sent_.size()) return;
    if (phase_ == Phase::twin && payload.find("\"code\":") != payload.npos) ++refused_;
    samples_[static_cast<std::size_t>(phase_)].add(SteadyClock::now() - sent_[slot]);
    send(slot);
  }

  const Options& options_;
  std::string prefix_;
  std::vector<SteadyClock::time_point> sent_;
  MqttClient mqtt_;
  Phase phase_ = Phase::twin;
  bool running_ = false;
  std::uint64_t number_ = 0;
  std::uint64_t refused_ = 0;
  std::array<Samples, 3> samples_;
};

void print(const Rounds& rounds, double seconds) {
  const auto rate = [&](Phase phase) { return static_cast<double>(rounds.samples(phase).count()) / seconds; };
  fmt::print("twin_updates: committed and answered {:.0f}/s, {}, refused {}\n", rate(Phase::twin),
             rounds.samples(Phase::twin).text(), rounds.refused());
  fmt::print("twin_updates: the broker alone {:.0f}/s of the same exchange, {}\n", rate(Phase::exchange),
             rounds.samples(Phase::exchange).text());
  fmt::print("twin_updates: the broker alone {:.0f}/s plain messages, {}\n", rate(Phase::plain) * 2,
             rounds.samples(Phase::plain).text());
  fmt::print("twin_updates: ratio {:.2f}\n", rate(Phase::twin) / rate(Phase::exchange));
}

int measure(Options options) {
  asio::io_context io;
  options.target.mqtt.client_id = "hearth-bench-twin-" + run_name();
  Rounds rounds(io, options);
  const EchoClient echo(options.target);
  const auto part = [&](Phase phase, std::chrono::milliseconds length) {
    rounds.begin(phase);
    io.run_for(length);
    rounds.end();
    io.run_for(std::chrono::milliseconds(300));  // what is under way ends before the next part
  };
  const std::chrono::milliseconds length(options.seconds * 1000);
  part(Phase::exchange, length / 2);
  part(Phase::twin, length);
  part(Phase::exchange, length / 2);
  part(Phase::plain, length / 2);
  print(rounds, options.seconds);
  return rounds.refused() == 0 && rounds.samples(Phase::twin).count() > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Publishes twin/update for some devices of one host and waits for each twin/update/result, a window of "
      "them\n"
      "at a time; before and after it, for half the time each, the same requests to an echo client that "
      "answers\n"
      "with as many and as long messages as the host, which is what the broker alone carries; at the end "
      "plain\n"
      "messages from this program to itself.",
      "bench_twin_updates");
  Options options;
  add_broker_options(app, options.target);
  app.add_option("--prefix", options.prefix, "Devices are PREFIX0, PREFIX1, …")->capture_default_str();
  app.add_option("--devices", options.devices, "How many")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--window", options.window, "Requests under way")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "Of the updates, and of the same exchange without a host")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  return run_program(app, argc, argv, [&] { return measure(options); });
}
