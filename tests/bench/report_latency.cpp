// SPDX-License-Identifier: Apache-2.0
// From a mapper's twin/update on MQTT until a watch of the API shows the value, one at a time.
#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>

#include "tests/bench/device_watch.hpp"
#include "tests/bench/samples.hpp"

namespace {

using namespace hearth::bench;
namespace asio = boost::asio;

struct Options {
  Target target;
  std::string device;
  int count = 500;
  int gap_ms = 10;
  int limit_ms = 5000;
};

/// One value under way at any time: published, seen or given up, a pause, the next.
class ReportLatency {
 public:
  ReportLatency(asio::io_context& io, const Options& options)
      : io_(io),
        options_(options),
        prefix_(run_name() + "-"),
        timer_(io),
        mqtt_(io, options.target.mqtt, {}, [](std::string_view, std::string_view) {}),
        watch_(io, options.target, [this](std::string_view line) { saw(line); }) {}

  const Samples& samples() const { return samples_; }
  int lost() const { return lost_; }

 private:
  void saw(std::string_view line) {
    if (!started_ && line.find('"' + options_.device + '"') != line.npos) {
      started_ = true;
      return pause();
    }
    const auto now = SteadyClock::now();
    find_values(line, prefix_, [&](std::string_view rest) {
      if (!waiting_ || rest != std::to_string(number_)) return;
      waiting_ = false;
      samples_.add(now - sent_);
      pause();
    });
  }

  void pause() {
    timer_.expires_after(std::chrono::milliseconds(options_.gap_ms));
    timer_.async_wait([this](boost::system::error_code cancelled) {
      if (!cancelled) publish();
    });
  }

  void publish() {
    if (number_ == options_.count) return io_.stop();
    const auto value = prefix_ + std::to_string(++number_);
    const auto topic = options_.target.topic(options_.device, "update");
    waiting_ = true;
    sent_ = SteadyClock::now();
    mqtt_.publish(topic, options_.target.update(value, value));
    timer_.expires_after(std::chrono::milliseconds(options_.limit_ms));
    timer_.async_wait([this](boost::system::error_code cancelled) {
      if (cancelled) return;
      waiting_ = false;
      ++lost_;
      publish();
    });
  }

  asio::io_context& io_;
  const Options& options_;
  std::string prefix_;
  asio::steady_timer timer_;
  MqttClient mqtt_;
  bool started_ = false;
  bool waiting_ = false;
  int number_ = 0;
  int lost_ = 0;
  SteadyClock::time_point sent_;
  Samples samples_;
  DeviceWatch watch_;
};

int measure(Options options) {
  asio::io_context io;
  options.target.mqtt.client_id = "hearth-bench-report-" + run_name();
  ReportLatency run(io, options);
  io.run_for(std::chrono::seconds(30) + options.count * std::chrono::milliseconds(options.gap_ms + 1000));
  fmt::print("report_latency: {}, lost {}\n", run.samples().text(), run.lost());
  return run.lost() == 0 && run.samples().count() == static_cast<std::size_t>(options.count) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Publishes values of one device as an external mapper would, each when the one before has been seen, "
      "and\n"
      "measures from the publish until a watch of the API has the line that shows the value.",
      "bench_report_latency");
  Options options;
  add_broker_options(app, options.target);
  add_api_options(app, options.target);
  app.add_option("--device", options.device, "Its name")->required();
  app.add_option("--count", options.count, "How many values")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--gap", options.gap_ms, "Pause between them, ms")
      ->check(CLI::Range(0, 60'000))
      ->capture_default_str();
  app.add_option("--limit", options.limit_ms, "Lost when not seen for so long, ms")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str();
  return run_program(app, argc, argv, [&] { return measure(options); });
}
