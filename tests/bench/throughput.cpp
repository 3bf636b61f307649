// SPDX-License-Identifier: Apache-2.0
// Many devices of one host report at a fixed rate; a watch of the API counts what arrives, what does not, and how
// old it is when it does.
#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <vector>

#include "tests/bench/device_watch.hpp"
#include "tests/bench/samples.hpp"
#include "tests/bench/usage.hpp"

namespace {

using namespace hearth::bench;
namespace asio = boost::asio;

struct Process {
  std::string name;
  int pid = 0;
  Usage before;
};

struct Options {
  Target target;
  std::string prefix = "bench-";
  int devices = 1000;
  int rate = 5000;
  int seconds = 10;
  int drain_seconds = 15;
  std::vector<std::string> pids;
};

/// What one device has sent and what of it was seen; numbers count from 0.
struct Device {
  std::vector<SteadyClock::time_point> sent;
  std::vector<bool> seen;
};

class Throughput {
 public:
  Throughput(asio::io_context& io, const Options& options)
      : io_(io),
        options_(options),
        prefix_(run_name() + "-"),
        devices_(static_cast<std::size_t>(options.devices)),
        timer_(io),
        mqtt_(io, options.target.mqtt, {}, [](std::string_view, std::string_view) {}),
        watch_(io, options.target, [this](std::string_view line) { saw(line); }) {
    for (int i = 0; i < options.devices; ++i)
      topics_.push_back(options.target.topic(options.prefix + std::to_string(i), "update"));
  }

  void print() const;
  bool complete() const { return seen_ == sent_; }
  std::function<void()> on_start;
  std::function<void()> on_last;  ///< the last value has been published

 private:
  /// All devices are known to the watch once their first lines have come.
  void saw(std::string_view line) {
    const auto now = SteadyClock::now();
    if (known_ < devices_.size() && ++known_ == devices_.size()) {
      on_start();
      start_ = now;
      tick();
    }
    find_values(line, prefix_, [&](std::string_view rest) { saw_value(rest, now); });
  }

  /// "12-7" is the 8th value of device 12.
  void saw_value(std::string_view text, SteadyClock::time_point now) {
    std::size_t index = 0;
    std::size_t number = 0;
    const auto* end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, index);
    if (first.ptr == end || index >= devices_.size()) return;
    std::from_chars(first.ptr + 1, end, number);
    auto& device = devices_[index];
    if (number >= device.sent.size() || device.seen[number]) return;
    device.seen[number] = true;
    ++seen_;
    last_seen_ = now;
    lag_.add(now - device.sent[number]);
  }

  void tick() {
    timer_.expires_after(std::chrono::milliseconds(1));
    timer_.async_wait([this](boost::system::error_code) {
      const auto now = SteadyClock::now();
      const auto elapsed =
          std::min<SteadyClock::duration>(now - start_, std::chrono::seconds(options_.seconds));
      const auto due = static_cast<std::size_t>(milliseconds(elapsed) * options_.rate / 1000);
      while (sent_ < due)
        publish();
      if (sent_ < static_cast<std::size_t>(options_.rate) * static_cast<std::size_t>(options_.seconds))
        return tick();
      last_sent_ = now;
      on_last();
      drain();
    });
  }

  void publish() {
    const auto index = sent_++ % devices_.size();
    auto& device = devices_[index];
    const auto value = fmt::format("{}{}-{}", prefix_, index, device.sent.size());
    device.sent.push_back(SteadyClock::now());
    device.seen.push_back(false);
    mqtt_.publish(topics_[index], options_.target.update(value, value));
  }

  bool newest_seen() const {
    return std::all_of(devices_.begin(), devices_.end(),
                       [](const Device& device) { return device.seen.empty() || device.seen.back(); });
  }

  void drain() {
    const auto now = SteadyClock::now();
    const bool late = now - last_sent_ > std::chrono::seconds(options_.drain_seconds);
    if (newest_seen() || late) return io_.stop();
    timer_.expires_after(std::chrono::milliseconds(10));
    timer_.async_wait([this](boost::system::error_code) { drain(); });
  }

  asio::io_context& io_;
  const Options& options_;
  std::string prefix_;
  std::vector<std::string> topics_;
  std::vector<Device> devices_;
  asio::steady_timer timer_;
  MqttClient mqtt_;
  std::size_t known_ = 0;
  std::size_t sent_ = 0;
  std::size_t seen_ = 0;
  SteadyClock::time_point start_;
  SteadyClock::time_point last_sent_;
  SteadyClock::time_point last_seen_;
  Samples lag_;
  DeviceWatch watch_;
};

void Throughput::print() const {
  std::size_t missing = 0;
  std::size_t superseded = 0;
  for (const auto& device : devices_) {
    if (!device.seen.empty() && !device.seen.back()) ++missing;
    superseded += static_cast<std::size_t>(std::count(device.seen.begin(), device.seen.end(), false));
  }
  const auto took = milliseconds(last_seen_ - start_) / 1000;
  fmt::print("throughput: offered {}/s, published {}, seen {} ({:.0f}/s), superseded or lost {}\n",
             options_.rate, sent_, seen_, took > 0 ? static_cast<double>(seen_) / took : 0.0, superseded);
  fmt::print(
      "throughput: devices without their newest value {}, newest seen {:.0f} ms after the last publish\n",
      missing, milliseconds(last_seen_ - last_sent_));
  fmt::print("throughput: lag {}\n", lag_.text());
}

std::vector<Process> processes_of(const Options& options) {
  std::vector<Process> processes;
  for (const auto& text : options.pids) {
    const auto equals = text.find('=');
    processes.push_back({text.substr(0, equals), std::atoi(text.c_str() + equals + 1), {}});
  }
  return processes;
}

void print_usage(const Process& process, const Usage& last, const Usage& end, std::size_t updates) {
  const auto cost = end.since(process.before);
  const auto each = static_cast<double>(updates);
  fmt::print(
      "throughput: {}: CPU {:.4f} ms, {:.0f} bytes to disk, {:.2f} writes per update; PSS under load {} "
      "KiB\n",
      process.name, static_cast<double>(cost.cpu.count()) / each,
      static_cast<double>(cost.written_bytes) / each, static_cast<double>(cost.write_calls) / each,
      last.pss_kib);
}

int measure(Options options) {
  asio::io_context io;
  options.target.mqtt.client_id = "hearth-bench-throughput-" + run_name();
  auto processes = processes_of(options);
  std::vector<Usage> at_last(processes.size());
  Throughput run(io, options);
  run.on_start = [&] {
    for (auto& process : processes)
      process.before = usage_of(process.pid);
  };
  run.on_last = [&] {
    for (std::size_t i = 0; i < processes.size(); ++i)
      at_last[i] = usage_of(processes[i].pid);
  };
  io.run_for(std::chrono::seconds(30 + options.seconds + options.drain_seconds));
  run.print();
  const auto updates = static_cast<std::size_t>(options.rate) * static_cast<std::size_t>(options.seconds);
  for (std::size_t i = 0; i < processes.size(); ++i)
    print_usage(processes[i], at_last[i], usage_of(processes[i].pid), updates);
  return run.complete() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Publishes distinct values of many devices in turn, as external mappers of one host, at a fixed rate, "
      "and\n"
      "watches the API: how many values were seen, how old they were then, and whether the newest of each "
      "arrived.\n"
      "Status 0 when every value was seen.",
      "bench_throughput");
  Options options;
  add_broker_options(app, options.target);
  add_api_options(app, options.target);
  app.add_option("--prefix", options.prefix, "Devices are PREFIX0, PREFIX1, …")->capture_default_str();
  app.add_option("--devices", options.devices, "How many; the namespace holds no others")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--rate", options.rate, "Updates offered a second")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "For how long")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--drain", options.drain_seconds, "Seconds to wait for the newest values at the end")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  app.add_option("--pid", options.pids,
                 "NAME=PID: also print that process's cost per update; may be repeated")
      ->allow_extra_args(false);
  return run_program(app, argc, argv, [&] { return measure(options); });
}
