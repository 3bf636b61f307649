// SPDX-License-Identifier: Apache-2.0
// From a mapper's twin/update on MQTT until a watch of the API shows the value, one at a time.
#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>

#include "tests/bench/device_watch.hpp"
#include "tests/bench/series.hpp"

namespace {

using namespace hearth::bench;
namespace asio = boost::asio;

struct Options {
  Target target;
  Series series;
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
    if (!started_ && line.find('"' + options_.series.device + '"') != line.npos) {
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
    timer_.expires_after(options_.series.gap());
    timer_.async_wait([this](boost::system::error_code cancelled) {
      if (!cancelled) publish();
    });
  }

  void publish() {
    if (number_ == options_.series.count) return io_.stop();
    const auto value = prefix_ + std::to_string(++number_);
    const auto topic = options_.target.topic(options_.series.device, "update");
    waiting_ = true;
    sent_ = SteadyClock::now();
    mqtt_.publish(topic, options_.target.update(value, value));
    timer_.expires_after(options_.series.limit());
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
  io.run_for(options.series.longest());
  fmt::print("report_latency: {}, lost {}\n", run.samples().text(), run.lost());
  return options.series.status(run.samples(), run.lost());
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
  add_series_options(app, options.series);
  return run_program(app, argc, argv, [&] { return measure(options); });
}
