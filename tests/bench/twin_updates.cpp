// SPDX-License-Identifier: Apache-2.0
// Local twin updates, each published and its result awaited, a window of them at a time; and in the same run what
// the broker alone carries with the same messages.
#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <vector>

#include "tests/bench/samples.hpp"
#include "tests/bench/target.hpp"

namespace {

using namespace hearth::bench;
namespace asio = boost::asio;

struct Options {
  Target target;
  std::string prefix = "bench-";
  int devices = 100;
  int window = 64;
  int seconds = 10;
};

enum class Phase { broker, twin };

/// `window` messages under way: each answer sends the next of its slot.
class Rounds {
 public:
  Rounds(asio::io_context& io, const Options& options)
      : options_(options),
        prefix_(run_name() + "-"),
        sent_(static_cast<std::size_t>(options.window)),
        mqtt_(io, options.target.mqtt, {options.target.topic("+", "update/result"), kEchoTopic},
              [this](std::string_view topic, std::string_view payload) { answered(topic, payload); }) {}

  void begin(Phase phase) {
    phase_ = phase;
    running_ = true;
    for (std::size_t slot = 0; slot < sent_.size(); ++slot)
      send(slot);
  }
  void end() { running_ = false; }

  const Samples& samples(Phase phase) const { return phase == Phase::twin ? twin_ : broker_; }
  std::uint64_t refused() const { return refused_; }

 private:
  static constexpr const char* kEchoTopic = "hearth-bench/echo";

  /// The event id "RUN-SLOT-NUMBER" comes back in the result, and in the echo.
  void send(std::size_t slot) {
    const auto number = ++number_;
    const auto id = fmt::format("{}{}-{}", prefix_, slot, number);
    const auto device =
        options_.prefix + std::to_string(number % static_cast<std::uint64_t>(options_.devices));
    const auto payload = options_.target.update(std::to_string(number), id);
    sent_[slot] = SteadyClock::now();
    mqtt_.publish(phase_ == Phase::twin ? options_.target.topic(device, "update") : kEchoTopic, payload);
  }

  void answered(std::string_view topic, std::string_view payload) {
    const bool echo = topic == kEchoTopic;
    if (!running_ || echo != (phase_ == Phase::broker)) return;
    const auto start = payload.find("\"event_id\":\"" + prefix_);
    if (start == payload.npos) return;
    const auto* digits = payload.data() + start + 12 + prefix_.size();
    std::size_t slot = 0;
    std::from_chars(digits, payload.data() + payload.size(), slot);
    if (slot >= sent_.size()) return;
    if (!echo && payload.find("\"code\":") != payload.npos) ++refused_;
    (echo ? broker_ : twin_).add(SteadyClock::now() - sent_[slot]);
    send(slot);
  }

  const Options& options_;
  std::string prefix_;
  std::vector<SteadyClock::time_point> sent_;
  MqttClient mqtt_;
  Phase phase_ = Phase::broker;
  bool running_ = false;
  std::uint64_t number_ = 0;
  std::uint64_t refused_ = 0;
  Samples twin_;
  Samples broker_;
};

int measure(Options options) {
  asio::io_context io;
  options.target.mqtt.client_id = "hearth-bench-twin-" + run_name();
  Rounds rounds(io, options);
  const auto part = [&](Phase phase, std::chrono::milliseconds length) {
    rounds.begin(phase);
    io.run_for(length);
    rounds.end();
    io.run_for(std::chrono::milliseconds(300));  // what is under way ends before the next part
  };
  const std::chrono::milliseconds length(options.seconds * 1000);
  part(Phase::broker, length / 2);
  part(Phase::twin, length);
  part(Phase::broker, length / 2);
  const auto rate = [&](Phase phase) {
    return static_cast<double>(rounds.samples(phase).count()) / options.seconds;
  };
  fmt::print("twin_updates: committed and answered {:.0f}/s, {}, refused {}\n", rate(Phase::twin),
             rounds.samples(Phase::twin).text(), rounds.refused());
  fmt::print("twin_updates: the broker alone {:.0f}/s, {}\n", rate(Phase::broker),
             rounds.samples(Phase::broker).text());
  fmt::print("twin_updates: ratio {:.2f}\n", rate(Phase::twin) / rate(Phase::broker));
  return rounds.refused() == 0 && rounds.samples(Phase::twin).count() > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Publishes twin/update for some devices of one host and waits for each twin/update/result, a window of "
      "them\n"
      "at a time; before and after it, for half the time each, the same messages to a topic of the program's "
      "own,\n"
      "which is what the broker alone carries.",
      "bench_twin_updates");
  Options options;
  add_broker_options(app, options.target);
  app.add_option("--prefix", options.prefix, "Devices are PREFIX0, PREFIX1, …")->capture_default_str();
  app.add_option("--devices", options.devices, "How many")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--window", options.window, "Messages under way")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "Of each of the two")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  return run_program(app, argc, argv, [&] { return measure(options); });
}
